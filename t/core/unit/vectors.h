
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The test vectors of t/data: lines of fields with TABs between them, a
 * "#" line is a comment, and the comment with TABs in it names the columns.
 * Bytes that cannot stand in a line are written \\ \t \n \xHH.
 */


#ifndef _VECTORS_H_INCLUDED_
#define _VECTORS_H_INCLUDED_


#include <stddef.h>

#include "cguard/decision/cguard_target.h"


#define VECTORS_COLUMNS  8

#define VECTORS_TARGETS  "t/data/vectors.tsv"
#define VECTORS_BENIGN   "t/data/benign.tsv"
#define VECTORS_HEADERS  "t/data/headers.tsv"
#define VECTORS_RULES    "t/data/rules.tsv"


typedef enum {
    VECTORS_KIND_NONE = 0,
    VECTORS_KIND_TARGETS,     /* input verdict reason source policy */
    VECTORS_KIND_BENIGN,      /* method target headers source */
    VECTORS_KIND_HEADERS,     /* name value verdict reason source */
    VECTORS_KIND_RULES        /* file rule method target headers body verdict
                                 note */
} vectors_kind_e;


/* a block of exactly "len" bytes, so that sanitizers see an over-read */

typedef struct {
    unsigned char        *data;
    size_t                len;
} vectors_bytes_t;


typedef struct {
    unsigned              line;
    char                 *field[VECTORS_COLUMNS];
    vectors_bytes_t       input;     /* the target, or the header's value */
    vectors_bytes_t       name;      /* the header's name */
    cguard_reason_e       reason;
    unsigned              policy;
} vectors_row_t;


typedef struct {
    const char           *file;
    vectors_kind_e        kind;
    vectors_row_t        *row;
    size_t                n;
} vectors_t;


/* 0, or -1 and a message on stderr that names the file and the line */

int vectors_read(vectors_t *v, const char *file);
void vectors_free(vectors_t *v);

/* 0, or -1: no memory, or a bad escape; "data" is to be freed */

int vectors_unescape(vectors_bytes_t *b, const char *text, size_t len);

/* a copy in a block of exactly "len" bytes; no memory ends the program */

unsigned char *vectors_copy(const void *p, size_t len);

/* the escaped bytes and a NUL, cut to "size" */

void vectors_escape(char *buf, size_t size, const unsigned char *p,
    size_t len);


#endif /* _VECTORS_H_INCLUDED_ */
