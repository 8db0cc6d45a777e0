
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Places of servers, rules and canaries in a zone, by name.
 */


#ifndef _CGUARD_ZONE_NAMES_H_INCLUDED_
#define _CGUARD_ZONE_NAMES_H_INCLUDED_


#include <stddef.h>

#include "cguard_zone.h"


#pragma GCC visibility push(hidden)


/*
 * Return a place, or 0 if there is no room.  Called only by the process that
 * configures.  For each configuration: cguard_zone_forget_servers(), then
 * cguard_zone_keep_server() for all names, so that no server loses its place
 * to another, then cguard_zone_server() for each.
 */

void cguard_zone_forget_servers(cguard_zone_t *z);
void cguard_zone_keep_server(cguard_zone_t *z, const char *name, size_t len);
unsigned cguard_zone_server(cguard_zone_t *z, const char *name, size_t len);
unsigned cguard_zone_rule(cguard_zone_t *z, const char *name, size_t len);
unsigned cguard_zone_rule_find(const cguard_zone_t *z, const char *name,
    size_t len);

/*
 * Returns the place of a canary.  There is always room for all canaries of a
 * configuration, because canaries that are no longer configured give up
 * theirs: call cguard_zone_forget_canaries() before the first one.
 */

unsigned cguard_zone_canary(cguard_zone_t *z, const char *name, size_t len);
void cguard_zone_forget_canaries(cguard_zone_t *z);


#pragma GCC visibility pop


#endif /* _CGUARD_ZONE_NAMES_H_INCLUDED_ */
