
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Escapes untrusted bytes for logs and JSON.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_escape.h"


/* printable ASCII stays, anything else becomes \xHH; cut before "size" */

size_t
ngx_http_citrix_guard_escape(u_char *dst, size_t size, u_char *src,
    size_t len)
{
    u_char  *p, *last;

    static u_char  hex[] = "0123456789ABCDEF";

    p = dst;
    last = dst + size;

    for ( /* void */ ; len; len--, src++) {

        if (*src >= 0x20 && *src < 0x7f && *src != '"' && *src != '\\') {
            if (p == last) {
                break;
            }

            *p++ = *src;
            continue;
        }

        if (last - p < 4) {
            break;
        }

        *p++ = '\\';
        *p++ = 'x';
        *p++ = hex[*src >> 4];
        *p++ = hex[*src & 0xf];
    }

    return p - dst;
}
