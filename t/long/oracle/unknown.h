
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The unknown of docs/readings.md: what a parser that leaves ASCII alone may
 * make of everything else.
 */


#ifndef _UNKNOWN_H_INCLUDED_
#define _UNKNOWN_H_INCLUDED_


#include "oracle.h"
#include "readings.h"


/* adds the plain and the dropped signs of a path, and whether one is guessed */

void unknown_signs(const reading_t *raw, oracle_signs_t *signs);


#endif /* _UNKNOWN_H_INCLUDED_ */
