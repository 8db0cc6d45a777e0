
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The rewrites of docs/readings.md, and what they ask of a symbol.
 */


#ifndef _REWRITES_H_INCLUDED_
#define _REWRITES_H_INCLUDED_


#include "readings.h"


int is_separator(sym_t c);
int is_control(sym_t c);
int is_noise(sym_t c);

/* the value of a hexadecimal digit, or -1 */

int hex(sym_t c);

/* a byte from 80 up that is part of no sequence */

int is_stray(const reading_t *r, size_t i);

/*
 * What the escape, the sequence or the code point at "i" stands for, and how
 * many decodings that takes.  Returns where it ends, or 0 if there is none.
 */

#define DECODED_MAX  4

typedef struct {
    sym_t                 by[DECODED_MAX];
    size_t                n;
    unsigned              layers;
} decoded_t;


size_t decode(const reading_t *r, size_t i, decoded_t *d);

/* whether nothing is left to decode: then a stray remains one */

int is_decoded(const reading_t *r);

/* whether an escape at "i" of the string, as it is, stands for a control byte */

int is_control_escape(const reading_t *r, size_t i);

/*
 * What another parser has dropped: nothing, but no escape closes over it.  Only
 * in a path.
 */

#define DROPPED      0x100

extern int  rewrites_drop;

/* the symbol of a code point; OTHER_POINT for one that resembles nothing */

#define OTHER_POINT  0x101

sym_t code_point(uint32_t code);

/* adds what one application of each rewrite at each place yields */

void rewrite(const reading_t *r);


#endif /* _REWRITES_H_INCLUDED_ */
