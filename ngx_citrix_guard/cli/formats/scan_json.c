
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * JSON lines: the guard's own events, nginx with "escape=json", ECS and what
 * else there is, one object a line.  It is taken apart in place, so that the
 * fast path may learn where the values are; what is more than one object is
 * scan_document().
 */


#include <string.h>

#include "cli/common/cli_types.h"
#include "scan_json.h"
#include "scan_document.h"
#include "scan_escape.h"
#include "scan_event.h"
#include "scan_layout.h"
#include "scan_names.h"
#include "scan_pieces_time.h"
#include "scan_record.h"
#include "scan_types.h"


#define SCAN_JSON_DEPTH  8
#define SCAN_JSON_PATH   128
#define SCAN_JSON_FRONT  512

/* shorter than yyyy-mm-ddThh:mm:ss */

#define SCAN_JSON_TIME   18


typedef struct {
    scan_parser_t        *ps;
    scan_record_t         record;
    const unsigned char  *p;
    const unsigned char  *last;

    char                  path[SCAN_JSON_PATH];
    size_t                len;
    unsigned              keys;

    /* values other than objects or arrays */
    scan_values_t         values;

    /* the enclosing objects and arrays: where their paths end */
    struct {
        size_t            len;
        unsigned          array;
    } level[SCAN_JSON_DEPTH];
    unsigned              depth;
} scan_json_t;


static int scan_json_member(scan_json_t *js);
static int scan_json_is_end(scan_json_t *js);
static int scan_json_value(scan_json_t *js, scan_field_e field,
    unsigned rank);
static int scan_json_open(scan_json_t *js, unsigned array);
static int scan_json_string(scan_json_t *js, cli_str_t *s,
    unsigned *escaped);
static scan_field_e scan_json_key(scan_json_t *js, cli_str_t key,
    unsigned *rank);
static cli_str_t scan_json_plain(scan_json_t *js, cli_str_t s);


static void
scan_json_blanks(scan_json_t *js)
{
    while (js->p < js->last && (*js->p == ' ' || *js->p == '\t')) {
        js->p++;
    }
}


static int
scan_json_is_string(const unsigned char *p, const unsigned char *last)
{
    while (p < last && (*p == ' ' || *p == '\t')) {
        p++;
    }

    return p < last && *p == '"';
}


/* in a bulk of Elasticsearch: what to do with the document that follows */

static int
scan_json_is_action(const unsigned char *p, const unsigned char *last)
{
    size_t                i;
    const unsigned char  *q;

    static const char  *actions[] = {
        "\"index\"", "\"create\"", "\"update\"", "\"delete\""
    };

    for (q = p + 1; q < last && *q == ' '; q++) { /* void */ }

    for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if ((size_t) (last - q) > strlen(actions[i])
            && memcmp(q, actions[i], strlen(actions[i])) == 0)
        {
            /* the only member, and an object without others in it */

            q = memchr(q, '{', (size_t) (last - q));

            return q && memchr(q + 1, '{', (size_t) (last - q - 1)) == NULL
                   && last - q > 1 && last[-1] == '}'
                   && memchr(q, '}', (size_t) (last - q - 1)) == last - 2;
        }
    }

    return 0;
}


/* the time of a syslog header, or of a container's log */

static int64_t
scan_json_header(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last)
{
    scan_line_t    header;
    scan_pieces_t  pc;

    header.time = SCAN_NO_TIME;

    if (last - p > SCAN_JSON_TIME) {
        pc.p = p;
        pc.last = last;

        (void) scan_pieces_time(ps, &pc, &header);
    }

    return header.time;
}


scan_parsed_e
scan_json(scan_parser_t *ps, const unsigned char *p, const unsigned char *last,
    scan_line_t *ln)
{
    int                   rc;
    size_t                len;
    scan_json_t           js;
    scan_parsed_e         parsed;
    const unsigned char  *start;

    /* the FILE: of a grep, or a syslog header, may precede it */

    len = (size_t) (last - p);
    len = len < SCAN_JSON_FRONT ? len : SCAN_JSON_FRONT;

    if (ps->depth == 0) {
        ps->header = SCAN_NO_TIME;
    }

    /* an array of lines of another log */

    if (ps->depth == 0 && last - p > 2 && p[0] == '['
        && scan_json_is_string(p + 1, last))
    {
        return scan_document(ps, p, last, ln);
    }

    js.p = memchr(p, '{', len);

    if (js.p == NULL || memchr(p, '"', (size_t) (js.p - p))) {
        return SCAN_DAMAGED;
    }

    if (scan_event_of_front(js.p, last)) {
        return SCAN_NO_REQUEST;
    }

    start = js.p;

    if (ps->depth == 0) {
        ps->header = scan_json_header(ps, p, start);
    }

    js.ps = ps;
    js.last = last;
    js.len = 0;
    js.keys = 0;
    js.values.n = 0;
    js.depth = 0;

    scan_record_begin(&js.record, ps, ln);

    rc = scan_json_open(&js, 0);

    while (rc == 0 && js.depth) {
        rc = scan_json_member(&js);
    }

    if (rc == 0 && scan_json_is_end(&js)) {

        parsed = scan_record_end(&js.record);

        if (scan_record_is_several(&js.record) && ps->depth == 0) {
            return scan_document(ps, start, last, ln);
        }

        if (parsed == SCAN_DAMAGED && scan_json_is_action(start, js.p)) {
            return SCAN_NO_REQUEST;
        }

        if (parsed == SCAN_REQUEST && ln->time == SCAN_NO_TIME
            && ps->depth == 0 && ps->header != SCAN_NO_TIME)
        {
            ln->time = ps->header;
            ps->layout.n = 0;

        } else if (parsed == SCAN_REQUEST) {
            scan_record_learn(&js.record, SCAN_JSON, p, js.p, &js.values);
        }

        return parsed;
    }

    /* records in records, or one after the other */

    if (ps->depth) {
        return SCAN_DAMAGED;
    }

    if (start > p && start[-1] == '[') {
        start--;
    }

    return scan_document(ps, start, last, ln);
}


/* is only the text between records left? */

static int
scan_json_is_end(scan_json_t *js)
{
    const unsigned char  *p;

    for (p = js->p; p < js->last; p++) {
        if (*p != ' ' && *p != '\t' && *p != ',' && *p != ']'
            && *p != '\r')
        {
            return 0;
        }
    }

    return 1;
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
        field = scan_name(js->ps->formats, js->path, js->len, &rank);
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
    unsigned   escaped, quoted;
    cli_str_t  s;

    if (js->p == js->last) {
        return -1;
    }

    if (*js->p == '{' || *js->p == '[') {

        /* an object in an array may be a separate record */

        return *js->p == '{' && js->level[js->depth - 1].array
               ? -1 : scan_json_open(js, *js->p == '[');
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

    scan_values_add(&js->values, s, field, rank, quoted);

    if (escaped && field != SCAN_F_SKIP) {
        s = scan_json_plain(js, s);
    }

    if (!quoted && s.len == 4 && memcmp(s.data, "null", 4) == 0) {
        s.len = 0;
    }

    scan_record_take(&js->record, field, rank, s);

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


/* the text between the quotes; "escaped" if there is a backslash */

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
    seen = n < SCAN_SEEN_KEYS && js->ps->depth == 0 ? &js->ps->seen[n] : NULL;

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
        return scan_name(js->ps->formats, js->path, js->len, rank);
    }

    memcpy(seen->key, js->path, js->len);

    seen->len = (unsigned) js->len;
    seen->field = scan_name(js->ps->formats, js->path, js->len, rank);
    seen->rank = *rank;

    return seen->field;
}


/* without its escapes, in "text" */

static cli_str_t
scan_json_plain(scan_json_t *js, cli_str_t s)
{
    unsigned char  *text;

    text = js->ps->text + js->ps->used;

    s.len = scan_unescape_json(text, s.data, s.len);
    s.data = text;

    js->ps->used += s.len;

    return s;
}
