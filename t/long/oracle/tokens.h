
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The parts of the compared strings.
 */


#ifndef _TOKENS_H_INCLUDED_
#define _TOKENS_H_INCLUDED_


#include <stddef.h>


#define TOKENS  64


typedef struct {
    const char           *name;
    size_t                length;      /* all strings up to so many tokens */
    const char           *tokens[TOKENS];
} alphabet_t;


/* the last one has no name */

extern const alphabet_t   alphabets[];
extern const size_t       alphabets_count;

/* what is laid over the edges of the prefilter's windows */

extern const alphabet_t   edges;

/* the pieces of random strings, besides the tokens above; NULL ends them */

extern const char *const  pieces[];


#endif /* _TOKENS_H_INCLUDED_ */
