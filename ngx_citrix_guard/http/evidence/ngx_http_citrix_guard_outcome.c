
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The outcome of a suspicious request, by the rules of the public scanner for
 * indicators of compromise: which file below vpns was requested, and how the
 * ADC answered.  The ADC's own answer counts, not what nginx made of it for
 * the client.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_outcome.h"
#include "http/base/ngx_http_citrix_guard_request.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "cguard/decision/cguard_reading.h"


/* how much of a target is read from its beginning and from its end */

#define NGX_HTTP_CITRIX_GUARD_OUTCOME_READ  4096


#define NGX_HTTP_CITRIX_GUARD_SCRIPT     1   /* .pl */
#define NGX_HTTP_CITRIX_GUARD_SETTINGS   2   /* .conf */
#define NGX_HTTP_CITRIX_GUARD_TEMPLATE   4   /* .xml */


typedef struct {
    ngx_str_t                       name;
    ngx_uint_t                      kind;
} ngx_http_citrix_guard_kind_t;


static ngx_uint_t ngx_http_citrix_guard_kinds(ngx_http_request_t *r,
    ngx_http_citrix_guard_mark_t *mark);
static ngx_uint_t ngx_http_citrix_guard_kinds_of(ngx_str_t *target,
    ngx_uint_t below);
static ngx_uint_t ngx_http_citrix_guard_kinds_in(u_char *p, u_char *last,
    ngx_uint_t *below);
static ngx_uint_t ngx_http_citrix_guard_is_word(u_char *p, u_char *last,
    ngx_str_t *word);
static ngx_http_citrix_guard_outcome_e ngx_http_citrix_guard_outcome_of(
    ngx_uint_t kinds, ngx_uint_t status);
static ngx_http_citrix_guard_outcome_e
    ngx_http_citrix_guard_outcome_of_request(ngx_http_request_t *r,
    ngx_http_citrix_guard_mark_t *mark);
static ngx_http_citrix_guard_outcome_e ngx_http_citrix_guard_worst_answer(
    ngx_http_request_t *r, ngx_uint_t kinds);


static const char  *ngx_http_citrix_guard_outcomes[] = {
    "blocked", "attempt", "unknown", "scan-success", "exploit-suspected"
};


static ngx_str_t  ngx_http_citrix_guard_vpns = ngx_string("vpns");


static ngx_http_citrix_guard_kind_t  ngx_http_citrix_guard_kind_names[] = {
    { ngx_string(".pl"), NGX_HTTP_CITRIX_GUARD_SCRIPT },
    { ngx_string(".conf"), NGX_HTTP_CITRIX_GUARD_SETTINGS },
    { ngx_string(".xml"), NGX_HTTP_CITRIX_GUARD_TEMPLATE },
    { ngx_null_string, 0 }
};


const char *
ngx_http_citrix_guard_outcome_name(ngx_http_citrix_guard_outcome_e outcome)
{
    return ngx_http_citrix_guard_outcomes[outcome];
}


/* the worst outcome of all answers, also of those to subrequests */

ngx_http_citrix_guard_outcome_e
ngx_http_citrix_guard_outcome(ngx_http_request_t *r,
    ngx_http_citrix_guard_mark_t *mark, ngx_http_request_t **answered)
{
    ngx_http_citrix_guard_sent_t     *sent;
    ngx_http_citrix_guard_outcome_e   outcome, worst;

    worst = mark->verdict == ngx_http_citrix_guard_blocked
            ? ngx_http_citrix_guard_outcome_blocked
            : ngx_http_citrix_guard_outcome_attempt;

    outcome = ngx_http_citrix_guard_outcome_of_request(r, mark);
    worst = ngx_max(worst, outcome);
    *answered = r;

    for (sent = mark->sent; sent; sent = sent->next) {
        outcome = ngx_http_citrix_guard_outcome_of_request(sent->request,
                                                           mark);

        if (outcome > worst || r->upstream_states == NULL) {
            *answered = sent->request;
        }

        worst = ngx_max(worst, outcome);
    }

    if (mark->unlisted && worst < ngx_http_citrix_guard_outcome_unknown) {
        worst = ngx_http_citrix_guard_outcome_unknown;
    }

    return worst;
}


/* "blocked" is the mildest, if nothing was sent */

static ngx_http_citrix_guard_outcome_e
ngx_http_citrix_guard_outcome_of_request(ngx_http_request_t *r,
    ngx_http_citrix_guard_mark_t *mark)
{
    ngx_uint_t                        kinds, cached;
    ngx_http_citrix_guard_outcome_e   outcome, worst;

    worst = ngx_http_citrix_guard_outcome_blocked;

    /* the answer came from nginx's cache, to an earlier request */

#if (NGX_HTTP_CACHE)
    cached = r->cached;
#else
    cached = 0;
#endif

    if (r->upstream_states == NULL && !cached) {
        return worst;
    }

    kinds = ngx_http_citrix_guard_kinds(r, mark);

    if (cached) {
        outcome = ngx_http_citrix_guard_outcome_of(kinds,
                                                   r->headers_out.status);
        worst = ngx_max(worst, outcome);
    }

    if (r->upstream_states) {
        outcome = ngx_http_citrix_guard_worst_answer(r, kinds);
        worst = ngx_max(worst, outcome);
    }

    return worst;
}


static ngx_http_citrix_guard_outcome_e
ngx_http_citrix_guard_worst_answer(ngx_http_request_t *r, ngx_uint_t kinds)
{
    ngx_uint_t                        i, status;
    ngx_http_upstream_state_t        *state;
    ngx_http_citrix_guard_outcome_e   outcome, worst;

    worst = ngx_http_citrix_guard_outcome_blocked;
    state = r->upstream_states->elts;

    for (i = 0; i < r->upstream_states->nelts; i++) {

        if (state[i].peer == NULL) {
            continue;
        }

        status = ngx_http_citrix_guard_answer_status(r, &state[i]);

        if (status) {
            outcome = ngx_http_citrix_guard_outcome_of(kinds, status);

        } else if (state[i].bytes_sent > 0) {
            outcome = ngx_http_citrix_guard_outcome_unknown;

        } else {
            continue;
        }

        worst = ngx_max(worst, outcome);
    }

    return worst;
}


/*
 * nginx sets a status of its own (502, 504) if it waited in vain.  The answer
 * is the upstream's if its whole head was read, which sets header_time, or at
 * least its status line; the latter is known for the last answer only.
 */

ngx_uint_t
ngx_http_citrix_guard_answer_status(ngx_http_request_t *r,
    ngx_http_upstream_state_t *state)
{
    ngx_uint_t            last;
    ngx_http_upstream_t  *u;

    u = r->upstream;

    last = u && u->state == state ? u->headers_in.status_n : 0;

    if (state->header_time == (ngx_msec_t) -1) {
        return last;
    }

    /* nginx 1.29.0 and newer wait for more, and keep the interim status here */

    return state->status < NGX_HTTP_OK && last ? last : state->status;
}


static ngx_http_citrix_guard_outcome_e
ngx_http_citrix_guard_outcome_of(ngx_uint_t kinds, ngx_uint_t status)
{
    /* an interim answer, which nginx took for the last one: it says nothing */

    if (status < NGX_HTTP_OK && status != NGX_HTTP_SWITCHING_PROTOCOLS) {
        return ngx_http_citrix_guard_outcome_unknown;
    }

    if (kinds == 0) {
        return ngx_http_citrix_guard_outcome_attempt;
    }

    /* part of a file (206) proves as much as all of it */

    if (status >= NGX_HTTP_OK && status < NGX_HTTP_SPECIAL_RESPONSE) {

        if (kinds & NGX_HTTP_CITRIX_GUARD_TEMPLATE) {
            return ngx_http_citrix_guard_outcome_exploit_suspected;
        }

        return ngx_http_citrix_guard_outcome_scan_success;
    }

    if (status == NGX_HTTP_NOT_MODIFIED
        && (kinds & (NGX_HTTP_CITRIX_GUARD_TEMPLATE
                     |NGX_HTTP_CITRIX_GUARD_SCRIPT)))
    {
        return ngx_http_citrix_guard_outcome_exploit_suspected;
    }

    return ngx_http_citrix_guard_outcome_attempt;
}


/* in the client's target, or in what nginx has forwarded */

static ngx_uint_t
ngx_http_citrix_guard_kinds(ngx_http_request_t *r,
    ngx_http_citrix_guard_mark_t *mark)
{
    ngx_str_t   target;
    ngx_uint_t  below, kinds;

    /* the reading for people may not show the vpns that was found */

    below = ngx_strcmp(mark->reason, "traversal") == 0
            || ngx_strcmp(mark->reason, "query") == 0
            || ngx_strcmp(mark->reason, "vpns") == 0;

    /* the client's target is not what a subrequest has asked for */

    if (r != r->main && r->upstream && r->upstream->uri.len) {
        return ngx_http_citrix_guard_kinds_of(&r->upstream->uri, below);
    }

    target = ngx_http_citrix_guard_client_target(r);

    kinds = ngx_http_citrix_guard_kinds_of(&target, below);

    if (r->upstream && r->upstream->uri.len) {
        kinds |= ngx_http_citrix_guard_kinds_of(&r->upstream->uri, below);
    }

    return kinds;
}


static ngx_uint_t
ngx_http_citrix_guard_kinds_of(ngx_str_t *target, ngx_uint_t below)
{
    size_t      len, from, size;
    u_char      text[NGX_HTTP_CITRIX_GUARD_OUTCOME_READ], *p;
    ngx_uint_t  kinds;

    if (target->len == 0) {
        return 0;
    }

    /* names in the query are not files */

    p = ngx_strlchr(target->data, target->data + target->len, '?');

    len = p ? (size_t) (p - target->data) : target->len;

    size = cguard_reading(target->data, len, 0, text, sizeof(text));
    kinds = ngx_http_citrix_guard_kinds_in(text, text + size, &below);

    if (len <= sizeof(text)) {
        return kinds;
    }

    from = len - sizeof(text);

    size = cguard_reading(target->data, len, from, text, sizeof(text));

    return kinds | ngx_http_citrix_guard_kinds_in(text, text + size, &below);
}


static ngx_uint_t
ngx_http_citrix_guard_kinds_in(u_char *p, u_char *last, ngx_uint_t *below)
{
    ngx_uint_t                     kinds;
    ngx_http_citrix_guard_kind_t  *k;

    kinds = 0;

    for ( /* void */ ; p < last; p++) {

        if (*p == '/') {
            if (ngx_http_citrix_guard_is_word(p + 1, last,
                                              &ngx_http_citrix_guard_vpns))
            {
                *below = 1;
            }

            continue;
        }

        if (*p != '.' || !*below) {
            continue;
        }

        for (k = ngx_http_citrix_guard_kind_names; k->kind; k++) {
            if (ngx_http_citrix_guard_is_word(p, last, &k->name)) {
                kinds |= k->kind;
            }
        }
    }

    return kinds;
}


/* is the word here, with nothing that makes it a longer one? */

static ngx_uint_t
ngx_http_citrix_guard_is_word(u_char *p, u_char *last, ngx_str_t *word)
{
    if ((size_t) (last - p) < word->len
        || ngx_strncasecmp(p, word->data, word->len) != 0)
    {
        return 0;
    }

    p += word->len;

    return p == last
           || !((*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z')
                || (*p >= 'a' && *p <= 'z'));
}
