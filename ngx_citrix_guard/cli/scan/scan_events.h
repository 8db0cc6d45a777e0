
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Counts a request that appears in several logs once.
 */


#ifndef _SCAN_EVENTS_H_INCLUDED_
#define _SCAN_EVENTS_H_INCLUDED_


#include "cli/formats/scan_types.h"


/*
 * The event of a finding that was found in another kind of log before, by its
 * id, or by client, target and time; NULL if it is new, or this cannot be
 * determined.  Called in the order of the logs.
 */

scan_seen_event_t *scan_events_again(scan_findings_t *sc,
    const scan_file_t *file, const scan_hit_t *hit);

/* does the finding say more about the outcome? */

int scan_events_is_better(const scan_seen_event_t *event,
    const scan_hit_t *hit);

/* takes what is known of an event from this finding */

void scan_events_set(scan_seen_event_t *event, const scan_file_t *file,
    const scan_hit_t *hit);


#endif /* _SCAN_EVENTS_H_INCLUDED_ */
