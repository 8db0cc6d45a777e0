
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The rewrites of docs/readings.md, and what they ask of a symbol.
 */


#ifndef _REWRITES_H_INCLUDED_
#define _REWRITES_H_INCLUDED_


#include "readings.h"


typedef enum {
    LENIENT,
    STRICT,
    OVERLONG                /* strict, but takes overlong forms */
} parser_e;


/* the one that reads */

extern parser_e  parser;


int is_separator(sym_t c);
int is_control(sym_t c);
int is_noise(sym_t c);

/* a byte from 80 up that is part of no sequence */

int is_stray(const reading_t *r, size_t i);

/* whether nothing is left to decode: then a stray remains one */

int is_decoded(const reading_t *r);

/* adds what one application of each rewrite at each place yields */

void rewrite(const reading_t *r);


#endif /* _REWRITES_H_INCLUDED_ */
