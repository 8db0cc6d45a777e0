
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Changes that must not make a refused target pass; prints TAP.
 */


#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "tap.h"
#include "vectors.h"


#define PROPERTY_SHOWN    10
#define PROPERTY_MORE     64      /* bytes that a change may add to a target */


/* one way to change a target, tried in every possible place */

typedef struct {
    const char           *name;
    size_t              (*change)(unsigned char *buf,
                            const vectors_row_t *row,
                            const cguard_result_t *res, size_t i,
                            const char *text);
    const char           *text;
} property_t;


static void property_refused(tap_t *t, const vectors_t *v,
    const property_t *property);
static int property_is_escape(const vectors_row_t *row, size_t i);
static size_t property_encode(unsigned char *buf, const vectors_row_t *row,
    const cguard_result_t *res, size_t i, const char *format);
static size_t property_case(unsigned char *buf, const vectors_row_t *row,
    const cguard_result_t *res, size_t i, const char *text);
static size_t property_slash(unsigned char *buf, const vectors_row_t *row,
    const cguard_result_t *res, size_t i, const char *text);
static size_t property_query(unsigned char *buf, const vectors_row_t *row,
    const cguard_result_t *res, size_t i, const char *text);
static size_t property_prefix(unsigned char *buf, const vectors_row_t *row,
    const cguard_result_t *res, size_t i, const char *text);
static size_t property_suffix(unsigned char *buf, const vectors_row_t *row,
    const cguard_result_t *res, size_t i, const char *text);
static size_t property_replace(unsigned char *buf, const vectors_row_t *row,
    size_t i, const char *text);


static const property_t  property_all[] = {
    { "any one byte encoded", property_encode, "%%%02x" },
    { "any one byte encoded, upper case", property_encode, "%%%02X" },
    { "any one byte as %uHHHH", property_encode, "%%u%04x" },
    { "other letter case", property_case, NULL },
    { "a dot segment", property_slash, "/./" },
    { "a doubled slash", property_slash, "//" },
    { "a backslash for a slash", property_slash, "\\" },
    { "a parameter before a slash", property_slash, ";x/" },
    { "an encoded question mark before a slash", property_slash, "%3fx/" },
    { "a raw question mark before a slash", property_query, "?x/" },
    { "clean text in front", property_prefix, "/clean/text" },
    { "clean text behind", property_suffix, "/clean/text" },
    { "a query behind", property_suffix, "?clean=text" },
    { "a query and a fragment behind", property_suffix, "/?clean#text" },
};


int
main(void)
{
    tap_t      t = { 0, 0 };
    size_t     i;
    vectors_t  v;

    if (vectors_read(&v, VECTORS_TARGETS) == -1) {
        tap_ok(&t, 0, "%s can be read", VECTORS_TARGETS);
        return tap_done(&t);
    }

    for (i = 0; i < sizeof(property_all) / sizeof(property_all[0]); i++) {
        property_refused(&t, &v, &property_all[i]);
    }

    vectors_free(&v);

    return tap_done(&t);
}


static void
property_refused(tap_t *t, const vectors_t *v, const property_t *property)
{
    char                  text[TAP_NAME_LEN];
    size_t                i, k, len;
    unsigned long         tried, failed;
    unsigned char        *buf, *p;
    cguard_result_t       res;
    const vectors_row_t  *row;

    tried = 0;
    failed = 0;

    for (k = 0; k < v->n; k++) {
        row = &v->row[k];

        if (cguard_target(row->input.data, row->input.len, row->policy, &res)
            == CGUARD_PASS)
        {
            continue;
        }

        buf = malloc(row->input.len + PROPERTY_MORE);
        if (buf == NULL) {
            exit(2);
        }

        for (i = 0; i < row->input.len; i++) {

            len = property->change(buf, row, &res, i, property->text);
            if (len == 0) {
                continue;
            }

            tried++;
            p = vectors_copy(buf, len);

            if (cguard_target(p, len, row->policy, NULL) == CGUARD_PASS
                && failed++ < PROPERTY_SHOWN)
            {
                vectors_escape(text, sizeof(text), p, len);
                tap_diag("%s:%u: passes: %s", v->file, row->line, text);
            }

            free(p);
        }

        free(buf);
    }

    tap_ok(t, tried > 500 && failed == 0, "stays refused: %s",
           property->name);
    tap_diag("%lu targets, %lu failed", tried, failed);
}


static int
property_is_escape(const vectors_row_t *row, size_t i)
{
    return row->input.len - i > 2 && isxdigit(row->input.data[i + 1])
           && isxdigit(row->input.data[i + 2]);
}


/*
 * Not the raw "?", nor what is refused for being raw, or one layer deep; nor a
 * "%" that is unknown, since a layer deeper it may be whole.
 */

static size_t
property_encode(unsigned char *buf, const vectors_row_t *row,
    const cguard_result_t *res, size_t i, const char *format)
{
    char           text[sizeof("%uHHHH")];
    unsigned char  c;

    c = row->input.data[i];

    if (c == '?' || (c == '%' && !property_is_escape(row, i))
        || (res->reason == CGUARD_MALFORMED && isprint(c)
            && i >= res->start && i < res->end))
    {
        return 0;
    }

    (void) snprintf(text, sizeof(text), format, c);

    return property_replace(buf, row, i, text);
}


/* not where only the low six bits of a letter count */

static size_t
property_case(unsigned char *buf, const vectors_row_t *row,
    const cguard_result_t *res, size_t i, const char *text)
{
    char  other[2];
    int   c;

    (void) res;
    (void) text;

    c = row->input.data[i];

    if (c >= 0x80 || !isalpha(c)
        || strncmp(row->field[3], "utf-8 lenient:", 14) == 0)
    {
        return 0;
    }

    other[0] = (char) (c ^ 0x20);
    other[1] = '\0';

    return property_replace(buf, row, i, other);
}


static size_t
property_slash(unsigned char *buf, const vectors_row_t *row,
    const cguard_result_t *res, size_t i, const char *text)
{
    (void) res;

    return row->input.data[i] == '/' ? property_replace(buf, row, i, text)
                                     : 0;
}


/* it begins a query, where the unknown does not count */

static size_t
property_query(unsigned char *buf, const vectors_row_t *row,
    const cguard_result_t *res, size_t i, const char *text)
{
    buf[0] = '/';
    memcpy(buf + 1, row->input.data, row->input.len);

    if (cguard_parts(buf, 0, buf, row->input.len + 1, row->policy, NULL)
        == CGUARD_PASS)
    {
        return 0;
    }

    return property_slash(buf, row, res, i, text);
}


static size_t
property_prefix(unsigned char *buf, const vectors_row_t *row,
    const cguard_result_t *res, size_t i, const char *text)
{
    size_t  len;

    (void) res;

    if (i) {
        return 0;
    }

    len = strlen(text);
    memcpy(buf, text, len);

    if (row->input.data[0] != '/' && row->input.data[0] != '\\') {
        buf[len++] = '/';
    }

    memcpy(buf + len, row->input.data, row->input.len);

    return len + row->input.len;
}


static size_t
property_suffix(unsigned char *buf, const vectors_row_t *row,
    const cguard_result_t *res, size_t i, const char *text)
{
    (void) res;

    if (i) {
        return 0;
    }

    memcpy(buf, row->input.data, row->input.len);
    memcpy(buf + row->input.len, text, strlen(text));

    return row->input.len + strlen(text);
}


/* the target with "text" in place of one byte */

static size_t
property_replace(unsigned char *buf, const vectors_row_t *row, size_t i,
    const char *text)
{
    size_t  len;

    len = strlen(text);

    memcpy(buf, row->input.data, i);
    memcpy(buf + i, text, len);
    memcpy(buf + i + len, row->input.data + i + 1, row->input.len - i - 1);

    return row->input.len - 1 + len;
}
