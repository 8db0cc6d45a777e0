
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What counts as one source of requests, as 16 bytes and as text.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_source.h"


/*
 * The first 64 bits of an IPv6 address are one source, because whoever has one
 * of these addresses has all of them.  A unix socket is all ones.
 */

void
ngx_http_citrix_guard_source_address(ngx_connection_t *c, u_char address[16])
{
    struct sockaddr_in   *sin;
#if (NGX_HAVE_INET6)
    struct sockaddr_in6  *sin6;
#endif

    switch (c->sockaddr->sa_family) {

    case AF_INET:
        sin = (struct sockaddr_in *) c->sockaddr;

        ngx_memzero(address, 10);
        ngx_memset(address + 10, 0xff, 2);
        ngx_memcpy(address + 12, &sin->sin_addr.s_addr, 4);
        break;

#if (NGX_HAVE_INET6)
    case AF_INET6:
        sin6 = (struct sockaddr_in6 *) c->sockaddr;

        ngx_memcpy(address, sin6->sin6_addr.s6_addr, 16);

        if (!IN6_IS_ADDR_V4MAPPED(&sin6->sin6_addr)) {
            ngx_memzero(address + 8, 8);
        }

        break;
#endif

    default:
        ngx_memset(address, 0xff, 16);
    }
}


/* writes a source as text; returns its length, at most 46 bytes */

size_t
ngx_http_citrix_guard_source_text(const u_char address[16], u_char *text)
{
    u_char                *p;
    struct sockaddr_in     sin;
#if (NGX_HAVE_INET6)
    struct sockaddr_in6    sin6;
#endif

    static u_char  mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

    if (ngx_memcmp(address, mapped, 12) == 0) {
        ngx_memzero(&sin, sizeof(sin));
        sin.sin_family = AF_INET;
        ngx_memcpy(&sin.sin_addr.s_addr, address + 12, 4);

        return ngx_sock_ntop((struct sockaddr *) &sin, sizeof(sin), text,
                             NGX_HTTP_CITRIX_GUARD_SOURCE, 0);
    }

    if (address[0] == 0xff && address[15] == 0xff) {
        return ngx_sprintf(text, "unix:") - text;
    }

    p = text;

#if (NGX_HAVE_INET6)
    ngx_memzero(&sin6, sizeof(sin6));
    sin6.sin6_family = AF_INET6;
    ngx_memcpy(sin6.sin6_addr.s6_addr, address, 16);

    p += ngx_sock_ntop((struct sockaddr *) &sin6, sizeof(sin6), text,
                       NGX_HTTP_CITRIX_GUARD_SOURCE, 0);
#endif

    return ngx_sprintf(p, "/64") - text;
}
