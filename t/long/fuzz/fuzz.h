
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What the fuzz targets share.  A target is a program made of one of the
 * other files here and of libFuzzer (make fuzz), or of replay.c (make test).
 */


#ifndef _FUZZ_H_INCLUDED_
#define _FUZZ_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


/* the target, called by libFuzzer's main() or that of replay.c */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* says what is wrong with which bytes, and ends the program */

__attribute__((noreturn))
void fuzz_failed(const char *what, const unsigned char *p, size_t len);


/* a "b" between "a" and "c", in a block of exactly that size */

unsigned char *fuzz_join(const unsigned char *a, size_t alen, const char *b,
    const unsigned char *c, size_t clen, size_t *len);


#endif /* _FUZZ_H_INCLUDED_ */
