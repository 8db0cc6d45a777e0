
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The request in a line of pieces.
 */


#ifndef _SCAN_PIECES_REQUEST_H_INCLUDED_
#define _SCAN_PIECES_REQUEST_H_INCLUDED_


#include "scan_types.h"


typedef struct {
    const unsigned char  *p;
    const unsigned char  *last;

    /* METHOD target PROTOCOL, without quotes; and behind them; the target
       only if it is in quotes of its own */
    const unsigned char  *request;
    const unsigned char  *target;
    const unsigned char  *end;
    const unsigned char  *behind;

    /* the colon behind the hour of its time, if that has a date */
    const unsigned char  *time;

    unsigned              cut:1;            /* its quote is missing */
    unsigned              unanswered:1;     /* its status is not a status */
    unsigned              alone:1;          /* the target has no method */
} scan_pieces_t;


/* the first one between "p" and "last"; 0: there is none */

int scan_pieces_request(scan_pieces_t *pc);

/* what it has found, as fields of a request */

void scan_pieces_take(const scan_pieces_t *pc, scan_line_t *ln);

/* the same for a target without a method */

int scan_pieces_target(scan_pieces_t *pc, scan_line_t *ln);

/* do METHOD and a target of interest follow, with a traversal or without? */

int scan_pieces_more(const unsigned char *p, const unsigned char *last);

/*
 * Where METHOD and a target that is an attack begin, in quotes if there are
 * any; NULL if there are none.
 */

const unsigned char *scan_pieces_find(const unsigned char *p,
    const unsigned char *last);


#endif /* _SCAN_PIECES_REQUEST_H_INCLUDED_ */
