
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The files of a node that stands behind balancers.
 */


#ifndef _SETUP_NODE_H_INCLUDED_
#define _SETUP_NODE_H_INCLUDED_


#include "setup_types.h"


/* each text is to be freed */

/* where the balancers connect to */

char *setup_node_front(const setup_t *s);

/* who may run the health check */

char *setup_node_balancers(const setup_t *s);

/* what the collector gets: refusals, events, and the counters if it asks */

char *setup_node_errors(const setup_t *s);
char *setup_node_events(const setup_t *s);
char *setup_node_monitor(const setup_t *s);


#endif /* _SETUP_NODE_H_INCLUDED_ */
