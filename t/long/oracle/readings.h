
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The readings of one string: a set that keeps the order in which they came.
 */


#ifndef _READINGS_H_INCLUDED_
#define _READINGS_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


#define READING_MAX  512


/* 00-FF are bytes, the rest are code points */

typedef uint16_t  sym_t;


typedef struct {
    size_t                len;
    sym_t                 s[READING_MAX];
} reading_t;


/* empties the set */

void readings_forget(void);

/* how many there are, and the one that came as number "i" */

size_t readings_count(void);
void readings_get(size_t i, reading_t *r);

/* whether there was no room for one of them since the set was emptied */

int readings_full(void);

/* adds "r", if it is new */

void readings_add(const reading_t *r);

/* adds "r" with the symbols [from, to) replaced by the "n" in "by" */

void readings_replace(const reading_t *r, size_t from, size_t to,
    const sym_t *by, size_t n);


#endif /* _READINGS_H_INCLUDED_ */
