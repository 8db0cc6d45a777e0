
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A piece of a text: whole lines, and what is found in them.
 */


#ifndef _SCAN_PIECE_H_INCLUDED_
#define _SCAN_PIECE_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>

#include "cli/formats/scan_types.h"
#include "scan_map.h"


/* small enough to be in a cache when it is parsed */

#define SCAN_PIECE       (1024 * 1024)

/* with the line that does not end in it, which may be a long one */

#define SCAN_PIECE_SIZE  (SCAN_LINE_MAX + SCAN_PIECE)


typedef struct {
    int64_t               day;
    uint64_t              n;
} scan_run_day_t;


typedef struct {
    unsigned              policy;

    unsigned char        *buf;
    scan_map_t            map;

    /* in one of the two */
    const unsigned char  *data;
    size_t                len;
    unsigned              mapped:1;

    uint64_t              turn;
    scan_file_t          *file;
    const char           *error;
    uint64_t              at;

    /* the end of the line that names the columns, if it is the first */
    const unsigned char  *header;

    scan_parser_t         parser;
    scan_arena_t          arena;

    uint64_t              lines;
    uint64_t              requests;
    uint64_t              untimed;
    uint64_t              left_out;
    uint64_t              damaged;
    uint64_t              damaged_line[SCAN_DAMAGED_SHOWN];
    unsigned              formats;
    int64_t               first;
    int64_t               last;

    /* so many requests of one second, not yet counted by day */
    int64_t               time;
    uint64_t              same;

    scan_run_day_t       *day;
    size_t                days;
    size_t                day_size;

    scan_hit_t           *hit;
    size_t                hits;
    size_t                hit_size;
} scan_piece_t;



/* allocates what a thread needs for its pieces, one after the other */

void scan_piece_init(scan_piece_t *pc, const scan_findings_t *sc);

/* frees it */

void scan_piece_free(scan_piece_t *pc);

/* reads its lines; what was in it before is forgotten */

void scan_piece_parse(scan_piece_t *pc);

/* adds what was found, in the order of the pieces */

void scan_piece_add(scan_findings_t *sc, scan_piece_t *pc);


#endif /* _SCAN_PIECE_H_INCLUDED_ */
