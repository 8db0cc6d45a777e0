
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The report of a verification: text, JSON, Nagios.
 */


#ifndef _VERIFY_REPORT_H_INCLUDED_
#define _VERIFY_REPORT_H_INCLUDED_


#include "verify_types.h"


/* prints the report as text */

void verify_report_text(const verify_t *v);

/* prints it as JSON */

void verify_report_json(const verify_t *v);

/* prints it as one line for Nagios */

void verify_report_nagios(const verify_t *v);


#endif /* _VERIFY_REPORT_H_INCLUDED_ */
