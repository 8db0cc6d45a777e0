
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Every row of the test vectors against the core; prints TAP.
 *
 *   vectors_test [FILE...]
 */


#include <stdlib.h>
#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "tap.h"
#include "vectors.h"


static void vectors_test_file(tap_t *t, const char *file);
static void vectors_test_target(tap_t *t, const vectors_t *v,
    const vectors_row_t *row, unsigned policy, const char *what);
static void vectors_test_header(tap_t *t, const vectors_t *v,
    const vectors_row_t *row);
static void vectors_test_headers(tap_t *t, const vectors_t *v,
    const vectors_row_t *row);
static cguard_reason_e vectors_test_field(const char *p, size_t len);
static void vectors_test_verdict(tap_t *t, const vectors_t *v,
    const vectors_row_t *row, cguard_reason_e have, cguard_reason_e want,
    const char *name);


int
main(int argc, char **argv)
{
    int    i;
    tap_t  t = { 0, 0 };

    if (argc == 1) {
        vectors_test_file(&t, VECTORS_TARGETS);
        vectors_test_file(&t, VECTORS_BENIGN);
        vectors_test_file(&t, VECTORS_HEADERS);
    }

    for (i = 1; i < argc; i++) {
        vectors_test_file(&t, argv[i]);
    }

    return tap_done(&t);
}


static void
vectors_test_file(tap_t *t, const char *file)
{
    size_t                i;
    vectors_t             v;
    const vectors_row_t  *row;

    if (vectors_read(&v, file) == -1) {
        tap_ok(t, 0, "%s can be read", file);
        return;
    }

    for (i = 0; i < v.n; i++) {
        row = &v.row[i];

        switch (v.kind) {

        case VECTORS_KIND_TARGETS:
            vectors_test_target(t, &v, row, row->policy, row->field[0]);
            break;

        case VECTORS_KIND_BENIGN:
            vectors_test_target(t, &v, row, 0, row->field[1]);
            vectors_test_target(t, &v, row, CGUARD_ANY_PARENT,
                                row->field[1]);
            vectors_test_headers(t, &v, row);
            break;

        default:
            vectors_test_header(t, &v, row);
            break;
        }
    }

    vectors_free(&v);
}


static void
vectors_test_target(tap_t *t, const vectors_t *v, const vectors_row_t *row,
    unsigned policy, const char *what)
{
    int              same;
    cguard_reason_e  have;
    cguard_result_t  res;

    have = cguard_target(row->input.data, row->input.len, policy, &res);

    vectors_test_verdict(t, v, row, have, row->reason, what);

    same = cguard_target(row->input.data, row->input.len, policy, NULL)
           == have;

    /* range and depth mean nothing for a target that passes */

    if (!same || res.reason != have
        || (have != CGUARD_PASS
            && (res.start >= res.end || res.end > row->input.len)))
    {
        tap_ok(t, 0, "%s: the result agrees with itself", what);
        tap_diag("%s:%u: reason %s, range %zu to %zu, depth %u", v->file,
                 row->line, cguard_reason_name(res.reason), res.start,
                 res.end, res.depth);
    }
}


static void
vectors_test_header(tap_t *t, const vectors_t *v, const vectors_row_t *row)
{
    char             name[TAP_NAME_LEN];
    cguard_reason_e  have;
    cguard_result_t  res;

    have = cguard_header(row->name.data, row->name.len, row->input.data,
                         row->input.len, &res);

    (void) snprintf(name, sizeof(name), "%s: %s", row->field[0],
                    row->field[1]);

    vectors_test_verdict(t, v, row, have, row->reason, name);

    if (cguard_header(row->name.data, row->name.len, row->input.data,
                      row->input.len, NULL)
        != have
        || res.reason != have
        || (have != CGUARD_PASS
            && (res.start >= res.end || res.end > row->input.len)))
    {
        tap_ok(t, 0, "%s: the result agrees with itself", name);
    }
}


/* the headers of a benign request: "Name: value" with " | " between them */

static void
vectors_test_headers(tap_t *t, const vectors_t *v, const vectors_row_t *row)
{
    size_t           len;
    const char      *p, *end;
    cguard_reason_e  have;

    p = row->field[2];

    if (strcmp(p, "-") == 0) {
        return;
    }

    for ( ;; ) {
        end = strstr(p, " | ");
        len = end ? (size_t) (end - p) : strlen(p);

        have = vectors_test_field(p, len);

        if (have == CGUARD_PASS || have == CGUARD_HEADER) {
            vectors_test_verdict(t, v, row, have, CGUARD_PASS, p);

        } else {
            tap_ok(t, 0, "%s:%u: a header without a colon", v->file,
                   row->line);
        }

        if (end == NULL) {
            return;
        }

        p = end + 3;
    }
}


/* CGUARD_MALFORMED if it is not a header field */

static cguard_reason_e
vectors_test_field(const char *p, size_t len)
{
    const char       *colon;
    cguard_reason_e   have;
    vectors_bytes_t   name, value;

    for (colon = p; colon + 1 < p + len; colon++) {
        if (colon[0] == ':' && colon[1] == ' ') {
            break;
        }
    }

    if (colon + 1 >= p + len
        || vectors_unescape(&name, p, (size_t) (colon - p)) == -1)
    {
        return CGUARD_MALFORMED;
    }

    if (vectors_unescape(&value, colon + 2, len - (size_t) (colon - p) - 2)
        == -1)
    {
        free(name.data);
        return CGUARD_MALFORMED;
    }

    have = cguard_header(name.data, name.len, value.data, value.len, NULL);

    free(name.data);
    free(value.data);

    return have;
}


static void
vectors_test_verdict(tap_t *t, const vectors_t *v, const vectors_row_t *row,
    cguard_reason_e have, cguard_reason_e want, const char *name)
{
    const char  *source;

    if (tap_ok(t, have == want, "%s", name)) {
        return;
    }

    source = row->field[v->kind == VECTORS_KIND_HEADERS ? 4 : 3];

    tap_diag("%s:%u: %s", v->file, row->line, source);
    tap_diag("have %s, want %s", cguard_reason_name(have),
             cguard_reason_name(want));
}
