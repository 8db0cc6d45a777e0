
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The strings that are compared: how they are generated, and printed.
 */


#ifndef _TEXT_H_INCLUDED_
#define _TEXT_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


#define TEXT_MAX  512


typedef struct {
    unsigned char         s[TEXT_MAX];
    size_t                len;
} text_t;


/* what does not fit is left out */

void text_append(text_t *t, const char *token);
void text_fill(text_t *t, char c, size_t n);

/* prints it with "\xHH" for a byte and "\\" for "\"; reads it so */

void text_print(const text_t *t);
void text_read(text_t *t, const char *p);

/* splitmix64 */

uint64_t next_random(uint64_t *state);


#endif /* _TEXT_H_INCLUDED_ */
