
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Types that the rooms of the http module share: modes, rules, locations, the
 * configuration, what was found in a request, and the request's mark.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_TYPES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_TYPES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "cguard/rules/cguard_pattern.h"
#include "cguard/rules/cguard_rule.h"
#include "cguard/rules/cguard_rule_types.h"
#include "cguard/zone/cguard_zone.h"


/* keeps the memory that a rare case needs out of the way of all others */

#define ngx_http_citrix_guard_rare       __attribute__((noinline, cold))


#define NGX_HTTP_CITRIX_GUARD_OFF        0
#define NGX_HTTP_CITRIX_GUARD_DETECT     1
#define NGX_HTTP_CITRIX_GUARD_ON         2


/*
 * Rules.  The rules of a level are an array of pointers, so that levels can
 * share them.  A set has the rules in force at a level, in the order in which
 * they are judged; a level that adds nothing uses the set of the level around
 * it.
 */

typedef struct {
    cguard_rule_t                   rule;
    u_char                         *file;
    ngx_uint_t                      line;
    unsigned                        in_force:1;
    unsigned                        preread:1;  /* warned: body preread */
} ngx_http_citrix_guard_rule_t;


typedef struct {
    ngx_array_t                    *rules;      /* of pointers to rules */
    ngx_array_t                    *exempt;     /* names of rules and
                                                   reasons */
    ngx_uint_t                      has_exceptions;
    cguard_rules_t                  compiled;
} ngx_http_citrix_guard_rule_set_t;


/* a variable in the head for the upstream that may hold a line feed */

typedef struct {
    ngx_uint_t                      index;
    ngx_uint_t                      upgrade;    /* it is the whole "Upgrade" */
} ngx_http_citrix_guard_value_t;


typedef struct {
    ngx_uint_t                      mode;
    ngx_uint_t                      sslvpn;
    ngx_uint_t                      traversal;
    ngx_uint_t                      status;
    ngx_uint_t                      log_level;
    ngx_uint_t                      pinning;

    ngx_array_t                    *rules;      /* set at this level */
    ngx_array_t                    *exempt;
    ngx_array_t                    *detect_for; /* of ngx_cidr_t */
    ngx_http_citrix_guard_rule_set_t *set;      /* NULL: no rules in force */

    ngx_uint_t                      monitor;
    ngx_str_t                       ack_secret; /* data is NULL: none */
    cguard_zone_server_t           *counters;   /* NULL: no zone */
    uint16_t                        turn;       /* of the server's place */

    unsigned                        policy;     /* as the core takes it */
    ngx_uint_t                      target_only; /* PREACCESS: no rules */
    ngx_uint_t                      scan;       /* NGX_..._SCAN, see below */
    ngx_uint_t                      foreign;    /* third-party modules */

    /* egress: what chooses a peer, NULL if upstreams differ in that */
    ngx_http_upstream_init_peer_pt  init_peer;

    /* egress: that of proxy_pass, for which the three below hold */
    ngx_http_upstream_conf_t       *proxy;
    ngx_array_t                    *values;     /* NULL: none to examine */
    ngx_uint_t                      captures;   /* numbered captures in it */
    ngx_uint_t                      set_body;   /* proxy_set_body */
} ngx_http_citrix_guard_loc_conf_t;


/*
 * Do the headers that nginx builds have to be scanned, besides those that the
 * client sent?  That depends on proxy_set_header and proxy_method, and on
 * other modules.
 */

#define NGX_HTTP_CITRIX_GUARD_SCAN       1
#define NGX_HTTP_CITRIX_GUARD_SCAN_UPGRADE  2   /* if the client sent
                                                   Upgrade */


/* a location; or a server, which has no location name */

typedef struct {
    void                          **loc_conf;
    void                          **srv_conf;
} ngx_http_citrix_guard_location_t;


/* the operator's own requests: their token, and where they are counted */

typedef struct {
    ngx_str_t                       name;
    ngx_str_t                       token;      /* empty: none */
    ngx_uint_t                      place;
} ngx_http_citrix_guard_canary_t;


/* the state file of the zone, and two names beside it, all NUL-terminated */

typedef struct {
    ngx_str_t                       file;       /* data is NULL: none */
    u_char                         *temp;
    u_char                         *damaged;
    u_char                         *folder;
    uint64_t                        happened;   /* events when written */
    time_t                          written;
    ngx_uint_t                      said;       /* failure was logged */
} ngx_http_citrix_guard_state_file_t;


typedef struct {
    ngx_array_t                     locations;
    ngx_array_t                     peers;      /* egress: of upstream{} */
    ngx_http_complex_value_t       *local;      /* egress: proxy_bind */
    ngx_array_t                     rules;      /* pointers, of all levels */
    cguard_matcher_t               *matcher;    /* NULL: no rules */
    ngx_array_t                     guarded;    /* check: upstreams */
    ngx_http_upstream_srv_conf_t   *unguarded;  /* check: the last one named */
    ngx_log_t                      *quiet_log;
    ngx_int_t                       request_id; /* index of $request_id */
    ngx_module_t                   *log_module; /* NULL: unknown layout */
    ngx_shm_zone_t                 *zone;
    cguard_zone_t                  *shared;     /* NULL: no zone */
    u_char                         *zone_env;   /* for the next nginx */
    ngx_http_citrix_guard_state_file_t  state;
    ngx_http_citrix_guard_canary_t  canary;     /* token in the target */
    ngx_array_t                     canaries;   /* token in a field */
    ngx_uint_t                      active;     /* a location is not off */
    ngx_uint_t                      pinning;    /* a location is on */
    ngx_uint_t                      log_rate;   /* lines; 0: no limit */
    ngx_msec_t                      log_period; /* 0: not set */
    ngx_uint_t                      rules_need_body;
} ngx_http_citrix_guard_main_conf_t;


/* where it was found */

typedef enum {
    ngx_http_citrix_guard_at_request = 0,       /* PREACCESS */
    ngx_http_citrix_guard_at_egress,            /* in the head for upstream */
    ngx_http_citrix_guard_at_nginx              /* refused by nginx itself */
} ngx_http_citrix_guard_at_e;


/* in which string it was found */

typedef enum {
    ngx_http_citrix_guard_in_target = 0,        /* as the client sent it */
    ngx_http_citrix_guard_in_uri,               /* nginx's current URI */
    ngx_http_citrix_guard_in_head,              /* the head for the upstream */
    ngx_http_citrix_guard_in_header,
    ngx_http_citrix_guard_in_request            /* the string of a rule */
} ngx_http_citrix_guard_in_e;


/* the verdict on a finding, in ascending order of strictness */

typedef enum {
    ngx_http_citrix_guard_passed = 0,
    ngx_http_citrix_guard_exempted,
    ngx_http_citrix_guard_detected,
    ngx_http_citrix_guard_blocked
} ngx_http_citrix_guard_verdict_e;


typedef struct {
    ngx_http_citrix_guard_verdict_e  verdict;
    const char                     *reason;
    const cguard_rule_t            *rule;       /* of "rule", "error" */
    const cguard_rule_t            *exempted_by;
    ngx_http_citrix_guard_at_e      at;
    ngx_http_citrix_guard_in_e      in;
    ngx_str_t                       judged;     /* the string */
    ngx_str_t                       args;       /* the arguments of a URI */
    unsigned                        depth;
    size_t                          start;
    size_t                          end;
} ngx_http_citrix_guard_finding_t;


/* a subrequest in which something was found that was let through */

typedef struct ngx_http_citrix_guard_sent_s  ngx_http_citrix_guard_sent_t;

struct ngx_http_citrix_guard_sent_s {
    ngx_http_request_t             *request;
    ngx_http_citrix_guard_sent_t   *next;
};


/*
 * What was found in a client's request.  Its subrequests and internal
 * redirects share one mark; a request without a finding has none.  If there is
 * no memory for it, reason and reading are unknown.
 */

typedef struct {
    ngx_http_citrix_guard_verdict_e  verdict;
    ngx_uint_t                      refused;    /* the client was refused */
    ngx_uint_t                      left_out;   /* by log_rate */
    ngx_uint_t                      lost;       /* no memory for the event */
    ngx_uint_t                      open;       /* counted until its end */
    ngx_uint_t                      unlisted;   /* no memory for "sent" */
    ngx_http_citrix_guard_sent_t   *sent;
    ngx_http_upstream_t            *awaited;    /* whatever the client does */
    const char                     *reason;
    const cguard_rule_t            *rule;
    const cguard_rule_t            *exempted_by;
    ngx_http_citrix_guard_at_e      at;
    ngx_http_citrix_guard_in_e      in;
    ngx_uint_t                      mode;
    unsigned                        depth;
    size_t                          start;
    size_t                          end;
    ngx_str_t                       reading;    /* escaped */
} ngx_http_citrix_guard_mark_t;


/* nginx finds the module's contexts and configuration by its address */

extern ngx_module_t  ngx_http_citrix_guard_module;


#endif /* _NGX_HTTP_CITRIX_GUARD_TYPES_H_INCLUDED_ */
