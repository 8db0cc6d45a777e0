
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Writes the forms of a target, or of a value (cguard_form.h).
 */


#include <string.h>

#include "cguard/decision/cguard_byte.h"
#include "cguard/decision/cguard_reading.h"
#include "cguard_form.h"


/* a complete %HH or %uHHHH at the end of "p" */

static size_t
cguard_form_escape(const unsigned char *p, size_t len, unsigned *c)
{
    const unsigned char  *s;

    s = p + len;

    if (len >= 3 && s[-3] == '%'
        && cguard_byte[s[-2]] & cguard_byte[s[-1]] & CGUARD_B_HEX)
    {
        *c = (unsigned) (cguard_hex[s[-2]] << 4 | cguard_hex[s[-1]]);
        return 3;
    }

    if (len >= 6 && s[-6] == '%' && (s[-5] | 0x20) == 'u'
        && cguard_byte[s[-4]] & cguard_byte[s[-3]] & cguard_byte[s[-2]]
           & cguard_byte[s[-1]] & CGUARD_B_HEX)
    {
        *c = (unsigned) (cguard_hex[s[-4]] << 12 | cguard_hex[s[-3]] << 8
                         | cguard_hex[s[-2]] << 4 | cguard_hex[s[-1]]);
        return 6;
    }

    return 0;
}


/*
 * Decodes escapes as they become complete, including escapes that decoding
 * produces: each byte is written once, and read once for each escape that it
 * completes.  Code points above FF stay as they are; cguard_reading() decodes
 * them.
 */

static size_t
cguard_form_decode(const unsigned char *p, size_t len, int body,
    unsigned char *buf)
{
    size_t                i, n, taken;
    unsigned              c;
    const unsigned char  *first;

    /* nothing before the first escape can change */

    first = body ? NULL : memchr(p, '%', len);
    n = first ? (size_t) (first - p) : 0;

    memcpy(buf, p, n);

    for (i = n; i < len; i++) {

        buf[n++] = body && p[i] == '+' ? ' ' : p[i];

        if (!(cguard_byte[p[i]] & CGUARD_B_HEX)) {
            continue;
        }

        while ((taken = cguard_form_escape(buf, n, &c)) != 0 && c <= 0xff) {
            n -= taken;
            buf[n++] = (unsigned char) c;

            if (!(cguard_byte[c] & CGUARD_B_HEX)) {
                break;
            }
        }
    }

    return n;
}


/* decodes one layer, as most parsers do before they resolve a path */

static size_t
cguard_form_decode_once(const unsigned char *p, size_t len,
    unsigned char *buf)
{
    size_t    i, n, taken;
    unsigned  c;

    n = 0;

    for (i = 0; i < len; i += taken) {

        taken = 1;
        c = p[i];

        if (c == '%' && len - i >= 3
            && (taken = cguard_form_escape(p + i, 3, &c)) == 0
            && (len - i < 6
                || (taken = cguard_form_escape(p + i, 6, &c)) != 6
                || c > 0xff))
        {
            taken = 1;
            c = '%';
        }

        buf[n++] = (unsigned char) c;
    }

    return n;
}


static size_t
cguard_form_merge_slashes(unsigned char *p, size_t len)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < len; i++) {
        if (p[i] != '/' || n == 0 || p[n - 1] != '/') {
            p[n++] = p[i];
        }
    }

    return n;
}


/*
 * Resolves a path: removes ".", and lets ".." remove the segment before it.
 * Empty segments were removed before, or with "empty" count as segments that
 * ".." may remove.
 */

static size_t
cguard_form_resolve(const unsigned char *p, size_t len, int empty,
    unsigned char *buf)
{
    size_t  i, n, end;

    n = 0;

    for (i = 0; i < len; i = end) {

        if (p[i] == '/') {
            end = i + 1;

            if (n == 0 || buf[n - 1] != '/' || empty) {
                buf[n++] = '/';
            }

            continue;
        }

        for (end = i; end < len && p[end] != '/'; end++) { /* void */ }

        if (p[i] != '.' || end - i > 2 || p[end - 1] != '.') {
            memmove(buf + n, p + i, end - i);
            n += end - i;
            continue;
        }

        /* "/a/" becomes "/" */

        if (end - i == 2 && n > 1) {
            for (n--; n && buf[n - 1] != '/'; n--) { /* void */ }
        }

        /* the slash after it is removed as well */

        if (n && end < len) {
            end++;
        }
    }

    return empty ? cguard_form_merge_slashes(buf, n) : n;
}


/* which other forms of a text differ from its raw form */

#define CGUARD_FORM_READ     0x01    /* has something to decode, drop or
                                        rewrite */
#define CGUARD_FORM_RESOLVE  0x02    /* the path has an empty or a dot
                                        segment */


static unsigned
cguard_form_needs(const unsigned char *p, size_t path, size_t len)
{
    size_t    i;
    unsigned  before, needs;

    /* the start begins a segment, too, but "/" there is not a second slash */

    before = 0;
    needs = path && p[0] == '.' ? CGUARD_FORM_RESOLVE : 0;

    for (i = 0; i < len; i++) {

        if (cguard_byte[p[i]] & (CGUARD_B_FEED|CGUARD_B_NOISE)
            || p[i] == '\\' || p[i] == ';')
        {
            needs |= CGUARD_FORM_READ;
        }

        if (before == '/' && (p[i] == '/' || p[i] == '.') && i < path) {
            needs |= CGUARD_FORM_RESOLVE;
        }

        before = p[i];
    }

    return needs;
}


static size_t
cguard_form_path(const unsigned char *p, size_t len)
{
    const unsigned char  *query;

    query = memchr(p, '?', len);

    return query ? (size_t) (query - p) : len;
}


size_t
cguard_form_size(size_t len)
{
    /*
     * A decoded text is no longer than the raw one.  A code point of three
     * bytes may become five characters, so a reading is less than twice as
     * long; each way to resolve needs that much again.  Two more lengths are
     * scratch space.
     */

    return (1 + 2 + CGUARD_FORM_RESOLUTIONS * 2 + 2) * len + 64;
}


/* the next form may be written to the rest of "buf" */

typedef struct {
    unsigned char        *buf;
    size_t                size;
    cguard_form_t        *form;
    unsigned              n;
} cguard_forms_t;


/* adds what was written, unless an equal form exists */

static void
cguard_form_add(cguard_forms_t *f, size_t path, size_t len)
{
    unsigned        i;
    cguard_form_t  *form;

    for (i = 0; i < f->n; i++) {
        form = &f->form[i];

        if (form->len == len && form->path == path
            && memcmp(form->data, f->buf, len) == 0)
        {
            return;
        }
    }

    form = &f->form[f->n];
    form->data = f->buf;
    form->len = len;
    form->path = path;

    f->n++;
    f->buf += len;
    f->size -= len;
}


/* a "?" decoded from the path does not end it */

static void
cguard_form_add_decoded(cguard_forms_t *f, const unsigned char *p,
    size_t path, size_t len)
{
    size_t  n, query;

    n = cguard_form_decode(p, path, 0, f->buf);
    query = 0;

    if (path < len) {
        f->buf[n] = '?';
        query = 1 + cguard_form_decode(p + path + 1, len - path - 1, 0,
                                       f->buf + n + 1);
    }

    cguard_form_add(f, n, n + query);
}


static void
cguard_form_add_reading(cguard_forms_t *f, const unsigned char *p,
    size_t path, size_t len)
{
    size_t  n, query;

    n = cguard_reading(p, path, 0, f->buf, f->size);
    query = cguard_reading(p + path, len - path, 0, f->buf + n, f->size - n);

    cguard_form_add(f, n, n + query);
}


/* adds a path that was written, with the query of the reading after it */

static void
cguard_form_add_path(cguard_forms_t *f, const cguard_form_t *reading,
    size_t path)
{
    size_t  query;

    query = reading->len - reading->path;

    memcpy(f->buf + path, reading->data + reading->path, query);

    cguard_form_add(f, path, path + query);
}


/*
 * Which segment ".." removes depends on the parser: "/a%252fb/../" is "/" if
 * one layer is decoded before resolving, and "/a/" if all are; "/a//../" is
 * "/a/" if an empty segment counts (RFC 3986), and "/" if not.
 */

static void
cguard_form_add_resolved(cguard_forms_t *f, const unsigned char *p,
    size_t path, unsigned char *scratch)
{
    int                   empty;
    size_t                n;
    unsigned              layers;
    unsigned char        *resolved;
    const cguard_form_t  *reading;

    reading = &f->form[f->n - 1];

    for (empty = 0; empty <= 1; empty++) {
        n = cguard_form_resolve(reading->data, reading->path, empty, f->buf);
        cguard_form_add_path(f, reading, n);
    }

    resolved = scratch + path;

    for (layers = 0; layers <= 1; layers++) {

        if (layers) {
            path = cguard_form_decode_once(p, path, scratch);
            p = scratch;
        }

        for (empty = 0; empty <= 1; empty++) {
            n = cguard_form_resolve(p, path, empty, resolved);

            /* resolving changed nothing: this path was added before */

            if (n == path) {
                continue;
            }

            n = cguard_reading(resolved, n, 0, f->buf, f->size);
            n = cguard_form_merge_slashes(f->buf, n);
            cguard_form_add_path(f, reading, n);
        }
    }
}


unsigned
cguard_form_target(const unsigned char *p, size_t len, unsigned char *buf,
    size_t size, cguard_form_t form[CGUARD_FORM_MAX])
{
    unsigned         needs;
    cguard_forms_t   f;
    cguard_form_t   *last;

    form[0].data = p;
    form[0].len = len;
    form[0].path = cguard_form_path(p, len);

    needs = cguard_form_needs(p, form[0].path, len);

    if (needs == 0) {
        return 1;
    }

    if (size < cguard_form_size(len)) {
        return 0;
    }

    f.buf = buf + 2 * len;
    f.size = size - 2 * len;
    f.form = form;
    f.n = 1;

    if (needs & CGUARD_FORM_READ) {
        cguard_form_add_decoded(&f, p, form[0].path, len);

        /* all layers lead to one reading, which may be decoded already */

        last = &form[f.n - 1];
        needs = cguard_form_needs(last->data, last->path, last->len);
    }

    if (needs & CGUARD_FORM_READ) {
        cguard_form_add_reading(&f, p, form[0].path, len);

        last = &form[f.n - 1];
        needs = cguard_form_needs(last->data, last->path, last->len);
    }

    if (needs & CGUARD_FORM_RESOLVE) {
        cguard_form_add_resolved(&f, p, form[0].path, buf);
    }

    return f.n;
}


unsigned
cguard_form_value(const unsigned char *p, size_t len, int body,
    unsigned char *buf, size_t size, cguard_form_t form[CGUARD_FORM_MAX])
{
    size_t  n;

    form[0].data = p;
    form[0].len = len;
    form[0].path = len;

    if (len == 0
        || (memchr(p, '%', len) == NULL
            && (!body || memchr(p, '+', len) == NULL)))
    {
        return 1;
    }

    if (size < len) {
        return 0;
    }

    n = cguard_form_decode(p, len, body, buf);

    if (n == len && memcmp(buf, p, n) == 0) {
        return 1;
    }

    form[1].data = buf;
    form[1].len = n;
    form[1].path = n;

    return 2;
}
