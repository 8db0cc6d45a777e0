
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The names of verdicts, and of where and in what something was found, in logs
 * and in the monitor.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_names.h"
#include "ngx_http_citrix_guard_types.h"


static const char  *ngx_http_citrix_guard_ats[] = {
    "request", "egress", "nginx"
};


static const char  *ngx_http_citrix_guard_ins[] = {
    "target", "uri", "head", "header", "request"
};


static const char  *ngx_http_citrix_guard_verdicts[] = {
    "pass", "exempted", "detected", "blocked"
};


const char *
ngx_http_citrix_guard_verdict_name(ngx_http_citrix_guard_verdict_e verdict)
{
    return ngx_http_citrix_guard_verdicts[verdict];
}


const char *
ngx_http_citrix_guard_at_name(ngx_http_citrix_guard_at_e at)
{
    return ngx_http_citrix_guard_ats[at];
}


const char *
ngx_http_citrix_guard_in_name(ngx_http_citrix_guard_in_e in)
{
    return ngx_http_citrix_guard_ins[in];
}
