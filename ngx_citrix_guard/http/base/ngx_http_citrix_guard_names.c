
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Names of verdicts, and of where something was found, as logs and events have
 * them.
 */


#include "ngx_http_citrix_guard_names.h"
#include "ngx_http_citrix_guard_types.h"


static const char  *ngx_http_citrix_guard_at_names[] = {
    "request", "egress", "nginx"
};


static const char  *ngx_http_citrix_guard_in_names[] = {
    "target", "uri", "head", "header", "request"
};


static const char  *ngx_http_citrix_guard_verdict_names[] = {
    "pass", "exempted", "detected", "blocked"
};


const char *
ngx_http_citrix_guard_verdict_name(ngx_http_citrix_guard_verdict_e verdict)
{
    return ngx_http_citrix_guard_verdict_names[verdict];
}


const char *
ngx_http_citrix_guard_at_name(ngx_http_citrix_guard_at_e at)
{
    return ngx_http_citrix_guard_at_names[at];
}


const char *
ngx_http_citrix_guard_in_name(ngx_http_citrix_guard_in_e in)
{
    return ngx_http_citrix_guard_in_names[in];
}
