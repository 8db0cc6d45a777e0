
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What all requests of the command have in common, as settings of libcurl.
 */


#ifndef _CLI_HTTP_H_INCLUDED_
#define _CLI_HTTP_H_INCLUDED_


#include <stddef.h>

#include <curl/curl.h>


typedef struct {
    const char           *command;          /* named in User-Agent; or NULL */
    const char           *cacert;           /* NULL: the system's authorities */
    long                  msec;             /* for all of it */
    unsigned              tls:1;            /* https only */
    unsigned              insecure:1;       /* the certificate is not verified */
    unsigned              netrc:1;          /* a password may stand there */
} cli_http_t;


/*
 * Nothing goes to any host but the one that is named: no redirect is followed
 * and no proxy asked.  The answer's body is dropped until the caller sets a
 * CURLOPT_WRITEFUNCTION.
 */

void cli_http_settings(CURL *curl, const cli_http_t *http);

/* why there is no answer, for people: what libcurl has written, or its code */

const char *cli_http_error(CURLcode rc, const char *error);


#endif /* _CLI_HTTP_H_INCLUDED_ */
