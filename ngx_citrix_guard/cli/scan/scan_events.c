
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * One request may appear in the access log, in the error log, as an alarm
 * there, and among the guard's events.  Lines of the same kind of log are
 * different requests.  So it counts as often as in the kind of log that has it
 * most often.
 */


#include <stdint.h>
#include <string.h>

#include "cli/common/cli_types.h"
#include "cli/formats/scan_types.h"
#include "scan_events.h"
#include "scan_hash.h"


/* nginx's $request_id */

#define SCAN_ID_LEN  32


/* which outcome says more: an answer more than none, success the most */

static const unsigned char  scan_events_rank[SCAN_OUTCOMES] = {
    [SCAN_MALFORMED] = 1, [SCAN_LOOK] = 2, [SCAN_NOT_KNOWN] = 3,
    [SCAN_ATTEMPT] = 4, [SCAN_BLOCKED] = 5, [SCAN_SCAN_SUCCESS] = 6,
    [SCAN_EXPLOIT] = 7, [SCAN_OWN] = 8
};


static int
scan_same_hash(const void *entry, const void *key)
{
    (void) entry;
    (void) key;

    /* the table has compared the whole key */

    return 1;
}


static unsigned
scan_events_kind(const scan_hit_t *hit)
{
    if (hit->format == SCAN_ERROR_LOG) {
        return hit->request.outcome.len ? 3 : 2;
    }

    return hit->request.verdict.len && hit->request.outcome.len;
}


static int
scan_events_is_id(cli_str_t id)
{
    size_t  i;

    if (id.len != SCAN_ID_LEN) {
        return 0;
    }

    for (i = 0; i < id.len; i++) {
        if (!(id.data[i] >= '0' && id.data[i] <= '9')
            && !(id.data[i] >= 'a' && id.data[i] <= 'f'))
        {
            return 0;
        }
    }

    return 1;
}


static uint64_t
scan_events_hash(const scan_hit_t *hit, int64_t time)
{
    uint64_t  hash;

    hash = scan_hash(0, &time, sizeof(time));
    hash = scan_hash(hash, hit->request.client.data, hit->request.client.len);

    return scan_hash(hash, hit->request.target.data, hit->request.target.len);
}


/* by its own hash, or by that to which an id has led */

static scan_seen_event_t *
scan_events_at(scan_findings_t *sc, uint64_t hash)
{
    scan_seen_id_t     *other;
    scan_seen_event_t  *event;

    event = scan_hash_table_find(&sc->events, hash, scan_same_hash, NULL);

    if (event) {
        return event;
    }

    other = scan_hash_table_find(&sc->ids, hash, scan_same_hash, NULL);

    return other ? scan_hash_table_find(&sc->events, other->event,
                                        scan_same_hash, NULL)
                 : NULL;
}


/*
 * Some logs have the time when a request begins, others when it ends: a
 * difference of one second is accepted.
 */

static scan_seen_event_t *
scan_events_find(scan_findings_t *sc, const scan_hit_t *hit, unsigned kind,
    uint64_t *hash)
{
    int                 i;
    scan_seen_event_t  *event;

    static const int64_t  near[] = { 0, -1, 1 };

    for (i = 0; i < 3; i++) {
        *hash = scan_events_hash(hit, hit->request.time + near[i]);
        event = scan_events_at(sc, *hash);

        if (event && event->lines[kind] < event->most) {
            return event;
        }
    }

    *hash = scan_events_hash(hit, hit->request.time);

    return NULL;
}


static scan_seen_event_t *
scan_events_by_id(scan_findings_t *sc, const scan_hit_t *hit, uint64_t hash)
{
    uint64_t         id;
    scan_seen_id_t  *seen;

    if (!scan_events_is_id(hit->request.id)) {
        return NULL;
    }

    id = scan_hash(0, hit->request.id.data, hit->request.id.len);
    seen = scan_hash_table_get(&sc->ids, id, scan_same_hash, NULL);

    if (seen == NULL) {
        return NULL;
    }

    if (seen->event == 0) {
        seen->event = hash;
        return NULL;
    }

    id = seen->event;

    /* its other lines may lack the id but have this time */

    if (id != hash) {
        seen = scan_hash_table_get(&sc->ids, hash, scan_same_hash, NULL);

        if (seen && seen->event == 0) {
            seen->event = id;
        }
    }

    return scan_hash_table_find(&sc->events, id, scan_same_hash, NULL);
}


scan_seen_event_t *
scan_events_again(scan_findings_t *sc, const scan_file_t *file,
    const scan_hit_t *hit)
{
    unsigned            kind;
    uint64_t            hash;
    scan_seen_event_t  *event, *by_id;

    if (hit->damaged || hit->request.time == SCAN_NO_TIME
        || hit->request.client.len == 0 || hit->request.target.len == 0)
    {
        return NULL;
    }

    kind = scan_events_kind(hit);
    event = scan_events_find(sc, hit, kind, &hash);
    by_id = scan_events_by_id(sc, hit, hash);
    event = by_id ? by_id : event;

    if (event) {
        event->lines[kind]++;
        return event;
    }

    event = scan_hash_table_get(&sc->events, hash, scan_same_hash, NULL);

    if (event) {
        event->lines[kind]++;
        event->most = event->lines[kind];
        scan_events_set(event, file, hit);
    }

    return NULL;
}


int
scan_events_is_better(const scan_seen_event_t *event, const scan_hit_t *hit)
{
    if (hit->outcome == SCAN_OWN && event->outcome == SCAN_OWN) {
        return hit->why > event->why;
    }

    return scan_events_rank[hit->outcome] > scan_events_rank[event->outcome];
}


void
scan_events_set(scan_seen_event_t *event, const scan_file_t *file,
    const scan_hit_t *hit)
{
    event->outcome = hit->outcome;
    event->why = hit->why;
    event->time = hit->request.time;
    event->file = file;
    event->number = hit->number;
}
