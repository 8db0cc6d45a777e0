
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Rules at work: a request is laid out as the core's rules see one
 * (cguard/cguard_rule.h), and those that can match are asked.
 */


#include "http/base/ngx_http_citrix_guard_types.h"


/* the request's header fields, one after another */

typedef struct {
    ngx_list_part_t                *first;
    ngx_list_part_t                *part;
    ngx_uint_t                      n;          /* in this part */
} ngx_http_citrix_guard_fields_t;


typedef struct {
    cguard_subject_t                subject;
    ngx_http_citrix_guard_fields_t  fields;
    ngx_str_t                       target;
    ngx_http_citrix_guard_in_e      in;
} ngx_http_citrix_guard_layout_t;


/* bytes of the body that rules ask for, by what would come of a match */

typedef struct {
    size_t                          to_block;
    size_t                          to_detect;
} ngx_http_citrix_guard_needs_t;


static ngx_int_t ngx_http_citrix_guard_lay_out(ngx_http_request_t *r,
    ngx_http_citrix_guard_body_t *body, ngx_http_citrix_guard_layout_t *l);
static ngx_int_t ngx_http_citrix_guard_rule_target(ngx_http_request_t *r,
    ngx_http_citrix_guard_layout_t *l);
static void ngx_http_citrix_guard_rule_host(ngx_http_request_t *r,
    cguard_subject_t *s);
static int ngx_http_citrix_guard_next_field(void *data, size_t *i,
    cguard_word_t *name, cguard_word_t *value);
static size_t ngx_http_citrix_guard_longest(ngx_http_request_t *r);
static u_char *ngx_http_citrix_guard_room(ngx_http_request_t *r, size_t size,
    size_t value);
static void ngx_http_citrix_guard_unjudged(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);
static void ngx_http_citrix_guard_ask_all(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_body_t *body,
    ngx_http_citrix_guard_needs_t *needs, ngx_http_citrix_guard_finding_t *f);
static ngx_uint_t ngx_http_citrix_guard_ask(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf, ngx_http_citrix_guard_layout_t *l,
    const cguard_rule_t *rule, ngx_http_citrix_guard_needs_t *needs,
    ngx_http_citrix_guard_finding_t *f);
static void ngx_http_citrix_guard_rule_error(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);
static void ngx_http_citrix_guard_rule_finding(
    ngx_http_citrix_guard_layout_t *l, const cguard_rule_t *rule,
    const char *reason, ngx_http_citrix_guard_finding_t *f);
static ngx_uint_t ngx_http_citrix_guard_covers(const cguard_rule_t *rule,
    ngx_str_t *id, ngx_str_t *reason);
static ngx_uint_t ngx_http_citrix_guard_names(const cguard_rule_t *rule,
    ngx_str_t *name);


/*
 * Room for the forms of targets and values.  It belongs to the process, which
 * judges one request at a time, and grows to what the longest has needed.
 */

static u_char  *ngx_http_citrix_guard_buffer;
static size_t   ngx_http_citrix_guard_buffer_size;


ngx_int_t
ngx_http_citrix_guard_judge_rules(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f)
{
    ngx_int_t                       rc;
    ngx_http_citrix_guard_body_t    body;
    ngx_http_citrix_guard_needs_t   needs;

    ngx_http_citrix_guard_ask_all(r, glcf, NULL, &needs, f);

    if (f->verdict == ngx_http_citrix_guard_blocked) {
        return NGX_OK;
    }

    if (needs.to_block == 0) {

        if (needs.to_detect
            && ngx_http_citrix_guard_observe(r, needs.to_detect) != NGX_OK)
        {
            ngx_http_citrix_guard_unjudged(r, glcf, f);
            f->verdict = ngx_http_citrix_guard_detected;
        }

        return NGX_OK;
    }

    rc = ngx_http_citrix_guard_body(r, ngx_max(needs.to_block,
                                               needs.to_detect), &body);

    if (rc == NGX_OK) {
        ngx_http_citrix_guard_ask_all(r, glcf, &body, &needs, f);
        return NGX_OK;
    }

    if (rc != NGX_ERROR) {
        return rc;
    }

    ngx_http_citrix_guard_unjudged(r, glcf, f);

    return NGX_OK;
}


static void
ngx_http_citrix_guard_unjudged(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f)
{
    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "citrix_guard: the request's body could not be judged");

    ngx_http_citrix_guard_rule_error(r, glcf, f);
}


/* a body that has passed, where nothing was to be refused */

ngx_int_t
ngx_http_citrix_guard_observed(ngx_http_request_t *r,
    ngx_http_citrix_guard_body_t *body)
{
    ngx_http_citrix_guard_needs_t      needs;
    ngx_http_citrix_guard_finding_t    f;
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    glcf = ngx_http_get_module_loc_conf(r, ngx_http_citrix_guard_module);

    if (glcf->mode == NGX_HTTP_CITRIX_GUARD_OFF || glcf->set == NULL) {
        return NGX_OK;
    }

    ngx_http_citrix_guard_ask_all(r, glcf, body, &needs, &f);

    if (f.verdict == ngx_http_citrix_guard_passed) {
        return NGX_OK;
    }

    ngx_http_citrix_guard_note(r, glcf, &f);

    /* in another location than the one that let it go */

    return f.verdict == ngx_http_citrix_guard_blocked ? NGX_HTTP_FORBIDDEN
                                                      : NGX_OK;
}


/* all rules that can match, until one refuses */

static void
ngx_http_citrix_guard_ask_all(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_body_t *body,
    ngx_http_citrix_guard_needs_t *needs, ngx_http_citrix_guard_finding_t *f)
{
    size_t                            i, n;
    uint64_t                          word;
    cguard_rules_t                   *gated;
    cguard_ac_hits_t                hits;
    ngx_http_citrix_guard_layout_t    l;
    ngx_http_citrix_guard_finding_t   found;

    ngx_memzero(needs, sizeof(ngx_http_citrix_guard_needs_t));

    f->verdict = ngx_http_citrix_guard_passed;

    if (ngx_http_citrix_guard_lay_out(r, body, &l) != NGX_OK) {
        ngx_http_citrix_guard_rule_error(r, glcf, f);
        return;
    }

    gated = &glcf->set->gated;

    cguard_rules_candidates(gated, &l.subject, &hits);

    for (n = 0; n < gated->n; n += 64) {

        word = hits.bits[n / 64];

        for (i = n; word; i++, word >>= 1) {

            if (!(word & 1)
                || !ngx_http_citrix_guard_ask(r, glcf, &l, gated->rules[i],
                                              needs, &found))
            {
                continue;
            }

            if (found.verdict > f->verdict) {
                *f = found;
            }

            if (f->verdict == ngx_http_citrix_guard_blocked) {
                return;
            }
        }
    }
}


/* returns 1 if the rule matches, and what comes of it */

static ngx_uint_t
ngx_http_citrix_guard_ask(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf, ngx_http_citrix_guard_layout_t *l,
    const cguard_rule_t *rule, ngx_http_citrix_guard_needs_t *needs,
    ngx_http_citrix_guard_finding_t *f)
{
    int                                 rc;
    size_t                             *need;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    if (rule->action == CGUARD_RULE_PASS) {
        return 0;
    }

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_citrix_guard_module);

    rc = cguard_rule_match(rule, &l->subject, gmcf->matcher);

    if (rc == 0) {
        return 0;
    }

    if (rc < 0) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "citrix_guard: rule \"%*s\" could not be judged: "
                      "PCRE2 error %d",
                      rule->id.len, rule->id.data, rc);
    }

    ngx_http_citrix_guard_rule_finding(l, rule, rc < 0 ? "error" : "rule", f);
    ngx_http_citrix_guard_weigh(r, glcf, f);

    if (rc == CGUARD_RULE_NEED_BODY) {
        need = f->verdict == ngx_http_citrix_guard_blocked
               ? &needs->to_block : &needs->to_detect;

        *need = ngx_max(*need, rule->body);
        return 0;
    }

    return 1;
}


/* what could not be judged */

static void
ngx_http_citrix_guard_rule_error(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f)
{
    ngx_http_citrix_guard_layout_t  l;

    l.in = r->valid_unparsed_uri ? ngx_http_citrix_guard_in_target
                                 : ngx_http_citrix_guard_in_uri;
    l.target = r->valid_unparsed_uri ? r->unparsed_uri : r->uri;

    ngx_http_citrix_guard_rule_finding(&l, NULL, "error", f);
    ngx_http_citrix_guard_weigh(r, glcf, f);
}


/* the exception that lets it by, if any: asked for a finding only */

const cguard_rule_t *
ngx_http_citrix_guard_exception(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf, ngx_str_t *id, ngx_str_t *reason)
{
    size_t                              i;
    cguard_rules_t                     *gated;
    const cguard_rule_t                *rule;
    ngx_http_citrix_guard_layout_t      l;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    if (!glcf->set->passes
        || ngx_http_citrix_guard_lay_out(r, NULL, &l) != NGX_OK)
    {
        return NULL;
    }

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_citrix_guard_module);
    gated = &glcf->set->gated;

    for (i = 0; i < gated->n; i++) {
        rule = gated->rules[i];

        if (rule->action == CGUARD_RULE_PASS
            && ngx_http_citrix_guard_covers(rule, id, reason)
            && cguard_rule_match(rule, &l.subject, gmcf->matcher) == 1)
        {
            return rule;
        }
    }

    return NULL;
}


/* "of=ID,..."; without it any rule, and no reason of the guard's own */

static ngx_uint_t
ngx_http_citrix_guard_covers(const cguard_rule_t *rule, ngx_str_t *id,
    ngx_str_t *reason)
{
    if (rule->scope.data == NULL) {
        return id->len != 0;
    }

    return ngx_http_citrix_guard_names(rule, reason)
           || (id->len && ngx_http_citrix_guard_names(rule, id));
}


static ngx_uint_t
ngx_http_citrix_guard_names(const cguard_rule_t *rule, ngx_str_t *name)
{
    u_char  *p, *last, *comma;

    p = (u_char *) rule->scope.data;
    last = p + rule->scope.len;

    for ( ;; ) {
        comma = ngx_strlchr(p, last, ',');

        if ((size_t) ((comma ? comma : last) - p) == name->len
            && ngx_strncmp(p, name->data, name->len) == 0)
        {
            return 1;
        }

        if (comma == NULL) {
            return 0;
        }

        p = comma + 1;
    }
}


static void
ngx_http_citrix_guard_rule_finding(ngx_http_citrix_guard_layout_t *l,
    const cguard_rule_t *rule, const char *reason,
    ngx_http_citrix_guard_finding_t *f)
{
    ngx_memzero(f, sizeof(ngx_http_citrix_guard_finding_t));

    f->reason = reason;
    f->rule = rule;
    f->at = ngx_http_citrix_guard_at_request;
    f->in = l->in;
    f->judged = l->target;
    f->end = l->target.len;

    /* what else a rule looks at may hold secrets, and is not shown */

    if (rule && rule->condition[0].part > CGUARD_IN_RULE_TARGET) {
        f->in = rule->condition[0].part == CGUARD_IN_RULE_HEADER
                ? ngx_http_citrix_guard_in_header
                : ngx_http_citrix_guard_in_request;
    }
}


static ngx_int_t
ngx_http_citrix_guard_lay_out(ngx_http_request_t *r,
    ngx_http_citrix_guard_body_t *body, ngx_http_citrix_guard_layout_t *l)
{
    size_t             size, value;
    u_char            *room;
    cguard_subject_t  *s;

    s = &l->subject;

    if (ngx_http_citrix_guard_rule_target(r, l) != NGX_OK) {
        return NGX_ERROR;
    }

    size = cguard_form_room(l->target.len);

    value = ngx_http_citrix_guard_longest(r);

    if (body && body->len > value) {
        value = body->len;
    }

    room = ngx_http_citrix_guard_room(r, size, value);
    if (room == NULL) {
        return NGX_ERROR;
    }

    s->nforms = cguard_form_target(l->target.data, l->target.len, room, size,
                                   s->form);
    if (s->nforms == 0) {
        return NGX_ERROR;
    }

    s->room = room + size;
    s->nroom = ngx_http_citrix_guard_buffer_size - size;

    ngx_http_citrix_guard_rule_host(r, s);

    s->method.data = (char *) r->method_name.data;
    s->method.len = r->method_name.len;

    l->fields.first = &r->headers_in.headers.part;
    s->header = ngx_http_citrix_guard_next_field;
    s->data = &l->fields;

    s->body_length = r->headers_in.chunked
                     ? CGUARD_RULE_UNANNOUNCED
                     : (size_t) ngx_max(r->headers_in.content_length_n, 0);
    s->body_known = (body != NULL);
    s->body_whole = body ? (unsigned) body->whole : 0;
    s->body = body ? body->data : NULL;
    s->nbody = body ? body->len : 0;

    return NGX_OK;
}


/* as in judge_request(): the client's own bytes, or what nginx made of them */

static ngx_int_t
ngx_http_citrix_guard_rule_target(ngx_http_request_t *r,
    ngx_http_citrix_guard_layout_t *l)
{
    u_char  *p;
    size_t   i, marks;

    if (r->valid_unparsed_uri) {
        l->in = ngx_http_citrix_guard_in_target;
        l->target = r->unparsed_uri;
        return NGX_OK;
    }

    l->in = ngx_http_citrix_guard_in_uri;
    l->target = r->uri;

    /* a "?" in it was encoded, will be once more, and ends no path */

    marks = 0;

    for (i = 0; i < r->uri.len; i++) {
        marks += r->uri.data[i] == '?';
    }

    if (marks == 0 && r->args.len == 0) {
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, r->uri.len + 2 * marks + 1 + r->args.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    l->target.data = p;

    for (i = 0; i < r->uri.len; i++) {

        if (r->uri.data[i] == '?') {
            p = ngx_cpymem(p, "%3F", sizeof("%3F") - 1);

        } else {
            *p++ = r->uri.data[i];
        }
    }

    if (r->args.len) {
        *p++ = '?';
        p = ngx_cpymem(p, r->args.data, r->args.len);
    }

    l->target.len = p - l->target.data;

    return NGX_OK;
}


/*
 * "GET http://HOST/" names a host as well, and then it is that one which nginx
 * has for $host.  It is in small letters, without a port and a final dot.
 */

static void
ngx_http_citrix_guard_rule_host(ngx_http_request_t *r, cguard_subject_t *s)
{
    size_t      rest;
    u_char     *p;
    ngx_str_t  *host, *server;

    server = &r->headers_in.server;
    host = r->headers_in.host ? &r->headers_in.host->value : server;

    s->host.data = (char *) host->data;
    s->host.len = host->len;

    s->authority.data = NULL;
    s->authority.len = 0;

    if (server->len == 0) {
        return;
    }

    if (host->len >= server->len
        && ngx_strncasecmp(host->data, server->data, server->len) == 0)
    {
        p = host->data + server->len;
        rest = host->len - server->len;

        if (rest && *p == '.') {
            p++;
            rest--;
        }

        if (rest == 0 || *p == ':') {
            return;
        }
    }

    s->authority.data = (char *) server->data;
    s->authority.len = server->len;
}


static int
ngx_http_citrix_guard_next_field(void *data, size_t *i, cguard_word_t *name,
    cguard_word_t *value)
{
    ngx_http_citrix_guard_fields_t  *fields = data;

    ngx_table_elt_t  *h;

    if (*i == 0) {
        fields->part = fields->first;
        fields->n = 0;
    }

    (*i)++;

    while (fields->n == fields->part->nelts) {
        fields->part = fields->part->next;
        fields->n = 0;

        if (fields->part == NULL) {
            return 0;
        }
    }

    h = (ngx_table_elt_t *) fields->part->elts + fields->n++;

    name->data = (char *) h->key.data;
    name->len = h->key.len;
    value->data = (char *) h->value.data;
    value->len = h->value.len;

    return 1;
}


/* HTTP/2 has longer values than any buffer: cookies become one field */

static size_t
ngx_http_citrix_guard_longest(ngx_http_request_t *r)
{
    size_t            longest;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    longest = 0;

    for (part = &r->headers_in.headers.part; part; part = part->next) {

        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            longest = ngx_max(longest, h[i].value.len);
        }
    }

    return longest;
}


/* "size" bytes for a target, and for a value: the body or a header field */

static u_char *
ngx_http_citrix_guard_room(ngx_http_request_t *r, size_t size, size_t value)
{
    u_char                    *p;
    ngx_http_core_srv_conf_t  *cscf;

    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);

    size += ngx_max(value, cscf->large_client_header_buffers.size);

    if (size <= ngx_http_citrix_guard_buffer_size) {
        return ngx_http_citrix_guard_buffer;
    }

    p = ngx_alloc(size, r->connection->log);
    if (p == NULL) {
        return NULL;
    }

    if (ngx_http_citrix_guard_buffer) {
        ngx_free(ngx_http_citrix_guard_buffer);
    }

    ngx_http_citrix_guard_buffer = p;
    ngx_http_citrix_guard_buffer_size = size;

    return p;
}


void
ngx_http_citrix_guard_exit_process(ngx_cycle_t *cycle)
{
    if (ngx_http_citrix_guard_buffer) {
        ngx_free(ngx_http_citrix_guard_buffer);
        ngx_http_citrix_guard_buffer = NULL;
        ngx_http_citrix_guard_buffer_size = 0;
    }
}
