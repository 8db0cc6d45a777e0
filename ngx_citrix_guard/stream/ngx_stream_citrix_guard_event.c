
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The event of a session that was turned away: one line of JSON, whose form is
 * fixed by conf/front.schema.json.  All that a client may choose in it is the
 * name in its ClientHello; of what it has said nothing is part of it.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_stream.h>

#include "ngx_stream_citrix_guard_event.h"
#include "ngx_stream_citrix_guard_front.h"


#pragma weak ngx_stream_get_variable
#pragma weak ngx_stream_variable_null_value


/* a name of 255 bytes, each as \\xHH, and all else at its longest */

#define NGX_STREAM_CITRIX_GUARD_EVENT_SNI   255
#define NGX_STREAM_CITRIX_GUARD_EVENT_LINE  2048


static u_char *ngx_stream_citrix_guard_event_json(ngx_stream_session_t *s,
    const char *why, u_char *p);
static u_char *ngx_stream_citrix_guard_event_start(ngx_stream_session_t *s,
    u_char *p);
static u_char *ngx_stream_citrix_guard_event_sni(ngx_stream_session_t *s,
    u_char *p);
static u_char *ngx_stream_citrix_guard_event_end(ngx_stream_session_t *s,
    u_char *p);
static u_char *ngx_stream_citrix_guard_event_text(u_char *p, u_char *text,
    size_t len);


ngx_int_t
ngx_stream_citrix_guard_event_variable(ngx_stream_session_t *s,
    ngx_stream_variable_value_t *v, uintptr_t data)
{
    u_char      *p;
    const char  *why;

    /* if memory is short: of all sessions, and good until the next event */

    static u_char  spare[NGX_STREAM_CITRIX_GUARD_EVENT_LINE];

    why = ngx_stream_citrix_guard_front_why(s);

    if (why == NULL) {
        *v = ngx_stream_variable_null_value;
        return NGX_OK;
    }

    p = ngx_pnalloc(s->connection->pool, NGX_STREAM_CITRIX_GUARD_EVENT_LINE);
    if (p == NULL) {
        p = spare;
    }

    v->data = p;
    v->len = ngx_stream_citrix_guard_event_json(s, why, p) - p;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


static u_char *
ngx_stream_citrix_guard_event_json(ngx_stream_session_t *s, const char *why,
    u_char *p)
{
    p = ngx_stream_citrix_guard_event_start(s, p);

    p = ngx_sprintf(p, "\"client\":\"%V\",", &s->connection->addr_text);

    p = ngx_stream_citrix_guard_event_sni(s, p);

    p = ngx_sprintf(p, "\"protocol\":\"%s\",\"why\":\"%s\"",
                    ngx_stream_citrix_guard_front_protocol(s), why);

    return ngx_stream_citrix_guard_event_end(s, p);
}


/* one id for each: the process, its connection, and when that was accepted */

static u_char *
ngx_stream_citrix_guard_event_start(ngx_stream_session_t *s, u_char *p)
{
    ngx_tm_t  tm;

    ngx_gmtime(s->start_sec, &tm);

    return ngx_sprintf(p, "{\"version\":1,"
                       "\"time\":\"%4d-%02d-%02dT%02d:%02d:%02d.%03MZ\","
                       "\"id\":\"%08xD%08xD%016xL\",\"at\":\"front\",",
                       tm.ngx_tm_year, tm.ngx_tm_mon, tm.ngx_tm_mday,
                       tm.ngx_tm_hour, tm.ngx_tm_min, tm.ngx_tm_sec,
                       s->start_msec,
                       (uint32_t) ngx_pid,
                       (uint32_t) s->connection->number,
                       (int64_t) s->start_sec * 1000
                           + (int64_t) s->start_msec);
}


/* by its variable: nginx may be built without TLS */

static u_char *
ngx_stream_citrix_guard_event_sni(ngx_stream_session_t *s, u_char *p)
{
    ngx_stream_variable_value_t  *v;

    static ngx_str_t  name = ngx_string("ssl_server_name");

    v = ngx_stream_get_variable(s, &name, ngx_hash_key(name.data, name.len));

    if (v == NULL || v->not_found || v->len == 0) {
        return p;
    }

    p = ngx_sprintf(p, "\"sni\":\"");
    p = ngx_stream_citrix_guard_event_text(p, v->data, v->len);

    return ngx_sprintf(p, "\",");
}


static u_char *
ngx_stream_citrix_guard_event_end(ngx_stream_session_t *s, u_char *p)
{
    ngx_time_t                   *now;
    ngx_msec_int_t                ms;
    ngx_stream_upstream_state_t  *u;

    now = ngx_timeofday();

    ms = (ngx_msec_int_t) ((now->sec - s->start_sec) * 1000
                           + (ngx_msec_int_t) (now->msec - s->start_msec));
    ms = ngx_max(ms, 0);

    p = ngx_sprintf(p, ",\"status\":%ui,\"received\":%O,\"sent\":%O,"
                    "\"seconds\":%T.%03M",
                    s->status, s->received, s->connection->sent,
                    (time_t) ms / 1000, (ngx_msec_t) ms % 1000);

    /* the last one that was asked */

    if (s->upstream_states && s->upstream_states->nelts) {
        u = s->upstream_states->elts;
        u += s->upstream_states->nelts - 1;

        if (u->peer) {
            p = ngx_sprintf(p, ",\"upstream\":{\"address\":\"");
            p = ngx_stream_citrix_guard_event_text(p, u->peer->data,
                                                   u->peer->len);
            p = ngx_sprintf(p, "\",\"sent\":%O,\"bytes\":%O}",
                            u->bytes_sent, u->bytes_received);
        }
    }

    return ngx_sprintf(p, "}");
}


/* as all texts of events: printable ASCII, any other byte as \xHH */

static u_char *
ngx_stream_citrix_guard_event_text(u_char *p, u_char *text, size_t len)
{
    size_t  i;

    len = ngx_min(len, NGX_STREAM_CITRIX_GUARD_EVENT_SNI);

    for (i = 0; i < len; i++) {
        if (text[i] >= 0x20 && text[i] < 0x7f && text[i] != '"'
            && text[i] != '\\')
        {
            *p++ = text[i];

        } else {
            p = ngx_sprintf(p, "\\\\x%02XD", (uint32_t) text[i]);
        }
    }

    return p;
}


ngx_int_t
ngx_stream_citrix_guard_why_variable(ngx_stream_session_t *s,
    ngx_stream_variable_value_t *v, uintptr_t data)
{
    const char  *why;

    why = ngx_stream_citrix_guard_front_why(s);

    if (why == NULL) {
        *v = ngx_stream_variable_null_value;
        return NGX_OK;
    }

    v->data = (u_char *) why;
    v->len = ngx_strlen(why);
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}
