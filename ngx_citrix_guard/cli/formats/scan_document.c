
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Arrays of records, records in records, several documents on one line:
 * Jansson parses whatever is not one flat object.  A record is an object in an
 * array or at the top level; the objects in it are part of it.
 */


#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli/common/cli_memory.h"
#include "cli/common/cli_types.h"
#include "scan_document.h"
#include "scan_document_bytes.h"
#include "scan_names.h"
#include "scan_record.h"
#include "scan_types.h"


#define SCAN_DOCUMENT_DEPTH  32
#define SCAN_DOCUMENT_PATH   128


typedef struct {
    scan_parser_t        *ps;
    scan_record_t         record;
    json_t               *found;
    char                  path[SCAN_DOCUMENT_PATH];
    size_t                len;
} scan_document_t;


static unsigned scan_document_records(scan_parser_t *ps, json_t *value,
    json_t *found, unsigned depth, unsigned in_request);
static unsigned scan_document_arrays(scan_parser_t *ps, json_t *value,
    json_t *found, unsigned depth, unsigned in_request);
static unsigned scan_document_has(scan_parser_t *ps, json_t *value,
    unsigned depth);
static unsigned scan_document_lines(scan_parser_t *ps, json_t *row,
    json_t *found);
static json_t *scan_document_row(json_t *array);
static scan_parsed_e scan_document_record(scan_parser_t *ps, json_t *object,
    scan_line_t *ln, unsigned *several);
static void scan_document_members(scan_document_t *doc, json_t *object,
    unsigned depth);
static void scan_document_search(scan_document_t *doc, json_t *value,
    unsigned depth, unsigned in_array);
static cli_str_t scan_document_text(scan_parser_t *ps, json_t *value);
static void scan_document_value(scan_document_t *doc, json_t *value,
    unsigned depth);


scan_parsed_e
scan_document(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln)
{
    int             bad;
    size_t          n, at;
    unsigned        requests;
    json_t         *root, *found;
    json_error_t    error;
    unsigned char  *text;

    scan_document_free(ps);

    text = cli_alloc((size_t) (last - p) * 6 + 1);
    n = scan_document_clean(text, p, last);
    found = json_array();
    bad = found == NULL;
    requests = 0;

    for (at = 0; at < n && !bad; /* void */ ) {

        if (text[at] == ' ' || text[at] == ',') {
            at++;
            continue;
        }

        root = json_loadb((char *) text + at, n - at,
                          JSON_DISABLE_EOF_CHECK|JSON_ALLOW_NUL
                          |JSON_REJECT_DUPLICATES, &error);

        if (root == NULL) {
            bad = 1;
            break;
        }

        at += (size_t) error.position;

        requests += scan_document_records(ps, root, found, 0, 0);
        json_decref(root);
    }

    free(text);

    if (bad || requests == 0) {
        json_decref(found);
        return SCAN_DAMAGED;
    }

    /* a request comes first: it shows that the format is this one */

    for (n = json_array_size(found);
         n && scan_document_record(ps, json_array_get(found, 0), ln, NULL)
              != SCAN_REQUEST;
         n--)
    {
        json_array_append(found, json_array_get(found, 0));
        json_array_remove(found, 0);
    }

    ps->document = found;
    ps->next = 0;

    return scan_document_next(ps, ln);
}


scan_parsed_e
scan_document_next(scan_parser_t *ps, scan_line_t *ln)
{
    scan_parsed_e  rc;

    ps->used = 0;
    ps->rest = NULL;

    if (ps->next < json_array_size(ps->document)) {
        rc = scan_document_record(ps,
                 json_array_get(ps->document, ps->next++), ln, NULL);

        if (ln->time == SCAN_NO_TIME) {
            ln->time = ps->header;
        }

        return rc;
    }

    scan_document_free(ps);

    return SCAN_NO_REQUEST;
}


void
scan_document_free(scan_parser_t *ps)
{
    json_decref(ps->document);
    ps->document = NULL;
}


/*
 * Collects the objects at the top level and in arrays that are requests, and
 * those that belong to no request and hold an attack.  Returns the number of
 * requests.
 */

static unsigned
scan_document_records(scan_parser_t *ps, json_t *value, json_t *found,
    unsigned depth, unsigned in_request)
{
    size_t       i;
    json_t      *member, *row;
    unsigned     n, is, several;
    const char  *key;
    scan_line_t  ln;

    n = is = several = 0;

    if (depth == SCAN_DOCUMENT_DEPTH) {
        return 0;
    }

    row = in_request ? NULL : scan_document_row(value);

    if (row) {
        n = scan_document_records(ps, row, found, depth + 1, 0);
        json_decref(row);

        return n;
    }

    if (depth == 0) {
        n += scan_document_lines(ps, value, found);
    }

    json_array_foreach(value, i, member) {
        n += scan_document_records(ps, member, found, depth + 1, in_request);

        if (json_is_array(member) && !in_request) {
            n += scan_document_lines(ps, member, found);
        }
    }

    if (!json_is_object(value)) {
        return n;
    }

    ps->used = 0;

    if (scan_document_record(ps, value, &ln, &several) == SCAN_REQUEST) {
        json_array_append(found, value);
        is = 1;
    }

    json_object_foreach(value, key, member) {
        n += several && json_is_object(member)
             ? scan_document_records(ps, member, found, depth + 1, in_request)
             : scan_document_arrays(ps, member, found, depth + 1,
                                    in_request || is);
    }

    if (n + is == 0 && !in_request && scan_document_has(ps, value, depth)) {
        json_array_append(found, value);
    }

    return n + is;
}


/* 1: one of its strings may be a part of the attack */

static unsigned
scan_document_has(scan_parser_t *ps, json_t *value, unsigned depth)
{
    size_t       i;
    json_t      *member;
    const char  *key;

    if (depth == SCAN_DOCUMENT_DEPTH) {
        return 1;
    }

    if (json_is_string(value)) {
        ps->used = 0;
        return scan_is_of_interest(scan_document_text(ps, value));
    }

    json_array_foreach(value, i, member) {
        if (scan_document_has(ps, member, depth + 1)) {
            return 1;
        }
    }

    json_object_foreach(value, key, member) {
        if (scan_document_has(ps, member, depth + 1)) {
            return 1;
        }
    }

    return 0;
}


/* an array in an array is a row: Loki's has a time, and a line of a log */

static unsigned
scan_document_lines(scan_parser_t *ps, json_t *row, json_t *found)
{
    size_t       i;
    json_t      *member, *line;
    unsigned     n;
    scan_line_t  ln;

    n = 0;

    json_array_foreach(row, i, member) {

        line = json_is_string(member) ? json_object() : NULL;

        if (line && json_object_set(line, "message", member) == 0) {
            ps->used = 0;

            if (scan_document_record(ps, line, &ln, NULL) == SCAN_REQUEST) {
                json_array_append(found, line);
                n++;
            }
        }

        json_decref(line);
    }

    return n;
}


static const char *
scan_document_name(json_t *pair, json_t **value)
{
    size_t       i;
    json_t      *name;

    static const char  *names[] = { "field", "key", "name" };

    *value = json_object_get(pair, "value");

    /* {"stringValue": "..."} */

    if (json_object_size(*value) == 1) {
        *value = json_object_iter_value(json_object_iter(*value));
    }

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        name = json_object_get(pair, names[i]);

        if (json_is_string(name) && *value) {
            return json_string_value(name);
        }
    }

    return NULL;
}


/* [{"field": "url", "value": "/"}, ...] as {"url": "/", ...}; or NULL */

static json_t *
scan_document_row(json_t *array)
{
    size_t       i;
    json_t      *pair, *row, *value;
    const char  *name;

    row = json_array_size(array) > 1 ? json_object() : NULL;

    json_array_foreach(array, i, pair) {
        name = row ? scan_document_name(pair, &value) : NULL;

        if (name == NULL || json_object_set(row, name, value) == -1) {
            json_decref(row);
            return NULL;
        }
    }

    return row;
}


/* an object in an object is part of it, but may hold an array */

static unsigned
scan_document_arrays(scan_parser_t *ps, json_t *value, json_t *found,
    unsigned depth, unsigned in_request)
{
    json_t      *member;
    unsigned     n;
    const char  *key;

    if (json_is_array(value)) {
        return scan_document_records(ps, value, found, depth, in_request);
    }

    if (depth == SCAN_DOCUMENT_DEPTH) {
        return 0;
    }

    n = 0;

    json_object_foreach(value, key, member) {
        n += scan_document_arrays(ps, member, found, depth + 1, in_request);
    }

    return n;
}


static scan_parsed_e
scan_document_record(scan_parser_t *ps, json_t *object, scan_line_t *ln,
    unsigned *several)
{
    json_t           *member;
    const char       *key;
    scan_document_t   doc;

    memset(&doc, 0, sizeof(scan_document_t));

    doc.ps = ps;

    scan_record_begin(&doc.record, ps, ln);
    scan_document_members(&doc, object, 0);

    /* header fields, rules that matched */

    if (ln->target.len) {
        json_object_foreach(object, key, member) {
            scan_document_search(&doc, member, 0, 0);
        }
    }

    if (several) {
        *several = scan_record_is_several(&doc.record);
    }

    return scan_record_end(&doc.record);
}


/* strings in objects that are in arrays */

static void
scan_document_search(scan_document_t *doc, json_t *value, unsigned depth,
    unsigned in_array)
{
    size_t       i;
    json_t      *member;
    const char  *key;

    if (depth == SCAN_DOCUMENT_DEPTH) {
        return;
    }

    if (json_is_string(value) && in_array) {
        scan_record_take(&doc->record, SCAN_F_NONE, 0,
                         scan_document_text(doc->ps, value));
        return;
    }

    json_array_foreach(value, i, member) {
        if (!json_is_string(member)) {
            scan_document_search(doc, member, depth + 1, 1);
        }
    }

    json_object_foreach(value, key, member) {
        scan_document_search(doc, member, depth + 1, in_array);
    }
}


static void
scan_document_members(scan_document_t *doc, json_t *object, unsigned depth)
{
    size_t       len, n;
    json_t      *value;
    const char  *key;

    if (depth == SCAN_DOCUMENT_DEPTH) {
        return;
    }

    json_object_foreach(object, key, value) {
        len = doc->len;
        n = strlen(key);

        if (len + 1 + n <= SCAN_DOCUMENT_PATH) {

            if (len) {
                doc->path[doc->len++] = '.';
            }

            memcpy(doc->path + doc->len, key, n);
            doc->len += n;
        }

        scan_document_value(doc, value, depth);
        doc->len = len;
    }
}


/* into "text", where bytes are bytes again */

static cli_str_t
scan_document_text(scan_parser_t *ps, json_t *value)
{
    int                   n;
    char                  number[32];
    unsigned char        *text;
    cli_str_t             s;
    const unsigned char  *p, *last;

    text = ps->text + ps->used;
    s.data = text;

    if (json_is_integer(value)) {
        n = snprintf(number, sizeof(number), "%lld",
                     (long long) json_integer_value(value));
        p = (unsigned char *) number;
        last = p + n;

    } else {
        p = (const unsigned char *) json_string_value(value);
        last = p + json_string_length(value);
    }

    s.len = scan_document_restore(text, p, last);
    ps->used += s.len;

    return s;
}


/* as text it may be longer than in the line, so it is not kept */

static void
scan_document_real(scan_record_t *rec, scan_field_e field, unsigned rank,
    json_t *value)
{
    int        n;
    char       number[32];
    cli_str_t  s;

    n = snprintf(number, sizeof(number), "%.3f", json_real_value(value));

    if (n < (int) sizeof(number)
        && (field == SCAN_F_TIME || field == SCAN_F_STATUS))
    {
        s.data = (unsigned char *) number;
        s.len = (size_t) n;

        scan_record_take(rec, field, rank, s);
    }
}


static void
scan_document_value(scan_document_t *doc, json_t *value, unsigned depth)
{
    size_t        i;
    json_t       *member;
    unsigned      rank;
    scan_field_e  field;

    if (json_is_object(value)) {
        scan_document_members(doc, value, depth + 1);
        return;
    }

    if (json_is_array(value)) {

        /* objects in it are separate records */

        json_array_foreach(value, i, member) {
            if (!json_is_object(member) && !json_is_array(member)) {
                scan_document_value(doc, member, depth + 1);
            }
        }

        return;
    }

    if (!json_is_string(value) && !json_is_number(value)
        && !json_is_boolean(value))
    {
        return;
    }

    field = scan_name(doc->ps->formats, doc->path, doc->len, &rank);

    if (json_is_real(value)) {
        scan_document_real(&doc->record, field, rank, value);
        return;
    }

    if (json_is_boolean(value)) {
        doc->record.line->canary |= field == SCAN_F_CANARY
                                    && json_is_true(value);
        return;
    }

    scan_record_take(&doc->record, field, rank,
                     scan_document_text(doc->ps, value));
}
