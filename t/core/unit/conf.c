
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * nginx's configuration syntax (conf.h).
 */


#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"


#define CONF_SIZE  (1024 * 1024)


typedef struct {
    char                 *p;
    char                 *last;
    unsigned              line;
    const char           *error;
} conf_scan_t;


static char *
conf_slurp(const char *file, size_t *len)
{
    char  *text;
    FILE  *f;

    f = fopen(file, "rb");
    if (f == NULL) {
        fprintf(stderr, "%s: %s\n", file, strerror(errno));
        return NULL;
    }

    text = malloc(CONF_SIZE);

    if (text) {
        *len = fread(text, 1, CONF_SIZE, f);

        if (*len == CONF_SIZE || ferror(f)) {
            fprintf(stderr, "%s: too long, or not read\n", file);
            free(text);
            text = NULL;
        }
    }

    (void) fclose(f);

    return text;
}


static void
conf_blanks(conf_scan_t *s)
{
    for ( /* void */ ; s->p < s->last; s->p++) {

        if (*s->p == '#') {
            while (s->p < s->last && *s->p != '\n') {
                s->p++;
            }
        }

        if (s->p == s->last || strchr(" \t\r\n", *s->p) == NULL) {
            return;
        }

        s->line += *s->p == '\n';
    }
}


/* the meaning of an escape; '\0' if it stays as it is */

static char
conf_escape(char c)
{
    switch (c) {

    case '"':
    case '\'':
    case '\\':
        return c;

    case 't':
        return '\t';

    case 'r':
        return '\r';

    case 'n':
        return '\n';

    default:
        return '\0';
    }
}


/*
 * One word at s->p; what is written is never ahead of what is read.  A
 * backslash protects the byte behind it from being an end, whatever it is.
 */

static void
conf_word(conf_scan_t *s, cguard_word_t *word)
{
    char  c, quote, *to;

    quote = '\0';

    if (*s->p == '"' || *s->p == '\'') {
        quote = *s->p++;
    }

    word->data = s->p;

    for (to = s->p; s->p < s->last; s->p++) {

        if (*s->p == '\\' && s->last - s->p > 1) {
            c = conf_escape(s->p[1]);

            if (c == '\0') {
                *to++ = '\\';
                c = s->p[1];
            }

            *to++ = c;
            s->line += *++s->p == '\n';
            continue;
        }

        if (quote ? *s->p == quote : strchr(" \t\r\n;{", *s->p) != NULL) {
            break;
        }

        s->line += *s->p == '\n';
        *to++ = *s->p;
    }

    word->len = (size_t) (to - word->data);

    if (quote == '\0') {
        return;
    }

    if (s->p == s->last) {
        s->error = "a quote without an end";
        return;
    }

    s->p++;

    if (s->p == s->last || strchr(" \t\r\n;{)", *s->p) == NULL) {
        s->error = "no blank behind a quote";
    }
}


/* returns 1 for a directive, 0 for the end of the file */

static int
conf_directive(conf_scan_t *s, conf_directive_t *d)
{
    d->n = 0;

    for ( ;; ) {
        conf_blanks(s);

        if (s->p == s->last) {
            if (d->n) {
                s->error = "the last directive has no \";\"";
            }

            return 0;
        }

        if (d->n == 0) {
            d->line = s->line;
        }

        if (*s->p == ';') {
            s->p++;

            if (d->n == 0) {
                s->error = "a \";\" without a directive";
            }

            return 1;
        }

        if (*s->p == '{' || *s->p == '}') {
            s->error = "a block";
            return 0;
        }

        if (d->n == CONF_WORDS) {
            s->error = "too many words";
            return 0;
        }

        conf_word(s, &d->word[d->n++]);

        if (s->error) {
            return 0;
        }
    }
}


int
conf_read(conf_t *c, const char *file)
{
    size_t             len;
    conf_scan_t        s;
    conf_directive_t  *more;

    memset(c, 0, sizeof(conf_t));

    c->text = conf_slurp(file, &len);
    if (c->text == NULL) {
        return -1;
    }

    s.p = c->text;
    s.last = c->text + len;
    s.line = 1;
    s.error = NULL;

    for ( ;; ) {
        more = realloc(c->directive, (c->n + 1) * sizeof(conf_directive_t));

        if (more == NULL) {
            s.error = "no memory";
            break;
        }

        c->directive = more;

        if (conf_directive(&s, &c->directive[c->n]) == 0 || s.error) {
            break;
        }

        c->n++;
    }

    if (s.error == NULL) {
        return 0;
    }

    fprintf(stderr, "%s:%u: %s\n", file, s.line, s.error);

    conf_free(c);

    return -1;
}


void
conf_free(conf_t *c)
{
    free(c->directive);
    free(c->text);

    memset(c, 0, sizeof(conf_t));
}
