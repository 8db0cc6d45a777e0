
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Records that PREACCESS has judged the client's own target.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_judged.h"


u_char  ngx_http_citrix_guard_judged_ctx;
