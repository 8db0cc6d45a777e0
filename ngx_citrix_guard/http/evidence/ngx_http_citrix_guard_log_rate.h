
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The directive "citrix_guard_log_rate": limits how many lines a source may
 * cause.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_LOG_RATE_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_LOG_RATE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* the directive: "off", "60r/m", "5r/s" */

char *ngx_http_citrix_guard_set_log_rate(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/*
 * 1 if a line may be written for this finding; 0 if its source has reached the
 * limit: then it is counted, and a line will report the number.  Reads the
 * client's address, writes to a table of this process.  Allocates nothing,
 * cannot fail.
 */

ngx_uint_t ngx_http_citrix_guard_may_log(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf, ngx_uint_t refused);

/* called when the process exits: reports what was left out */

void ngx_http_citrix_guard_end_log_rate(void);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_LOG_RATE_H_INCLUDED_ */
