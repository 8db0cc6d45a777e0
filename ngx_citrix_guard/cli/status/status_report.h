
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The report of status: text, JSON, Nagios.
 */


#ifndef _STATUS_REPORT_H_INCLUDED_
#define _STATUS_REPORT_H_INCLUDED_


#include "status_types.h"


void status_report_text(const status_t *st);
void status_report_json(const status_t *st);
void status_report_nagios(const status_t *st);


#endif /* _STATUS_REPORT_H_INCLUDED_ */
