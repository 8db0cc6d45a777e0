
/*
 * Copyright (C) ngx_citrix_guard authors
 */


#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vectors.h"


#define VECTORS_LINE_LEN  16384


static int vectors_lines(vectors_t *v, FILE *f);
static vectors_kind_e vectors_kind(const char *line);
static int vectors_line(vectors_t *v, unsigned number, const char *line);
static const char *vectors_row(vectors_row_t *row, vectors_kind_e kind,
    const char *line);
static const char *vectors_verdict(vectors_row_t *row, const char *verdict,
    const char *reason);
static const char *vectors_policy(vectors_row_t *row, const char *policy);
static int vectors_hex(int c);


/* by kind: the number of columns, and the one with the target or value */

static const unsigned  vectors_columns[] = { 0, 5, 4, 5, 8 };
static const unsigned  vectors_input[] = { 0, 0, 1, 1, 3 };


int
vectors_read(vectors_t *v, const char *file)
{
    int    rc;
    FILE  *f;

    memset(v, 0, sizeof(vectors_t));
    v->file = file;

    f = fopen(file, "r");
    if (f == NULL) {
        fprintf(stderr, "%s: %s\n", file, strerror(errno));
        return -1;
    }

    rc = vectors_lines(v, f);

    (void) fclose(f);

    if (rc == 0 && v->n == 0) {
        fprintf(stderr, "%s: no rows\n", file);
        rc = -1;
    }

    if (rc == -1) {
        vectors_free(v);
    }

    return rc;
}


static int
vectors_lines(vectors_t *v, FILE *f)
{
    char      line[VECTORS_LINE_LEN];
    size_t    len;
    unsigned  number;

    for (number = 1; fgets(line, sizeof(line), f); number++) {

        len = strcspn(line, "\n");

        if (line[len] == '\0') {
            fprintf(stderr, "%s:%u: no line end\n", v->file, number);
            return -1;
        }

        line[len] = '\0';

        if (vectors_line(v, number, line) == -1) {
            return -1;
        }
    }

    return 0;
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
        { "# file\trule\tmethod\ttarget\theaders\tbody\tverdict\tnote",
          VECTORS_KIND_RULES },
    };

    size_t  i;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(line, kinds[i].columns) == 0) {
            return kinds[i].kind;
        }
    }

    return VECTORS_KIND_NONE;
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

    columns = vectors_columns[kind];

    for (k = 0; k < columns; k++) {
        len = strcspn(line, "\t");

        if ((line[len] == '\0') != (k == columns - 1)) {
            return "wrong number of columns";
        }

        row->field[k] = (char *) vectors_copy(line, len + 1);
        row->field[k][len] = '\0';

        line += len + 1;
    }

    input = row->field[vectors_input[kind]];

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
    static const char  *policies[] = {
        "-", "sslvpn=off", "traversal=any", "sslvpn=off,traversal=any"
    };

    for (row->policy = 0; row->policy < 4; row->policy++) {
        if (strcmp(policy, policies[row->policy]) == 0) {
            return NULL;
        }
    }

    return "unknown policy";
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

        if (++i < len && text[i] == '\\') {
            buf[n++] = '\\';

        } else if (i < len && text[i] == 't') {
            buf[n++] = '\t';

        } else if (i < len && text[i] == 'n') {
            buf[n++] = '\n';

        } else if (i + 2 < len && text[i] == 'x'
                   && (hi = vectors_hex(text[i + 1])) != -1
                   && (lo = vectors_hex(text[i + 2])) != -1)
        {
            buf[n++] = (unsigned char) (hi << 4 | lo);
            i += 2;

        } else {
            free(buf);
            return -1;
        }
    }

    b->data = vectors_copy(buf, n);
    b->len = n;

    free(buf);

    return 0;
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
