
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What the files of the http module share.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_MODULE_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_MODULE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "cguard/cguard.h"


#define NGX_HTTP_CITRIX_GUARD_OFF        0
#define NGX_HTTP_CITRIX_GUARD_DETECT     1
#define NGX_HTTP_CITRIX_GUARD_ON         2


/* the longest escaped target or reading in a log line or a variable */

#define NGX_HTTP_CITRIX_GUARD_TEXT       512


typedef struct {
    ngx_uint_t                      mode;
    ngx_uint_t                      sslvpn;
    ngx_uint_t                      traversal;
    ngx_uint_t                      status;
    ngx_uint_t                      log_level;

    unsigned                        policy;     /* for the core */
    ngx_uint_t                      scan;       /* of what nginx has built */
} ngx_http_citrix_guard_loc_conf_t;


/*
 * Whether the headers that nginx builds need a look, besides those that the
 * client sent: it depends on what proxy_set_header and proxy_method say, and
 * on what other modules do.
 */

#define NGX_HTTP_CITRIX_GUARD_SCAN       1
#define NGX_HTTP_CITRIX_GUARD_SCAN_UPGRADE  2   /* if the client sent one */


/* can it be "NSC_USER" or "NSC_NONCE"? */

#define ngx_http_citrix_guard_nsc(name)                                       \
    ((name)->len - 8 <= 1                                                     \
     && ((name)->data[0] | 0x20) == 'n')


/* a location, or a server as the one that has no name */

typedef struct {
    void                          **loc_conf;
    void                          **srv_conf;
} ngx_http_citrix_guard_place_t;


typedef struct {
    ngx_array_t                     places;
    ngx_array_t                     peers;      /* egress: by upstream{} */
    ngx_http_complex_value_t       *local;      /* egress: proxy_bind */
    ngx_array_t                     guarded;    /* check: upstreams */
    ngx_http_upstream_srv_conf_t   *unguarded;  /* check: the last one named */
    ngx_log_t                      *quiet_log;
    ngx_int_t                       request_id; /* index of $request_id */
    ngx_uint_t                      active;     /* not off somewhere */
} ngx_http_citrix_guard_main_conf_t;


/* where something was found */

typedef enum {
    ngx_http_citrix_guard_at_request = 0,       /* PREACCESS */
    ngx_http_citrix_guard_at_egress,            /* in the head for upstream */
    ngx_http_citrix_guard_at_nginx              /* nginx refused it itself */
} ngx_http_citrix_guard_at_e;


/* and in what */

typedef enum {
    ngx_http_citrix_guard_in_target = 0,        /* as the client sent it */
    ngx_http_citrix_guard_in_uri,               /* as nginx has it now */
    ngx_http_citrix_guard_in_head,              /* as upstream would get it */
    ngx_http_citrix_guard_in_header
} ngx_http_citrix_guard_in_e;


typedef struct {
    const char                     *reason;
    ngx_http_citrix_guard_at_e      at;
    ngx_http_citrix_guard_in_e      in;
    ngx_str_t                       judged;     /* the string itself */
    ngx_str_t                       args;       /* of a URI, judged with it */
    unsigned                        depth;
    size_t                          start;
    size_t                          end;
} ngx_http_citrix_guard_finding_t;


/*
 * What is known of a client's request: one for its subrequests and internal
 * redirects together, none while nothing was found.  Without memory for it,
 * reason and reading are not known.
 */

typedef struct {
    ngx_uint_t                      mode;       /* that was in force */
    ngx_uint_t                      final;      /* the client was refused */
    const char                     *reason;
    ngx_str_t                       reading;    /* escaped */
} ngx_http_citrix_guard_mark_t;


extern ngx_module_t  ngx_http_citrix_guard_module;


#pragma GCC visibility push(hidden)


/*
 * judge: looks at a string or a request.  They return 1 and fill "f" in if it
 * is to be refused, 0 if not; they allocate nothing and cannot fail.  "at" is
 * the request; whoever judges elsewhere sets it.
 */

ngx_uint_t ngx_http_citrix_guard_found(ngx_http_citrix_guard_finding_t *f,
    ngx_http_citrix_guard_in_e in, ngx_str_t *judged, cguard_result_t *res);
ngx_uint_t ngx_http_citrix_guard_judge_target(
    ngx_http_citrix_guard_loc_conf_t *glcf, ngx_str_t *target,
    ngx_http_citrix_guard_finding_t *f);
ngx_uint_t ngx_http_citrix_guard_judge_built(
    ngx_http_citrix_guard_loc_conf_t *glcf, ngx_str_t *target,
    ngx_http_citrix_guard_finding_t *f);
ngx_uint_t ngx_http_citrix_guard_judge_header(ngx_str_t *name,
    ngx_str_t *value, ngx_http_citrix_guard_finding_t *f);
ngx_uint_t ngx_http_citrix_guard_judge_request(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);

ngx_uint_t ngx_http_citrix_guard_judge_head(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);

/* access: the PREACCESS and LOG handlers, and the context of what passed */

extern u_char  ngx_http_citrix_guard_judged;

ngx_int_t ngx_http_citrix_guard_access_init(ngx_conf_t *cf);
ngx_int_t ngx_http_citrix_guard_init_module(ngx_cycle_t *cycle);
void ngx_http_citrix_guard_recover(ngx_http_request_t *r);

/*
 * mark: "note" keeps the finding and logs it, unless the client's request has
 * one of the same weight already.  "final" says that the client is refused:
 * nothing more leaves for it.
 */

ngx_http_citrix_guard_mark_t *ngx_http_citrix_guard_mark(
    ngx_http_request_t *r);
void ngx_http_citrix_guard_note(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);
void ngx_http_citrix_guard_final(ngx_http_request_t *r);

/* log: the line in the error log, and escaping */

void ngx_http_citrix_guard_log(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);
ngx_str_t ngx_http_citrix_guard_client_target(ngx_http_request_t *r);
ngx_str_t ngx_http_citrix_guard_request_id(ngx_http_request_t *r);
size_t ngx_http_citrix_guard_escape(u_char *dst, size_t size, u_char *src,
    size_t len);
size_t ngx_http_citrix_guard_reading(u_char *dst, size_t size,
    ngx_http_citrix_guard_finding_t *f);

/*
 * refuse: answers the client.  Returns what a handler of a phase returns; the
 * request is finalized for NGX_DONE.
 */

ngx_int_t ngx_http_citrix_guard_refuse(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf);

/* egress: judges what nginx has built for the upstream */

ngx_int_t ngx_http_citrix_guard_egress_init(ngx_conf_t *cf);

/* check: what nginx -t warns of and refuses */

ngx_int_t ngx_http_citrix_guard_check(ngx_conf_t *cf);
ngx_uint_t ngx_http_citrix_guard_has_address(
    ngx_http_upstream_srv_conf_t *uscf, ngx_addr_t *addr);
ngx_module_t *ngx_http_citrix_guard_find_module(ngx_cycle_t *cycle,
    const char *name);

/* streams: the same for stream{}, when all of it has been read */

void ngx_http_citrix_guard_check_streams(ngx_cycle_t *cycle,
    ngx_http_citrix_guard_main_conf_t *gmcf);

/*
 * A module's own part of a location, if it talks to an upstream: where it
 * keeps the value of its "..._bind" shows where its ngx_http_upstream_conf_t
 * is.  NULL if it does not.
 */

ngx_http_upstream_conf_t *ngx_http_citrix_guard_upstream_conf(
    ngx_module_t *module, void **loc_conf);

/* variables */

ngx_int_t ngx_http_citrix_guard_add_variables(ngx_conf_t *cf);


#pragma GCC visibility pop


/* the bytes that PREACCESS has let go in this very location */

static ngx_inline ngx_uint_t
ngx_http_citrix_guard_judged_already(ngx_http_request_t *r, ngx_str_t *target)
{
    return target->len == r->unparsed_uri.len
           && r->valid_unparsed_uri
           && ngx_http_get_module_ctx(r, ngx_http_citrix_guard_module)
              == &ngx_http_citrix_guard_judged
           && ngx_memcmp(target->data, r->unparsed_uri.data, target->len)
              == 0;
}


#endif /* _NGX_HTTP_CITRIX_GUARD_MODULE_H_INCLUDED_ */
