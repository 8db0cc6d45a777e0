
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The files, in order, as pieces of whole lines.
 */


#ifndef _SCAN_FEED_H_INCLUDED_
#define _SCAN_FEED_H_INCLUDED_


#include "cli/formats/scan_types.h"
#include "scan_piece.h"


typedef struct scan_feed_s  scan_feed_t;


/* allocates */

scan_feed_t *scan_feed_open(scan_findings_t *sc);

/* frees it */

void scan_feed_close(scan_feed_t *feed);

/*
 * The next piece, which may be an error without a line; 0: there is no more.
 * One thread at a time.
 */

int scan_feed_next(scan_feed_t *feed, scan_piece_t *pc);


#endif /* _SCAN_FEED_H_INCLUDED_ */
