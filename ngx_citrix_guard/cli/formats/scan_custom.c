
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A log_format of nginx or a LogFormat of Apache: fields, each with the text
 * that follows it.  A format that writes JSON only says what its keys mean.
 */


#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common/cli_error.h"
#include "cli/common/cli_json.h"
#include "cli/common/cli_memory.h"
#include "cli/common/cli_types.h"
#include "scan_custom.h"
#include "scan_escape.h"
#include "scan_line.h"
#include "scan_record.h"
#include "scan_types.h"


/* how many ends are tried for the fields of one line */

#define SCAN_CUSTOM_TRIES  64


/* what replaces the variables in a line of JSON: so many digits, from there */

#define SCAN_CUSTOM_DIGITS  6
#define SCAN_CUSTOM_FIRST   770000


typedef struct {
    const char           *name;
    scan_field_e          field;
} scan_custom_name_t;


typedef struct {
    scan_formats_t       *formats;
    const scan_custom_t  *custom;
    unsigned              nkey;
} scan_json_keys_t;


static const scan_custom_name_t  scan_custom_variables[] = {
    { "remote_addr", SCAN_F_CLIENT },
    { "request", SCAN_F_REQUEST },
    { "request_uri", SCAN_F_TARGET },
    { "request_method", SCAN_F_METHOD },
    { "status", SCAN_F_STATUS },
    { "body_bytes_sent", SCAN_F_BYTES },
    { "bytes_sent", SCAN_F_BYTES },
    { "time_local", SCAN_F_TIME_CLF },
    { "time_iso8601", SCAN_F_TIME_ISO },
    { "msec", SCAN_F_TIME_EPOCH },
    { "citrix_guard_verdict", SCAN_F_VERDICT },
    { "citrix_guard_outcome", SCAN_F_OUTCOME },
    { "citrix_guard_reason", SCAN_F_REASON },
    { NULL, SCAN_F_NONE }
};


/* the letter that ends a directive, and what is in braces */

static const scan_custom_name_t  scan_custom_letters[] = {
    { "h", SCAN_F_CLIENT },
    { "a", SCAN_F_CLIENT },
    { "{c}a", SCAN_F_CLIENT },
    { "r", SCAN_F_REQUEST },
    { "m", SCAN_F_METHOD },
    { "U", SCAN_F_TARGET },
    { "q", SCAN_F_QUERY },
    { "s", SCAN_F_STATUS },
    { "b", SCAN_F_BYTES },
    { "B", SCAN_F_BYTES },
    { "O", SCAN_F_BYTES },
    { "t", SCAN_F_TIME_CLF },
    { "{sec}t", SCAN_F_TIME_EPOCH },
    { "{msec}t", SCAN_F_TIME_EPOCH },
    { NULL, SCAN_F_NONE }
};


static int scan_custom_nginx(scan_custom_t *cf, const char *p);
static int scan_custom_apache(scan_custom_t *cf, const char *p);
static int scan_custom_add(scan_custom_t *cf, scan_field_e field);
static void scan_custom_text(scan_custom_t *cf, char c);
static scan_field_e scan_custom_named(const scan_custom_name_t *names,
    const char *name, size_t len);
static int scan_custom_check(scan_formats_t *formats, scan_custom_t *cf);
static int scan_custom_keys(scan_formats_t *formats,
    const scan_custom_t *cf);
static void scan_custom_key(void *data, const char *path, const char *value);
static int scan_custom_rest(scan_parser_t *ps, unsigned n,
    const unsigned char *p, const unsigned char *last, scan_line_t *ln,
    unsigned *tries);
static void scan_custom_other(scan_parser_t *ps, scan_line_t *ln,
    scan_field_e field, const unsigned char *p, const unsigned char *last);
static int scan_custom_valid(scan_parser_t *ps, scan_line_t *ln,
    scan_field_e field, const unsigned char *p, const unsigned char *last);


int
scan_custom_compile(scan_formats_t *formats, const char *format, unsigned json)
{
    int             rc;
    scan_custom_t  *cf;

    /* our own events need no format */

    if (strstr(format, "citrix_guard_event")) {
        return 0;
    }

    cf = cli_alloc(sizeof(scan_custom_t));

    /* the texts are never longer than the format, except for a "[" and "]" */

    cf->text = cli_alloc(3 * strlen(format) + 3);
    cf->front.data = (unsigned char *) cf->text;
    cf->json = json;

    rc = strchr(format, '$') ? scan_custom_nginx(cf, format)
                             : scan_custom_apache(cf, format);

    if (rc == 0) {
        rc = scan_custom_check(formats, cf);
    }

    if (rc == -1 || formats->custom != cf) {
        free(cf->text);
        free(cf);
    }

    return rc;
}


static int
scan_custom_nginx(scan_custom_t *cf, const char *p)
{
    size_t        len;
    unsigned      brace;
    scan_field_e  field;

    while (*p) {

        if (*p != '$') {
            scan_custom_text(cf, *p++);
            continue;
        }

        brace = p[1] == '{';
        p += 1 + brace;

        for (len = 0; isalnum((unsigned char) p[len]) || p[len] == '_';
             len++)
        {
            /* void */
        }

        if (len == 0) {
            cli_error("--log-format: a \"$\" without a name");
            return -1;
        }

        field = scan_custom_named(scan_custom_variables, p, len);

        p += len + (brace && p[len] == '}');

        if (scan_custom_add(cf, field) == -1) {
            return -1;
        }
    }

    return 0;
}


static int
scan_custom_apache(scan_custom_t *cf, const char *p)
{
    size_t       len;
    const char  *name;
    char         letter[64];

    while (*p) {

        if (*p == '\\' && p[1]) {
            scan_custom_text(cf, p[1] == 't' ? '\t' : p[1]);
            p += 2;
            continue;
        }

        if (*p != '%' || p[1] == '%') {
            scan_custom_text(cf, *p);
            p += *p == '%' ? 2 : 1;
            continue;
        }

        /* modifiers: "<", ">", status codes */

        for (p++; *p && strchr("<>!,0123456789", *p); p++) { /* void */ }

        name = p;

        if (*p == '{') {
            p = strchr(p, '}');
        }

        if (p == NULL || (*p == '}' && !*++p) || *p == '\0') {
            cli_error("--log-format: a \"%%\" without a letter");
            return -1;
        }

        len = (size_t) (++p - name);

        if (len >= sizeof(letter)) {
            len = 0;
        }

        memcpy(letter, name, len);

        if (len == 1 && *letter == 't') {
            scan_custom_text(cf, '[');
        }

        if (scan_custom_add(cf, scan_custom_named(scan_custom_letters, letter,
                                                  len))
            == -1)
        {
            return -1;
        }

        if (len == 1 && *letter == 't') {
            scan_custom_text(cf, ']');
        }
    }

    return 0;
}


static scan_field_e
scan_custom_named(const scan_custom_name_t *names, const char *name,
    size_t len)
{
    for ( /* void */ ; names->name; names++) {
        if (strlen(names->name) == len && memcmp(names->name, name, len) == 0)
        {
            break;
        }
    }

    return names->field;
}


static int
scan_custom_add(scan_custom_t *cf, scan_field_e field)
{
    cli_str_t            *before;
    scan_custom_field_t  *last;

    if (cf->n == SCAN_CUSTOM_MAX) {
        cli_error("--log-format: more than %d variables", SCAN_CUSTOM_MAX);
        return -1;
    }

    before = cf->n ? &cf->field[cf->n - 1].behind : &cf->front;

    if (cf->n && before->len == 0) {
        last = &cf->field[cf->n - 1];

        if (field == SCAN_F_NONE
            && (last->field == SCAN_F_NONE || last->field == SCAN_F_TARGET))
        {
            /* "$scheme$host", "$request_uri$is_args": one field here */
            return 0;
        }

        if (last->field != SCAN_F_NONE || field != SCAN_F_TARGET) {
            cli_error("--log-format: two variables with nothing between them");
            return -1;
        }

        last->slash = 1;
    }

    cf->field[cf->n].field = field;
    cf->field[cf->n].behind.data = before->data + before->len;
    cf->n++;

    return 0;
}


static void
scan_custom_text(scan_custom_t *cf, char c)
{
    cli_str_t  *behind;

    behind = cf->n ? &cf->field[cf->n - 1].behind : &cf->front;

    ((unsigned char *) behind->data)[behind->len++] = (unsigned char) c;
}


/*
 * what it must contain; what follows the last field that matters is left out
 */

static int
scan_custom_check(scan_formats_t *formats, scan_custom_t *cf)
{
    unsigned  i, last, found;

    found = 0;
    last = 0;

    for (i = 0; i < cf->n; i++) {
        found |= 1u << cf->field[i].field;

        if (cf->field[i].field != SCAN_F_NONE) {
            last = i;
        }
    }

    if (!(found & (1u << SCAN_F_REQUEST | 1u << SCAN_F_TARGET))) {
        cli_error("--log-format: it contains neither the request ($request, "
                  "%%r) nor the target ($request_uri, %%U)");
        return -1;
    }

    if (cf->front.len && cf->front.data[0] == '{'
        && scan_custom_keys(formats, cf) == 0)
    {
        return 0;
    }

    cf->n = last + 1;
    formats->custom = cf;

    return 0;
}


/*
 * Replaces each variable by a number.  If the result is a line of JSON, it
 * says what its keys mean. -1: it is not, and is a text like others.
 */

static int
scan_custom_keys(scan_formats_t *formats, const scan_custom_t *cf)
{
    int               rc;
    char             *text, *p;
    size_t            len;
    unsigned          i;
    scan_json_keys_t  keys;

    len = cf->front.len + 1;

    for (i = 0; i < cf->n; i++) {
        len += SCAN_CUSTOM_DIGITS + cf->field[i].behind.len;
    }

    text = p = cli_alloc(len);
    p = mempcpy(p, cf->front.data, cf->front.len);

    for (i = 0; i < cf->n; i++) {
        p += snprintf(p, SCAN_CUSTOM_DIGITS + 1, "%u", SCAN_CUSTOM_FIRST + i);
        p = mempcpy(p, cf->field[i].behind.data, cf->field[i].behind.len);
    }

    keys.formats = formats;
    keys.custom = cf;
    keys.nkey = formats->nkey;

    rc = cli_json(text, (size_t) (p - text), scan_custom_key, &keys);

    if (rc == 0) {
        formats->nkey = keys.nkey;
    }

    while (keys.nkey > formats->nkey) {
        free((void *) formats->key[--keys.nkey].key.data);
    }

    free(text);

    return rc;
}


static void
scan_custom_key(void *data, const char *path, const char *value)
{
    unsigned           n;
    scan_key_t        *key;
    scan_json_keys_t  *keys = data;

    n = value ? (unsigned) strtoul(value, NULL, 10) - SCAN_CUSTOM_FIRST
              : keys->custom->n;

    if (n >= keys->custom->n || strlen(value) != SCAN_CUSTOM_DIGITS
        || keys->custom->field[n].field == SCAN_F_NONE
        || keys->nkey == SCAN_KEYS_MAX)
    {
        return;
    }

    key = &keys->formats->key[keys->nkey++];

    key->key.len = strlen(path);
    key->key.data = (unsigned char *) cli_strndup(path, key->key.len);
    key->field = keys->custom->field[n].field;
}


scan_parsed_e
scan_custom(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln)
{
    unsigned              tries;
    const unsigned char  *found;
    const scan_custom_t  *cf;

    cf = ps->formats->custom;

    if (cf == NULL) {
        return SCAN_DAMAGED;
    }

    scan_line_init(ln);

    /* the FILE: of a grep may precede it */

    if (cf->front.len) {
        found = memmem(p, (size_t) (last - p), cf->front.data, cf->front.len);

        if (found == NULL) {
            return SCAN_DAMAGED;
        }

        p = found + cf->front.len;
    }

    tries = SCAN_CUSTOM_TRIES;
    ps->line = p;

    return scan_custom_rest(ps, 0, p, last, ln, &tries) == 0
           ? SCAN_REQUEST : SCAN_DAMAGED;
}


/*
 * field "n" and what follows it; a text that occurs again may not be its end
 */

static int
scan_custom_rest(scan_parser_t *ps, unsigned n, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln, unsigned *tries)
{
    const unsigned char        *end;
    const scan_custom_field_t  *f;

    if (n == ps->formats->custom->n) {
        return 0;
    }

    f = &ps->formats->custom->field[n];

    if (f->slash) {
        end = memchr(p, '/', (size_t) (last - p));

        return scan_custom_rest(ps, n + 1, end ? end : p, last, ln, tries);
    }

    if (f->behind.len == 0) {
        return scan_custom_valid(ps, ln, f->field, p, last);
    }

    for (end = p; *tries; end++) {
        (*tries)--;

        end = memmem(end, (size_t) (last - end), f->behind.data,
                     f->behind.len);

        if (end == NULL) {
            return -1;
        }

        if (*end == '"' && end > p && end[-1] == '\\'
            && !(end - p > 1 && end[-2] == '\\'))
        {
            continue;
        }

        if (scan_custom_valid(ps, ln, f->field, p, end) == 0
            && scan_custom_rest(ps, n + 1, end + f->behind.len, last, ln,
                                tries)
               == 0)
        {
            scan_custom_other(ps, ln, f->field, p, end);
            return 0;
        }
    }

    return -1;
}


/* "%r" and "%U": a later field has set another target */

static void
scan_custom_other(scan_parser_t *ps, scan_line_t *ln, scan_field_e field,
    const unsigned char *p, const unsigned char *last)
{
    scan_line_t  one;

    if (field == SCAN_F_TARGET || field == SCAN_F_REQUEST) {
        scan_line_init(&one);
        scan_custom_valid(ps, &one, field, p, last);
        scan_line_other(ln, one.target);
    }
}


static int
scan_custom_valid(scan_parser_t *ps, scan_line_t *ln, scan_field_e field,
    const unsigned char *p, const unsigned char *last)
{
    int64_t         n;
    unsigned char  *text;

    switch (field) {

    case SCAN_F_STATUS:
        if (last - p != 3 && !(last - p == 1 && *p == '-')) {
            return -1;
        }
        /* fall through */

    case SCAN_F_BYTES:
        if (scan_number(p, last, &n) == -1 && !(last - p == 1 && *p == '-')) {
            return -1;
        }
        break;

    case SCAN_F_METHOD:
    case SCAN_F_CLIENT:
        if (memchr(p, '"', (size_t) (last - p))) {
            return -1;
        }
        break;

    case SCAN_F_QUERY:
        p += p < last && *p == '?';
        break;

    default:
        break;
    }

    if (ps->formats->custom->json && memchr(p, '\\', (size_t) (last - p))) {

        /* it does not become longer, and no other field is there */

        text = ps->text + (p - ps->line);
        last = text + scan_unescape_json(text, p, (size_t) (last - p));
        p = text;
    }

    scan_set(ps, ln, field, p, last);

    if ((field == SCAN_F_TIME_CLF || field == SCAN_F_TIME_ISO
         || field == SCAN_F_TIME_EPOCH)
        && ln->time == SCAN_NO_TIME)
    {
        return -1;
    }

    return 0;
}
