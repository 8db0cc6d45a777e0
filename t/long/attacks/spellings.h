
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The spellings of a character: what some parser reads as it.  Written from
 * docs/readings.md; nothing of the core is used.
 */


#ifndef _SPELLINGS_H_INCLUDED_
#define _SPELLINGS_H_INCLUDED_


#include <stddef.h>


#define SPELLING_MAX   40
#define SPELLINGS_MAX  1024


typedef struct {
    unsigned char         s[SPELLING_MAX];
    size_t                len;
} spelling_t;


/* what is spelled; the lists end with 0 and NULL */

typedef struct {
    const char           *chars;       /* each of them will do */
    unsigned              points[8];   /* code points that resemble it */
    const char           *texts[8];    /* what else may stand for it */
} letter_t;


typedef struct {
    size_t                n;
    spelling_t            list[SPELLINGS_MAX];
} spellings_t;


/*
 * All spellings of a letter, each nested in one more layer of percent-encoding
 * as well.  None is the beginning of another one: what is put together of them
 * can be taken apart in one way only, so no two of that are the same.
 */

void spellings_make(spellings_t *sp, const letter_t *letter);


#endif /* _SPELLINGS_H_INCLUDED_ */
