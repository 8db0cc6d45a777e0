
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The decision once more, slow and obviously right: it generates every reading
 * of docs/readings.md, one rewrite at a time, and examines each.  Written from
 * the text alone; it shares no code and no table with the core.
 */


#ifndef _ORACLE_H_INCLUDED_
#define _ORACLE_H_INCLUDED_


#include <stddef.h>


#define ORACLE_NO_SSLVPN   0x01
#define ORACLE_ANY_PARENT  0x02


/* what some reading of a string shows */

typedef struct {
    unsigned              parent:1;
    unsigned              vpns:1;
    unsigned              guessed:1;   /* one plain, the other one unknown */
    unsigned              control:1;   /* 00-1F or 7F, raw */
    unsigned              escaped:1;   /*   one layer deep */
    unsigned              endless:1;   /* too many readings, not all made */
    unsigned              cut:1;       /*   a parent may be in one of those */
    size_t                readings;
} oracle_signs_t;


/*
 * A request target: the path (before the first "?"), the whole, and the whole
 * if its "?" was an ordinary byte.
 */

typedef struct {
    oracle_signs_t        path;
    oracle_signs_t        whole;
    oracle_signs_t        as_path;
    unsigned              hash:1;      /* a raw "#" in the path */
} oracle_target_t;


/*
 * Whether the oracle is sure what a code point resembles: it has some of each
 * kind, written down by hand, the core has a table of all.
 */

int oracle_knows(unsigned long code_point);


/* those of a path; stops early once both parent and vpns are found */

void oracle_signs(const unsigned char *p, size_t len, oracle_signs_t *signs);

void oracle_target(const unsigned char *p, size_t len, oracle_target_t *t);


/*
 * How often the most encoded byte of a string has to be decoded by a lenient
 * parser; "noise" says whether some of it is noise or resembles no ASCII, which
 * may not count.
 */

unsigned oracle_depth(const unsigned char *p, size_t len, int *noise);


/* the verdicts, by the names that the core has for them */

const char *oracle_target_reason(const oracle_target_t *t, unsigned policy);
const char *oracle_parts_reason(const oracle_target_t *t, unsigned policy);
const char *oracle_header_reason(const oracle_target_t *t);


#endif /* _ORACLE_H_INCLUDED_ */
