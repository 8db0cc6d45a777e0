
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

#include "cguard/decision/cguard_target.h"
#include "cguard/rules/cguard_rule.h"
#include "cguard/zone/cguard_zone.h"


#define NGX_HTTP_CITRIX_GUARD_OFF        0
#define NGX_HTTP_CITRIX_GUARD_DETECT     1
#define NGX_HTTP_CITRIX_GUARD_ON         2


/* the longest escaped target or reading in a log line or a variable */

#define NGX_HTTP_CITRIX_GUARD_TEXT       512


/* the smallest zone, and the longest text of a source */

#define NGX_HTTP_CITRIX_GUARD_ZONE       (1024 * 1024)
#define NGX_HTTP_CITRIX_GUARD_SOURCE     64


/*
 * Rules: those of a level are an array of pointers, so that levels can share
 * them.  A set is what is in force at a level, in the order in which it is
 * judged; a level that adds nothing has that of the level around it.
 */

typedef struct {
    cguard_rule_t                   rule;
    u_char                         *file;
    ngx_uint_t                      line;
    unsigned                        in_force:1;
    unsigned                        preread:1;  /* that it is short was said */
} ngx_http_citrix_guard_rule_t;


typedef struct {
    ngx_array_t                    *rules;      /* of pointers to rules */
    ngx_array_t                    *exempt;     /* names: rules, reasons */
    ngx_uint_t                      passes;     /* there are exceptions */
    cguard_rules_t                  gated;
} ngx_http_citrix_guard_set_t;


typedef struct {
    ngx_uint_t                      mode;
    ngx_uint_t                      sslvpn;
    ngx_uint_t                      traversal;
    ngx_uint_t                      status;
    ngx_uint_t                      log_level;

    ngx_array_t                    *rules;      /* given at this level */
    ngx_array_t                    *exempt;
    ngx_array_t                    *detect_for; /* ngx_cidr_t */
    ngx_http_citrix_guard_set_t    *set;        /* NULL: none in force */

    ngx_uint_t                      monitor;
    cguard_zone_server_t           *counted;    /* NULL: no zone */

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
    ngx_array_t                     rules;      /* of pointers, all levels */
    cguard_matcher_t               *matcher;    /* NULL: no rules */
    ngx_array_t                     guarded;    /* check: upstreams */
    ngx_http_upstream_srv_conf_t   *unguarded;  /* check: the last one named */
    ngx_log_t                      *quiet_log;
    ngx_int_t                       request_id; /* index of $request_id */
    ngx_shm_zone_t                 *zone;
    cguard_zone_t                  *shared;     /* NULL: no zone */
    ngx_str_t                       canary;
    ngx_uint_t                      active;     /* not off somewhere */
    ngx_uint_t                      bodies;     /* a rule asks for them */
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
    ngx_http_citrix_guard_in_header,
    ngx_http_citrix_guard_in_request            /* what a rule has named */
} ngx_http_citrix_guard_in_e;


/* what comes of a finding, the stronger the later */

typedef enum {
    ngx_http_citrix_guard_passed = 0,
    ngx_http_citrix_guard_exempted,
    ngx_http_citrix_guard_detected,
    ngx_http_citrix_guard_blocked
} ngx_http_citrix_guard_verdict_e;


typedef struct {
    ngx_http_citrix_guard_verdict_e  verdict;
    const char                     *reason;
    const cguard_rule_t            *rule;       /* of reasons "rule", "error" */
    const cguard_rule_t            *by;         /* the exception */
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
    ngx_http_citrix_guard_verdict_e  verdict;
    ngx_uint_t                      final;      /* the client was refused */
    const char                     *reason;
    const cguard_rule_t            *rule;
    const cguard_rule_t            *by;
    ngx_http_citrix_guard_at_e      at;
    ngx_http_citrix_guard_in_e      in;
    ngx_uint_t                      mode;
    unsigned                        depth;
    size_t                          start;
    size_t                          end;
    ngx_str_t                       reading;    /* escaped */
} ngx_http_citrix_guard_mark_t;


/* what has come of a request in the end, the worse the later */

typedef enum {
    ngx_http_citrix_guard_outcome_blocked = 0,
    ngx_http_citrix_guard_outcome_attempt,
    ngx_http_citrix_guard_outcome_scan_success,
    ngx_http_citrix_guard_outcome_exploit_suspected
} ngx_http_citrix_guard_outcome_e;


/*
 * What an event says, as pointers to where it is.  Texts are as they came in,
 * but for the reading.
 */

typedef struct {
    ngx_http_citrix_guard_mark_t   *mark;
    ngx_http_citrix_guard_outcome_e  outcome;
    uint64_t                        msec;       /* when it came, UTC */
    ngx_str_t                       id;
    ngx_str_t                       client;
    ngx_str_t                       sni;
    ngx_str_t                       server;
    ngx_str_t                       host;
    ngx_str_t                       method;
    ngx_str_t                       protocol;
    ngx_str_t                       target;
    ngx_str_t                       agent;
    ngx_str_t                       nsc_user;
    ngx_uint_t                      status;
    off_t                           sent;
    ngx_http_upstream_state_t      *upstream;   /* NULL: not forwarded */
    ngx_uint_t                      canary;     /* the operator's own */
} ngx_http_citrix_guard_event_t;


/* text that is being written: to a buffer, or to a chain of them */

typedef struct {
    u_char                         *pos;
    u_char                         *last;
    ngx_pool_t                     *pool;       /* NULL: nothing beyond last */
    ngx_chain_t                    *chain;
    ngx_chain_t                   **next;
    ngx_buf_t                      *buf;
    off_t                           size;
    unsigned                        comma:1;
    unsigned                        failed:1;
} ngx_http_citrix_guard_out_t;


/* the beginning of a body, decoded from its framing */

typedef struct {
    u_char                         *data;
    size_t                          len;
    ngx_uint_t                      whole;      /* that is all of it */
} ngx_http_citrix_guard_body_t;


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

/*
 * verdict: what is to come of a finding in this location, for this client.
 */

void ngx_http_citrix_guard_weigh(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);

/*
 * rule: judges a request by the rules in force.  NGX_OK, and "f" is the
 * strongest finding, its verdict "passed" if there is none; or what
 * ngx_http_citrix_guard_body() has returned.
 */

ngx_int_t ngx_http_citrix_guard_judge_rules(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);
void ngx_http_citrix_guard_exit_process(ngx_cycle_t *cycle);
const cguard_rule_t *ngx_http_citrix_guard_exception(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf, ngx_str_t *id, ngx_str_t *reason);

/*
 * body: at least the first "n" bytes of the request's body, or all of it.
 * NGX_OK, or NGX_AGAIN: the phases will be run again when more is there.
 * NGX_DONE: the same, and the handler returns it.  NGX_ERROR if the body
 * cannot be judged; a status if the request is to end with it.
 */

ngx_int_t ngx_http_citrix_guard_body(ngx_http_request_t *r, size_t n,
    ngx_http_citrix_guard_body_t *body);

/*
 * The same where nothing can be refused: "observed" is called when so many
 * bytes have passed.
 */

ngx_int_t ngx_http_citrix_guard_observe(ngx_http_request_t *r, size_t n);
ngx_int_t ngx_http_citrix_guard_observed(ngx_http_request_t *r,
    ngx_http_citrix_guard_body_t *body);
ngx_int_t ngx_http_citrix_guard_observe_init(ngx_conf_t *cf);

/* rule_conf: directives of rules, and what is in force where */

char *ngx_http_citrix_guard_set_rule(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_citrix_guard_set_exempt(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_citrix_guard_set_detect_for(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
char *ngx_http_citrix_guard_merge_rules(ngx_conf_t *cf,
    ngx_http_citrix_guard_loc_conf_t *prev,
    ngx_http_citrix_guard_loc_conf_t *glcf);

/* rule_check: what is to be said of rules when nginx reads them */

void ngx_http_citrix_guard_check_rules(ngx_conf_t *cf);

/* access: the PREACCESS and LOG handlers, and the context of what passed */

extern u_char  ngx_http_citrix_guard_judged;

ngx_int_t ngx_http_citrix_guard_access_init(ngx_conf_t *cf);
ngx_int_t ngx_http_citrix_guard_init_module(ngx_cycle_t *cycle);
void ngx_http_citrix_guard_recover(ngx_http_request_t *r);

/*
 * mark: "note" keeps the finding and logs it, unless the client's request has
 * one of the same weight already.  "final" says that the client is refused:
 * nothing more leaves for it.  "kept" is what a pool keeps under a handler,
 * NULL if nothing; "keep" adds it in that case, zeroed, and returns NULL only
 * without memory.
 */

void *ngx_http_citrix_guard_kept(ngx_pool_t *pool,
    ngx_pool_cleanup_pt handler);
void *ngx_http_citrix_guard_keep(ngx_pool_t *pool,
    ngx_pool_cleanup_pt handler, size_t size);
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
const char *ngx_http_citrix_guard_verdict_name(
    ngx_http_citrix_guard_verdict_e verdict);
ngx_str_t ngx_http_citrix_guard_client_target(ngx_http_request_t *r);
ngx_str_t ngx_http_citrix_guard_request_id(ngx_http_request_t *r);
size_t ngx_http_citrix_guard_escape(u_char *dst, size_t size, u_char *src,
    size_t len);
size_t ngx_http_citrix_guard_reading(u_char *dst, size_t size,
    ngx_http_citrix_guard_finding_t *f);

const char *ngx_http_citrix_guard_at_name(ngx_http_citrix_guard_at_e at);
const char *ngx_http_citrix_guard_in_name(ngx_http_citrix_guard_in_e in);

/* outcome: what the ADC's answer says */

ngx_http_citrix_guard_outcome_e ngx_http_citrix_guard_outcome(
    ngx_http_request_t *r, ngx_http_citrix_guard_mark_t *mark);
const char *ngx_http_citrix_guard_outcome_name(
    ngx_http_citrix_guard_outcome_e outcome);

/* event: of a request that has a mark, as a record and as a line of JSON */

void ngx_http_citrix_guard_event(ngx_http_request_t *r,
    ngx_http_citrix_guard_mark_t *mark, ngx_http_citrix_guard_event_t *e);
ngx_str_t ngx_http_citrix_guard_event_json(ngx_http_request_t *r,
    ngx_http_citrix_guard_event_t *e);

/* cef: the same for the Common Event Format */

ngx_str_t ngx_http_citrix_guard_cef(ngx_http_request_t *r,
    ngx_http_citrix_guard_event_t *e);

/* record: what becomes of an event when the request is over */

void ngx_http_citrix_guard_record(ngx_http_request_t *r);

/* zone: where all processes count */

char *ngx_http_citrix_guard_set_zone(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
void ngx_http_citrix_guard_enter_zone(
    ngx_http_citrix_guard_main_conf_t *gmcf);
void ngx_http_citrix_guard_count(ngx_http_request_t *r,
    ngx_http_citrix_guard_event_t *e);
const char *ngx_http_citrix_guard_reason_at(ngx_uint_t n);
size_t ngx_http_citrix_guard_source_text(const u_char address[16],
    u_char *text);

/* monitor: the zone as a page, as JSON and for Prometheus */

char *ngx_http_citrix_guard_set_monitor(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
ngx_int_t ngx_http_citrix_guard_check_monitors(ngx_conf_t *cf);
void ngx_http_citrix_guard_monitor_json(ngx_http_citrix_guard_out_t *o,
    cguard_zone_t *z, uint64_t since);
void ngx_http_citrix_guard_monitor_prometheus(
    ngx_http_citrix_guard_out_t *o, cguard_zone_t *z);
ngx_uint_t ngx_http_citrix_guard_server_used(cguard_zone_server_t *s);
const char *ngx_http_citrix_guard_verdict_at(ngx_uint_t n);
const char *ngx_http_citrix_guard_outcome_at(ngx_uint_t n);
const char *ngx_http_citrix_guard_place_at(ngx_uint_t n);

/* out: JSON, in which no byte of others means anything */

void ngx_http_citrix_guard_out_fixed(ngx_http_citrix_guard_out_t *o,
    u_char *buf, size_t size);
void ngx_http_citrix_guard_out_chain(ngx_http_citrix_guard_out_t *o,
    ngx_pool_t *pool);
ngx_chain_t *ngx_http_citrix_guard_out_end(ngx_http_citrix_guard_out_t *o);
void ngx_http_citrix_guard_out_bytes(ngx_http_citrix_guard_out_t *o,
    const void *data, size_t len);
void ngx_http_citrix_guard_out_format(ngx_http_citrix_guard_out_t *o,
    const char *fmt, ...);
void ngx_http_citrix_guard_out_open(ngx_http_citrix_guard_out_t *o,
    const char *key, const char *bracket);
void ngx_http_citrix_guard_out_close(ngx_http_citrix_guard_out_t *o,
    const char *bracket);
void ngx_http_citrix_guard_out_key(ngx_http_citrix_guard_out_t *o,
    const char *key);
void ngx_http_citrix_guard_out_number(ngx_http_citrix_guard_out_t *o,
    const char *key, uint64_t n);
void ngx_http_citrix_guard_out_true(ngx_http_citrix_guard_out_t *o,
    const char *key);
void ngx_http_citrix_guard_out_name(ngx_http_citrix_guard_out_t *o,
    const char *key, const char *name);
void ngx_http_citrix_guard_out_text(ngx_http_citrix_guard_out_t *o,
    const char *key, const void *data, size_t len, size_t max);
void ngx_http_citrix_guard_out_ready(ngx_http_citrix_guard_out_t *o,
    const char *key, ngx_str_t *text);
void ngx_http_citrix_guard_out_escaped(ngx_http_citrix_guard_out_t *o,
    const void *data, size_t len, size_t max);
void ngx_http_citrix_guard_out_time(ngx_http_citrix_guard_out_t *o,
    const char *key, uint64_t msec);

/*
 * refuse: answers the client.  Returns what a handler of a phase returns; the
 * request is finalized for NGX_DONE.
 */

ngx_int_t ngx_http_citrix_guard_refuse(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf);

ngx_int_t ngx_http_citrix_guard_add_header(ngx_http_request_t *r,
    const char *name, const char *value);

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

void ngx_http_citrix_guard_say(ngx_conf_t *cf, ngx_uint_t level,
    ngx_http_citrix_guard_place_t *place, const char *text);
void *ngx_http_citrix_guard_field(ngx_module_t *module, void **loc_conf,
    const char *directive);

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
