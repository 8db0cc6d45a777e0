
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Does the key fit the certificate, and does the ADC answer over TLS?
 */


#ifndef _SETUP_TLS_H_INCLUDED_
#define _SETUP_TLS_H_INCLUDED_


#include "setup_types.h"


/*
 * Checks the certificate: it is valid, it has all names, the key fits.
 * Returns -1, with a message, on failure.
 */

int setup_check_certificate(const setup_t *s);

/*
 * Checks the ADC: it answers, and its certificate is trusted, for each name.
 * Returns -1, with a message, on failure.
 */

int setup_check_adc(const setup_t *s);


#endif /* _SETUP_TLS_H_INCLUDED_ */
