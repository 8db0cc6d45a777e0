
/*
 * Copyright (C) ngx_citrix_guard authors
 */


#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vectors.h"


#define VECTORS_LINE_LEN  65536


static vectors_kind_e vectors_kind(const char *line);
static unsigned vectors_columns(vectors_kind_e kind);
static int vectors_line(vectors_t *v, unsigned number, const char *line);
static const char *vectors_row(vectors_row_t *row, vectors_kind_e kind,
    const char *line);
static const char *vectors_verdict(vectors_row_t *row, const char *verdict,
    const char *reason);
static const char *vectors_policy(vectors_row_t *row, const char *policy);
static char *vectors_field(const char *p, size_t len);
static int vectors_hex(int c);


int
vectors_read(vectors_t *v, const char *file)
{
    int        rc;
    char      *line;
    FILE      *f;
    size_t     len;
    unsigned   number;

    memset(v, 0, sizeof(vectors_t));
    v->file = file;

    f = fopen(file, "r");
    line = malloc(VECTORS_LINE_LEN);

    rc = (f && line) ? 0 : -1;

    if (rc == -1) {
        fprintf(stderr, "%s: %s\n", file, strerror(errno));
    }

    for (number = 1; rc == 0 && fgets(line, VECTORS_LINE_LEN, f); number++) {

        len = strlen(line);

        if (len && line[len - 1] == '\n') {
            line[--len] = '\0';

        } else {
            fprintf(stderr, "%s:%u: no line end\n", file, number);
            rc = -1;
            break;
        }

        rc = vectors_line(v, number, line);
    }

    if (rc == 0 && v->n == 0) {
        fprintf(stderr, "%s: no rows\n", file);
        rc = -1;
    }

    free(line);

    if (f) {
        (void) fclose(f);
    }

    if (rc == -1) {
        vectors_free(v);
    }

    return rc;
}


void
vectors_free(vectors_t *v)
{
    size_t           i;
    unsigned         k;
    vectors_row_t   *row;

    for (i = 0; i < v->n; i++) {
        row = &v->row[i];

        for (k = 0; k < VECTORS_COLUMNS; k++) {
            free(row->field[k]);
        }

        free(row->input.data);
        free(row->name.data);
    }

    free(v->row);

    v->row = NULL;
    v->n = 0;
}


static vectors_kind_e
vectors_kind(const char *line)
{
    static const struct {
        const char       *columns;
        vectors_kind_e    kind;
    } kinds[] = {
        { "# input\tverdict\treason\tsource\tpolicy", VECTORS_KIND_TARGETS },
        { "# method\ttarget\theaders\tsource", VECTORS_KIND_BENIGN },
        { "# name\tvalue\tverdict\treason\tsource", VECTORS_KIND_HEADERS },
    };

    size_t  i;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(line, kinds[i].columns) == 0) {
            return kinds[i].kind;
        }
    }

    return VECTORS_KIND_NONE;
}


static unsigned
vectors_columns(vectors_kind_e kind)
{
    return kind == VECTORS_KIND_BENIGN ? 4 : 5;
}


/*
 * A row may begin with "#" too (a target that is a number sign), so a comment
 * is a line without TABs, or the line that names the columns.
 */

static int
vectors_line(vectors_t *v, unsigned number, const char *line)
{
    const char      *err;
    vectors_kind_e   kind;
    vectors_row_t   *row;

    if (line[0] == '\0' || (line[0] == '#' && strchr(line, '\t') == NULL)) {
        return 0;
    }

    kind = vectors_kind(line);

    if (kind != VECTORS_KIND_NONE) {
        v->kind = kind;
        return 0;
    }

    if (v->kind == VECTORS_KIND_NONE) {
        err = "a row before the line that names the columns";
        goto failed;
    }

    row = realloc(v->row, (v->n + 1) * sizeof(vectors_row_t));
    if (row == NULL) {
        err = "no memory";
        goto failed;
    }

    v->row = row;
    row = &v->row[v->n++];

    memset(row, 0, sizeof(vectors_row_t));
    row->line = number;

    err = vectors_row(row, v->kind, line);
    if (err == NULL) {
        return 0;
    }

failed:

    fprintf(stderr, "%s:%u: %s\n", v->file, number, err);

    return -1;
}


static const char *
vectors_row(vectors_row_t *row, vectors_kind_e kind, const char *line)
{
    size_t        len;
    unsigned      k, columns;
    const char   *input, *err;

    columns = vectors_columns(kind);

    for (k = 0; k < columns; k++) {
        len = strcspn(line, "\t");

        if ((line[len] == '\0') != (k == columns - 1)) {
            return "wrong number of columns";
        }

        row->field[k] = vectors_field(line, len);
        if (row->field[k] == NULL) {
            return "no memory";
        }

        line += len + 1;
    }

    input = row->field[kind == VECTORS_KIND_TARGETS ? 0 : 1];

    if (vectors_unescape(&row->input, input, strlen(input)) == -1) {
        return "bad escape";
    }

    err = NULL;

    if (kind == VECTORS_KIND_TARGETS) {
        err = vectors_verdict(row, row->field[1], row->field[2]);

        if (err == NULL) {
            err = vectors_policy(row, row->field[4]);
        }

    } else if (kind == VECTORS_KIND_HEADERS) {
        err = vectors_verdict(row, row->field[2], row->field[3]);

        if (vectors_unescape(&row->name, row->field[0],
                             strlen(row->field[0]))
            == -1)
        {
            err = "bad escape";
        }
    }

    return err;
}


static const char *
vectors_verdict(vectors_row_t *row, const char *verdict, const char *reason)
{
    cguard_reason_e  r;

    if (strcmp(verdict, "pass") == 0) {
        row->reason = CGUARD_PASS;
        return strcmp(reason, "-") == 0 ? NULL : "a reason to pass";
    }

    if (strcmp(verdict, "refuse") != 0) {
        return "verdict is neither \"refuse\" nor \"pass\"";
    }

    for (r = CGUARD_TRAVERSAL; r <= CGUARD_HEADER; r++) {
        if (strcmp(reason, cguard_reason_name(r)) == 0) {
            row->reason = r;
            return NULL;
        }
    }

    return "unknown reason";
}


static const char *
vectors_policy(vectors_row_t *row, const char *policy)
{
    size_t  len;

    if (strcmp(policy, "-") == 0) {
        return NULL;
    }

    for ( ;; ) {
        len = strcspn(policy, ",");

        if (len == 10 && memcmp(policy, "sslvpn=off", len) == 0) {
            row->policy |= CGUARD_NO_SSLVPN;

        } else if (len == 13 && memcmp(policy, "traversal=any", len) == 0) {
            row->policy |= CGUARD_ANY_PARENT;

        } else {
            return "unknown policy";
        }

        if (policy[len] == '\0') {
            return NULL;
        }

        policy += len + 1;
    }
}


static char *
vectors_field(const char *p, size_t len)
{
    char  *field;

    field = malloc(len + 1);

    if (field) {
        memcpy(field, p, len);
        field[len] = '\0';
    }

    return field;
}


int
vectors_unescape(vectors_bytes_t *b, const char *text, size_t len)
{
    int             hi, lo;
    size_t          i, n;
    unsigned char  *buf;

    b->data = NULL;
    b->len = 0;

    buf = malloc(len + 1);
    if (buf == NULL) {
        return -1;
    }

    n = 0;

    for (i = 0; i < len; i++) {

        if (text[i] != '\\') {
            buf[n++] = (unsigned char) text[i];
            continue;
        }

        i++;

        if (i < len && text[i] == '\\') {
            buf[n++] = '\\';

        } else if (i < len && text[i] == 't') {
            buf[n++] = '\t';

        } else if (i < len && text[i] == 'n') {
            buf[n++] = '\n';

        } else if (i + 2 < len && text[i] == 'x') {
            hi = vectors_hex(text[i + 1]);
            lo = vectors_hex(text[i + 2]);

            if (hi == -1 || lo == -1) {
                goto failed;
            }

            buf[n++] = (unsigned char) (hi << 4 | lo);
            i += 2;

        } else {
            goto failed;
        }
    }

    b->data = vectors_copy(buf, n);
    b->len = n;

    free(buf);

    return 0;

failed:

    free(buf);

    return -1;
}


static int
vectors_hex(int c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c |= 0x20;

    return (c >= 'a' && c <= 'f') ? c - 'a' + 10 : -1;
}


unsigned char *
vectors_copy(const void *p, size_t len)
{
    unsigned char  *copy;

    copy = malloc(len);

    if (copy == NULL && len) {
        fprintf(stderr, "no memory\n");
        exit(2);
    }

    if (len) {
        memcpy(copy, p, len);
    }

    return copy;
}


void
vectors_escape(char *buf, size_t size, const unsigned char *p, size_t len)
{
    size_t  i, n;

    buf[0] = '\0';

    for (i = 0, n = 0; i < len && n + 5 < size; i++) {

        if (p[i] == '\\') {
            n += (size_t) snprintf(buf + n, size - n, "\\\\");

        } else if (p[i] == '\t' || p[i] == '\n') {
            n += (size_t) snprintf(buf + n, size - n, "\\%c",
                                   p[i] == '\t' ? 't' : 'n');

        } else if (p[i] < ' ' || p[i] > '~') {
            n += (size_t) snprintf(buf + n, size - n, "\\x%02x", p[i]);

        } else {
            n += (size_t) snprintf(buf + n, size - n, "%c", p[i]);
        }
    }
}
