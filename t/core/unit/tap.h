
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A TAP printer: one line a test, the plan at the end.
 */


#ifndef _TAP_H_INCLUDED_
#define _TAP_H_INCLUDED_


#include <stdarg.h>
#include <stdio.h>


#define TAP_NAME_LEN  1024


typedef struct {
    unsigned              run;
    unsigned              failed;
} tap_t;


/* a "#" in a test's name would begin a directive */

static inline void
tap_name(const char *fmt, va_list args)
{
    char  name[TAP_NAME_LEN], *p;

    (void) vsnprintf(name, sizeof(name), fmt, args);

    for (p = name; *p; p++) {
        if (*p == '#') {
            putchar('\\');
        }

        putchar(*p);
    }

    putchar('\n');
}


__attribute__((format(printf, 3, 4)))
static inline int
tap_ok(tap_t *t, int ok, const char *fmt, ...)
{
    va_list  args;

    t->run++;

    if (!ok) {
        t->failed++;
    }

    printf("%sok %u - ", ok ? "" : "not ", t->run);

    va_start(args, fmt);
    tap_name(fmt, args);
    va_end(args);

    return ok;
}


__attribute__((format(printf, 1, 2)))
static inline void
tap_diag(const char *fmt, ...)
{
    va_list  args;

    printf("# ");

    va_start(args, fmt);
    (void) vprintf(fmt, args);
    va_end(args);

    putchar('\n');
}


/* the program's exit status: a test program without a test has failed */

static inline int
tap_done(const tap_t *t)
{
    printf("1..%u\n", t->run);

    if (t->failed) {
        tap_diag("%u of %u failed", t->failed, t->run);
    }

    return (t->failed || t->run == 0) ? 1 : 0;
}


#endif /* _TAP_H_INCLUDED_ */
