
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Types of status: what was asked, and what all of it says.
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


typedef struct {
    const char           *monitor;
    const char           *verify;       /* the URL, if it is to be tried */
    const char           *adc;          /* the ADC's own address, the same */

    monitor_state_t       state;

    /* of verify, and of the ADC by itself: verdict, and why */
    int                   verified;
    char                  verify_reason[600];
    int                   patched;
    char                  adc_reason[600];

    status_e              status;
    char                  sentence[2048];
} status_t;


#endif /* _STATUS_TYPES_H_INCLUDED_ */
