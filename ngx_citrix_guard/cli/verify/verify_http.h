
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Sends one HTTP request with libcurl, its target byte for byte.
 */


#ifndef _VERIFY_HTTP_H_INCLUDED_
#define _VERIFY_HTTP_H_INCLUDED_


#include "verify_types.h"


/* initializes libcurl; returns -1, with a message, on failure */

int verify_http_init(verify_t *v);

/* frees what it holds */

void verify_http_done(verify_t *v);

/* milliseconds until the deadline; 0: no more requests are sent */

long verify_left(verify_t *v);

/* sets options common to all transfers; none lasts longer than the run */

void verify_curl_shared(verify_t *v, CURL *curl);

/* sets options common to all requests to an endpoint */

void verify_curl(verify_t *v, CURL *curl,
    const verify_endpoint_t *endpoint);

/* ends a transfer */

void verify_curl_end(CURL *curl);

/* sends one request, its target byte for byte, and fills the answer */

void verify_ask(verify_t *v, const verify_endpoint_t *endpoint,
    verify_protocol_e protocol, const char *target, verify_answer_t *answer);

/* does anything accept a connection at this address and port? */

int verify_connects(verify_t *v, const verify_endpoint_t *endpoint,
    char *error);


#endif /* _VERIFY_HTTP_H_INCLUDED_ */
