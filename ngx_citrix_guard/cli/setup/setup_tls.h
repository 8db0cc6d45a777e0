
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Does the key fit the certificate, and does the ADC answer over TLS?
 */


#ifndef _SETUP_TLS_H_INCLUDED_
#define _SETUP_TLS_H_INCLUDED_


#include "setup_types.h"


/* the certificate: it holds, it has all the names, the key fits; -1 with a
 * message */

int setup_check_certificate(const setup_t *s);

/* the ADC: it answers, and its certificate is trusted, for each name; -1 with
 * a message */

int setup_check_adc(const setup_t *s);


#endif /* _SETUP_TLS_H_INCLUDED_ */
