
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Types of status: what was asked, and the result.
 */


#ifndef _STATUS_TYPES_H_INCLUDED_
#define _STATUS_TYPES_H_INCLUDED_


#include "cli/monitor/monitor_state.h"


/* in the order of Nagios, which is that of the exit status */

typedef enum {
    STATUS_OK = 0,
    STATUS_WARNING,
    STATUS_CRITICAL,
    STATUS_UNKNOWN
} status_e;


/* would nginx start again? */

typedef enum {
    STATUS_START_UNASKED = 0,
    STATUS_START_YES,
    STATUS_START_NO,
    STATUS_START_UNKNOWN
} status_start_e;


typedef struct {
    const char           *monitor;
    const char           *verify;       /* a URL to verify, or NULL */
    const char           *adc;          /* the ADC's own address, or NULL */

    monitor_state_t       state;

    /* the nginx to test, and the folder of its nginx.conf; NULL: its own */
    const char           *nginx;
    const char           *conf;

    status_start_e        start;
    char                  start_says[600];

    /* verdict and reason of verify, and of the ADC by itself */
    int                   verified;
    char                  verify_reason[600];
    int                   patched;
    char                  adc_reason[600];

    status_e              status;
    char                  sentence[2048];
} status_t;


#endif /* _STATUS_TYPES_H_INCLUDED_ */
