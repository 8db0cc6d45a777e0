
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A request that stands in several logs is one event.
 */


#ifndef _SCAN_EVENTS_H_INCLUDED_
#define _SCAN_EVENTS_H_INCLUDED_


#include "cli/formats/scan_types.h"


/*
 * The event of a finding that stands in another kind of log already, by its id,
 * or by client, target and time; NULL if it is a new one, or cannot be told.
 * Called in the order of the logs.
 */

scan_seen_event_t *scan_events_again(scan_findings_t *sc,
    const scan_file_t *file, const scan_hit_t *hit);

/* does the finding say more of what came of it? */

int scan_events_is_better(const scan_seen_event_t *event,
    const scan_hit_t *hit);

/* what is known of an event is from this finding */

void scan_events_set(scan_seen_event_t *event, const scan_file_t *file,
    const scan_hit_t *hit);


#endif /* _SCAN_EVENTS_H_INCLUDED_ */
