
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Aggregates the findings: counts, sources, targets, days, a timeline.
 */


#ifndef _SCAN_FINDINGS_H_INCLUDED_
#define _SCAN_FINDINGS_H_INCLUDED_


#include "cli/formats/scan_types.h"


/* allocates the tables */

void scan_findings_init(scan_findings_t *sc);

/* frees everything that belongs to the run */

void scan_findings_free(scan_findings_t *sc);

/*
 * Adds a moment, before and after which findings are counted; moments are kept
 * sorted.
 */

void scan_findings_milestone(scan_findings_t *sc, int64_t time,
    const char *name);

/* adds the first and last time of a piece of a log */

void scan_findings_time(scan_findings_t *sc, int64_t first, int64_t last);

/* requests of a day */

void scan_findings_day(scan_findings_t *sc, int64_t day, uint64_t requests);

/* the number of attacks, whatever the outcome */

uint64_t scan_attempts(const uint64_t count[SCAN_OUTCOMES]);

/* the number of those that may have succeeded */

uint64_t scan_successes(const uint64_t count[SCAN_OUTCOMES]);

/*
 * Adds a finding.  Called in the order of the logs.  Changes the outcome of
 * the operator's own requests.
 */

void scan_findings_add(scan_findings_t *sc, const scan_file_t *file,
    scan_hit_t *hit);

/* Did the same source get a script answered and fetch a template later? */

int scan_sequence(const scan_origin_t *o);

/*
 * Was too little read for "nothing found": no request at all, a line that was
 * not understood, a file with an error, or an interrupted run?
 */

int scan_unread(const scan_findings_t *sc);

/* the exit status */

int scan_findings_status(const scan_findings_t *sc);


#endif /* _SCAN_FINDINGS_H_INCLUDED_ */
