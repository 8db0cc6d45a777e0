
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Most targets are a path that nginx takes as it is.  That such a path is
 * clean shows in a few instructions, before the core is asked.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_PLAIN_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_PLAIN_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#if defined(__SSE2__) && !defined(CGUARD_NO_SIMD)
#define NGX_HTTP_CITRIX_GUARD_SSE2  1
#include <emmintrin.h>
#else
#define NGX_HTTP_CITRIX_GUARD_SSE2  0
#endif


#if (NGX_HTTP_CITRIX_GUARD_SSE2)

/* how far above "," the highest byte is; a backslash is above all others */

static ngx_inline __m128i
ngx_http_citrix_guard_highest(u_char *p, __m128i highest)
{
    __m128i  bytes;

    bytes = _mm_loadu_si128((__m128i *) p);
    bytes = _mm_sub_epi8(bytes, _mm_set1_epi8(','));
    highest = _mm_max_epu8(highest, bytes);
    bytes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\' - ','));

    return _mm_max_epu8(highest, bytes);
}

#endif


/*
 * 1 if no reading of the client's target has a parent segment or a byte that
 * is refused, 0 if that is not known.  The core says the same of each target
 * for which it is 1, unless "citrix_guard_sslvpn" is off.
 *
 * r->uri is then a part of the target itself, so nginx has found nothing in it
 * to decode or to resolve: no "%", and no segment that begins with a dot.  If
 * it is all of the target, there is no "?" and no "#" either.  The rest is
 * looked at here: all bytes are from "," to "~", and none is a backslash.  So
 * there is no other separator than "/", and nothing that a parser may drop in
 * front of a dot ("+" is such a byte).
 */

static ngx_inline ngx_uint_t
ngx_http_citrix_guard_is_plain(ngx_http_request_t *r)
{
#if (NGX_HTTP_CITRIX_GUARD_SSE2)

    u_char   *p, *last;
    __m128i   highest;

    p = r->unparsed_uri.data;

    if (r->uri.data != p
        || r->uri.len != r->unparsed_uri.len
        || r->uri.len < 16)
    {
        return 0;
    }

    highest = _mm_setzero_si128();

    /* the last 16 bytes may overlap those before */

    for (last = p + r->uri.len - 16; p < last; p += 16) {
        highest = ngx_http_citrix_guard_highest(p, highest);
    }

    highest = ngx_http_citrix_guard_highest(last, highest);

    /* each of the 16 is to be 0 */

    highest = _mm_subs_epu8(highest, _mm_set1_epi8('~' - ','));
    highest = _mm_cmpeq_epi8(highest, _mm_setzero_si128());

    return _mm_movemask_epi8(highest) == 0xffff;

#else

    return 0;

#endif
}


#endif /* _NGX_HTTP_CITRIX_GUARD_PLAIN_H_INCLUDED_ */
