
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The conclusion in words; docs/incident.md says how to read it.
 */


#ifndef _SCAN_CONCLUSION_H_INCLUDED_
#define _SCAN_CONCLUSION_H_INCLUDED_


#include <stdio.h>

#include "cli/formats/scan_types.h"



/* the conclusion as one word, for JSON */

const char *scan_verdict(const scan_findings_t *sc);

/* the conclusion in words (docs/incident.md) */

void scan_conclusion(const scan_findings_t *sc, FILE *f);


#endif /* _SCAN_CONCLUSION_H_INCLUDED_ */
