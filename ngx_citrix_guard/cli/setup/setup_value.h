
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Checks the operator's values before they go into nginx's configuration.
 */


#ifndef _SETUP_VALUE_H_INCLUDED_
#define _SETUP_VALUE_H_INCLUDED_


#include "setup_types.h"


/*
 * Each stores a valid value, or prints one line about what is wrong with it
 * and returns -1.  Only letters, digits and a few signs are accepted, so no
 * value can end a directive.
 */

int setup_name(setup_t *s, const char *text);
int setup_adc(setup_t *s, const char *text);
int setup_certificate(setup_t *s, const char *text);
int setup_key(setup_t *s, const char *text);
int setup_adc_ca(setup_t *s, const char *text);
int setup_mode(setup_t *s, const char *text);
int setup_listen(setup_t *s, const char *text);
int setup_monitor(setup_t *s, const char *text);


#endif /* _SETUP_VALUE_H_INCLUDED_ */
