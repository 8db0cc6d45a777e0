
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * JSON lines: the guard's own events, nginx with "escape=json", ECS and what
 * else there is.  A key's meaning goes by its name; of two that mean the same
 * the one of the higher rank counts.
 */


#include <string.h>

#include "cli/common/cli_types.h"
#include "scan_json.h"
#include "scan_escape.h"
#include "scan_fast_json.h"
#include "scan_line.h"
#include "scan_types.h"


#define SCAN_JSON_DEPTH  8
#define SCAN_JSON_PATH   128
#define SCAN_JSON_FRONT  512


typedef struct {
    scan_parser_t        *ps;
    scan_line_t          *line;
    const unsigned char  *p;
    const unsigned char  *last;

    char                  path[SCAN_JSON_PATH];
    size_t                len;
    unsigned              keys;
    unsigned              rank[SCAN_F_TIME + 1];

    /* those that are no objects or arrays, as they stand in the line */
    scan_value_t          value[SCAN_LAYOUT_VALUES];
    unsigned              values;

    /* of the objects and arrays around: where their path ends */
    struct {
        size_t            len;
        unsigned          array;
    } level[SCAN_JSON_DEPTH];
    unsigned              depth;
} scan_json_t;


static int scan_json_member(scan_json_t *js);
static int scan_json_value(scan_json_t *js, scan_field_e field,
    unsigned rank);
static int scan_json_open(scan_json_t *js, unsigned array);
static int scan_json_string(scan_json_t *js, cli_str_t *s,
    unsigned *escaped);
static scan_field_e scan_json_key(scan_json_t *js, cli_str_t key,
    unsigned *rank);
static scan_field_e scan_json_meaning(const scan_formats_t *formats,
    const char *path, size_t len, unsigned *rank);
static void scan_json_take(scan_json_t *js, scan_field_e field, unsigned rank,
    cli_str_t s, unsigned escaped);


static const struct {
    const char           *key;
    scan_field_e          field;
    unsigned              rank;
} scan_json_keys[] = {
    { "@timestamp", SCAN_F_TIME, 9 },
    { "time", SCAN_F_TIME, 8 },
    { "timestamp", SCAN_F_TIME, 7 },
    { "time_iso8601", SCAN_F_TIME, 7 },
    { "time_local", SCAN_F_TIME, 6 },
    { "datetime", SCAN_F_TIME, 5 },
    { "date", SCAN_F_TIME, 4 },
    { "ts", SCAN_F_TIME, 4 },
    { "msec", SCAN_F_TIME, 3 },

    { "client", SCAN_F_CLIENT, 9 },
    { "client.ip", SCAN_F_CLIENT, 9 },
    { "client.address", SCAN_F_CLIENT, 8 },
    { "source.ip", SCAN_F_CLIENT, 8 },
    { "source.address", SCAN_F_CLIENT, 7 },
    { "client_ip", SCAN_F_CLIENT, 8 },
    { "clientip", SCAN_F_CLIENT, 8 },
    { "src_ip", SCAN_F_CLIENT, 8 },
    { "src", SCAN_F_CLIENT, 7 },
    { "remote_addr", SCAN_F_CLIENT, 8 },
    { "remote_ip", SCAN_F_CLIENT, 8 },
    { "remoteip", SCAN_F_CLIENT, 8 },
    { "remote", SCAN_F_CLIENT, 6 },
    { "ip", SCAN_F_CLIENT, 5 },
    { "c-ip", SCAN_F_CLIENT, 8 },

    { "method", SCAN_F_METHOD, 9 },
    { "request_method", SCAN_F_METHOD, 9 },
    { "http.request.method", SCAN_F_METHOD, 9 },
    { "request.method", SCAN_F_METHOD, 9 },
    { "verb", SCAN_F_METHOD, 8 },
    { "cs-method", SCAN_F_METHOD, 8 },

    { "target", SCAN_F_TARGET, 9 },
    { "request_uri", SCAN_F_TARGET, 9 },
    { "request_target", SCAN_F_TARGET, 9 },
    { "url.original", SCAN_F_TARGET, 9 },
    { "request", SCAN_F_REQUEST, 8 },
    { "request_line", SCAN_F_REQUEST, 8 },
    { "requestline", SCAN_F_REQUEST, 8 },
    { "request.uri", SCAN_F_TARGET, 7 },
    { "request.url", SCAN_F_TARGET, 7 },
    { "url", SCAN_F_TARGET, 7 },
    { "cs-uri-stem", SCAN_F_TARGET, 6 },
    { "uri", SCAN_F_TARGET, 6 },
    { "url.path", SCAN_F_TARGET, 5 },
    { "path", SCAN_F_TARGET, 5 },

    { "query", SCAN_F_QUERY, 9 },
    { "args", SCAN_F_QUERY, 9 },
    { "query_string", SCAN_F_QUERY, 9 },
    { "url.query", SCAN_F_QUERY, 9 },
    { "cs-uri-query", SCAN_F_QUERY, 9 },

    { "status", SCAN_F_STATUS, 8 },
    { "status_code", SCAN_F_STATUS, 9 },
    { "http.response.status_code", SCAN_F_STATUS, 9 },
    { "response.status", SCAN_F_STATUS, 9 },
    { "response_code", SCAN_F_STATUS, 9 },
    { "sc-status", SCAN_F_STATUS, 9 },
    { "upstream_status", SCAN_F_STATUS, 5 },
    { "upstream.status", SCAN_F_STATUS, 9 },

    { "body_bytes_sent", SCAN_F_BYTES, 9 },
    { "http.response.body.bytes", SCAN_F_BYTES, 9 },
    { "bytes_sent", SCAN_F_BYTES, 8 },
    { "bytes", SCAN_F_BYTES, 8 },
    { "size", SCAN_F_BYTES, 7 },
    { "sc-bytes", SCAN_F_BYTES, 8 },
    { "upstream.bytes", SCAN_F_BYTES, 6 },

    { "verdict", SCAN_F_VERDICT, 9 },
    { "citrix_guard_verdict", SCAN_F_VERDICT, 8 },
    { "outcome", SCAN_F_OUTCOME, 9 },
    { "citrix_guard_outcome", SCAN_F_OUTCOME, 8 },
    { "reason", SCAN_F_REASON, 9 },
    { "citrix_guard_reason", SCAN_F_REASON, 8 },
    { "canary", SCAN_F_CANARY, 9 },
};


static const char  scan_json_event[] = "citrix_guard.";


static void
scan_json_blanks(scan_json_t *js)
{
    while (js->p < js->last && (*js->p == ' ' || *js->p == '\t')) {
        js->p++;
    }
}


scan_parsed_e
scan_json(scan_parser_t *ps, const unsigned char *p, const unsigned char *last,
    scan_line_t *ln)
{
    size_t       len;
    scan_json_t  js;

    /* the FILE: of a grep, or a syslog header, may stand in front */

    len = (size_t) (last - p);
    len = len < SCAN_JSON_FRONT ? len : SCAN_JSON_FRONT;

    js.p = memchr(p, '{', len);

    if (js.p == NULL || memchr(p, '"', (size_t) (js.p - p))) {
        return SCAN_DAMAGED;
    }

    scan_line_init(ln);
    memset(js.rank, 0, sizeof(js.rank));

    js.ps = ps;
    js.line = ln;
    js.last = last;
    js.len = 0;
    js.keys = 0;
    js.values = 0;
    js.depth = 0;

    ps->used = 0;

    if (scan_json_open(&js, 0) == -1) {
        return SCAN_DAMAGED;
    }

    while (js.depth) {
        if (scan_json_member(&js) == -1) {
            return SCAN_DAMAGED;
        }
    }

    /* a query that the target has already */

    if (memchr(ln->target.data, '?', ln->target.len)
        || (ln->query.len == 1 && *ln->query.data == '-'))
    {
        ln->query.len = 0;
    }

    if (ln->target.len == 0 && ln->status == 0 && ln->outcome.len == 0) {
        return SCAN_DAMAGED;
    }

    scan_layout_learn(&ps->layout, p, js.p, js.value, js.values);

    return SCAN_REQUEST;
}


/* a key with its value, an element of an array, or the end of either */

static int
scan_json_member(scan_json_t *js)
{
    unsigned      rank, escaped, array;
    cli_str_t     key;
    scan_field_e  field;

    for ( ;; ) {
        scan_json_blanks(js);

        if (js->p < js->last && *js->p == ',') {
            js->p++;
            continue;
        }

        break;
    }

    if (js->p == js->last) {
        return -1;
    }

    rank = 0;
    array = js->level[js->depth - 1].array;
    js->len = js->level[js->depth - 1].len;

    if (*js->p == (array ? ']' : '}')) {
        js->p++;
        js->depth--;
        return 0;
    }

    if (array) {
        field = scan_json_meaning(js->ps->formats, js->path, js->len, &rank);
        return scan_json_value(js, field, rank);
    }

    if (*js->p != '"' || scan_json_string(js, &key, &escaped) == -1) {
        return -1;
    }

    field = scan_json_key(js, key, &rank);

    scan_json_blanks(js);

    if (js->p == js->last || *js->p++ != ':') {
        return -1;
    }

    scan_json_blanks(js);

    return scan_json_value(js, field, rank);
}


static int
scan_json_value(scan_json_t *js, scan_field_e field, unsigned rank)
{
    unsigned       escaped, quoted;
    cli_str_t      s;
    scan_value_t  *value;

    if (js->p == js->last) {
        return -1;
    }

    if (*js->p == '{' || *js->p == '[') {
        return scan_json_open(js, *js->p == '[');
    }

    escaped = 0;
    quoted = *js->p == '"';

    if (quoted) {
        if (scan_json_string(js, &s, &escaped) == -1) {
            return -1;
        }

    } else {
        s.data = js->p;

        while (js->p < js->last && *js->p > ' ' && *js->p != ','
               && *js->p != '}' && *js->p != ']')
        {
            js->p++;
        }

        s.len = (size_t) (js->p - s.data);

        if (s.len == 0 || js->p == js->last) {
            return -1;
        }
    }

    if (js->values < SCAN_LAYOUT_VALUES) {
        value = &js->value[js->values];

        value->data = s.data;
        value->last = s.data + s.len;
        value->field = field;
        value->rank = rank;
        value->quoted = quoted;
    }

    js->values++;

    if (field != SCAN_F_NONE) {
        scan_json_take(js, field, rank, s, escaped);
    }

    return 0;
}


static int
scan_json_open(scan_json_t *js, unsigned array)
{
    if (js->depth == SCAN_JSON_DEPTH) {
        return -1;
    }

    js->p++;
    js->level[js->depth].len = js->len;
    js->level[js->depth].array = array;
    js->depth++;

    return 0;
}


/* what is between the quotes; "escaped" if there is a backslash */

static int
scan_json_string(scan_json_t *js, cli_str_t *s, unsigned *escaped)
{
    const unsigned char  *p, *q;

    p = js->p + 1;
    s->data = p;

    *escaped = 0;

    for ( ;; ) {
        q = memchr(p, '"', (size_t) (js->last - p));

        if (q == NULL) {
            return -1;
        }

        p = memchr(p, '\\', (size_t) (q - p));

        if (p == NULL) {
            break;
        }

        *escaped = 1;

        if (js->last - p < 3) {
            return -1;
        }

        p += 2;
    }

    s->len = (size_t) (q - s->data);
    js->p = q + 1;

    return 0;
}


/* lines are alike: the n-th key is mostly that of the line before */

static scan_field_e
scan_json_key(scan_json_t *js, cli_str_t key, unsigned *rank)
{
    size_t        start;
    unsigned      n;
    scan_seen_t  *seen;

    start = js->len;
    n = js->keys++;
    seen = n < SCAN_SEEN_KEYS ? &js->ps->seen[n] : NULL;

    if (start + 1 + key.len > SCAN_JSON_PATH) {
        js->len = SCAN_JSON_PATH;
        return SCAN_F_NONE;
    }

    if (start) {
        js->path[js->len++] = '.';
    }

    memcpy(js->path + js->len, key.data, key.len);
    js->len += key.len;

    if (seen && seen->len == js->len && js->len <= SCAN_SEEN_LEN
        && memcmp(seen->key, js->path, js->len) == 0)
    {
        *rank = seen->rank;
        return seen->field;
    }

    *rank = 0;

    if (seen == NULL || js->len > SCAN_SEEN_LEN) {
        return scan_json_meaning(js->ps->formats, js->path, js->len, rank);
    }

    memcpy(seen->key, js->path, js->len);

    seen->len = (unsigned) js->len;
    seen->field = scan_json_meaning(js->ps->formats, js->path, js->len, rank);
    seen->rank = *rank;

    return seen->field;
}


static scan_field_e
scan_json_meaning(const scan_formats_t *formats, const char *path, size_t len,
    unsigned *rank)
{
    size_t            i;
    const scan_key_t *key;

    for (i = 0; i < formats->nkey; i++) {
        key = &formats->key[i];

        if (key->key.len == len && memcmp(key->key.data, path, len) == 0) {
            *rank = 10;
            return key->field;
        }
    }

    /* our event in another's: conf/event-formats.conf */

    if (len > sizeof(scan_json_event) - 1
        && memcmp(path, scan_json_event, sizeof(scan_json_event) - 1) == 0)
    {
        path += sizeof(scan_json_event) - 1;
        len -= sizeof(scan_json_event) - 1;
    }

    for (i = 0; i < sizeof(scan_json_keys) / sizeof(scan_json_keys[0]); i++) {
        if (strlen(scan_json_keys[i].key) == len
            && strncasecmp(scan_json_keys[i].key, path, len) == 0)
        {
            *rank = scan_json_keys[i].rank;
            return scan_json_keys[i].field;
        }
    }

    *rank = 0;

    return SCAN_F_NONE;
}


static void
scan_json_take(scan_json_t *js, scan_field_e field, unsigned rank,
    cli_str_t s, unsigned escaped)
{
    scan_field_e    slot;
    unsigned char  *text;

    slot = field == SCAN_F_REQUEST ? SCAN_F_TARGET : field;

    if (rank <= js->rank[slot] || s.len == 0) {
        return;
    }

    if (escaped) {
        text = js->ps->text + js->ps->used;

        s.len = scan_unescape_json(text, s.data, s.len);
        s.data = text;

        js->ps->used += s.len;
    }

    js->rank[slot] = rank;

    scan_set(js->ps, js->line, field, s.data, s.data + s.len);
}
