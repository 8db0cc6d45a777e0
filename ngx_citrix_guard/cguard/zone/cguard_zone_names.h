
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The places of servers, rules and canaries in a zone, by their names.
 */


#ifndef _CGUARD_ZONE_NAMES_H_INCLUDED_
#define _CGUARD_ZONE_NAMES_H_INCLUDED_


#include <stddef.h>

#include "cguard_zone.h"


#pragma GCC visibility push(hidden)


/*
 * Places by name, 0 if there is no room; for the one that configures.  For
 * each configuration: cguard_zone_forget_servers(), then
 * cguard_zone_keep_server() for all names, so that none of them loses its
 * place to another one, then cguard_zone_server() for each.
 */

void cguard_zone_forget_servers(cguard_zone_t *z);
void cguard_zone_keep_server(cguard_zone_t *z, const char *name, size_t len);
unsigned cguard_zone_server(cguard_zone_t *z, const char *name, size_t len);
unsigned cguard_zone_rule(cguard_zone_t *z, const char *name, size_t len);
unsigned cguard_zone_rule_find(const cguard_zone_t *z, const char *name,
    size_t len);

/*
 * The place of a canary.  There is always room for as many as a configuration
 * may have, as those that are gone give theirs back: call
 * cguard_zone_forget_canaries() before the first one of a configuration.
 */

unsigned cguard_zone_canary(cguard_zone_t *z, const char *name, size_t len);
void cguard_zone_forget_canaries(cguard_zone_t *z);


#pragma GCC visibility pop


#endif /* _CGUARD_ZONE_NAMES_H_INCLUDED_ */
