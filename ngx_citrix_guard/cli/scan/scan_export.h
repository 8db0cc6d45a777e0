
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The case file: findings and sums as JSON or CSV.
 */


#ifndef _SCAN_EXPORT_H_INCLUDED_
#define _SCAN_EXPORT_H_INCLUDED_


#include "cli/formats/scan_types.h"


/* begins JSON or CSV on standard output */

void scan_export_begin(scan_findings_t *sc);

/* writes one row or object */

void scan_export_hit(scan_findings_t *sc, const scan_file_t *file,
    const scan_hit_t *hit);

/* writes the sums (JSON) */

void scan_export_end(scan_findings_t *sc);


#endif /* _SCAN_EXPORT_H_INCLUDED_ */
