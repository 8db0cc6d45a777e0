
/*
 * Copyright (C) ngx_citrix_guard authors
 */


#include <stdio.h>
#include <string.h>

#include "text.h"


void
text_append(text_t *t, const char *token)
{
    size_t  n;

    n = strlen(token);

    if (t->len + n <= TEXT_MAX) {
        memcpy(t->s + t->len, token, n);
        t->len += n;
    }
}


void
text_fill(text_t *t, char c, size_t n)
{
    while (n-- && t->len < TEXT_MAX) {
        t->s[t->len++] = (unsigned char) c;
    }
}


void
text_print(const text_t *t)
{
    size_t  i;

    for (i = 0; i < t->len; i++) {
        if (t->s[i] == '\\') {
            printf("\\\\");

        } else if (t->s[i] < 0x21 || t->s[i] > 0x7E) {
            printf("\\x%02X", t->s[i]);

        } else {
            putchar(t->s[i]);
        }
    }
}


void
text_read(text_t *t, const char *p)
{
    unsigned  c;

    for (t->len = 0; *p && t->len < TEXT_MAX; p++) {

        if (p[0] == '\\' && p[1] == '\\') {
            t->s[t->len++] = *p++;

        } else if (sscanf(p, "\\x%2x", &c) == 1) {
            t->s[t->len++] = (unsigned char) c;
            p += 3;

        } else {
            t->s[t->len++] = (unsigned char) *p;
        }
    }
}


uint64_t
next_random(uint64_t *state)
{
    uint64_t  z;

    *state += 0x9E3779B97F4A7C15u;

    z = *state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;

    return z ^ (z >> 31);
}
