
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The status of a request in a line of pieces.
 */


#ifndef _SCAN_PIECES_STATUS_H_INCLUDED_
#define _SCAN_PIECES_STATUS_H_INCLUDED_


#include "cli/common/cli_types.h"
#include "scan_pieces_request.h"


/* 0: not known; "size" is set if the size of the answer is beside it */

unsigned scan_pieces_status(const scan_pieces_t *pc, cli_str_t *size);

/* 1: this status is in use */

int scan_pieces_registered(unsigned n);


#endif /* _SCAN_PIECES_STATUS_H_INCLUDED_ */
