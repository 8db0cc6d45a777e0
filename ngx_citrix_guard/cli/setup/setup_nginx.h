
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The nginx that is set up: finds its configuration, and starts it.
 */


#ifndef _SETUP_NGINX_H_INCLUDED_
#define _SETUP_NGINX_H_INCLUDED_


#include "setup_types.h"


/*
 * finds the configuration unless it was given; returns -1, with a message, on
 * failure
 */

int setup_nginx_find(setup_nginx_t *nginx, const char *conf);

/*
 * runs nginx -t and shows its warnings; returns -1, with nginx's message, on
 * failure
 */

int setup_nginx_test(const setup_nginx_t *nginx);

/*
 * reloads nginx, or starts it if it is not running; returns -1, with a
 * message, on failure
 */

int setup_nginx_reload(const setup_nginx_t *nginx);

/* how often this monitor's guard was configured; 0: no answer */

unsigned long setup_nginx_loads(const char *monitor);

/*
 * Waits some seconds for the new workers to answer, or, if the new
 * configuration has no guard, for the old ones to stop.
 */

void setup_nginx_wait(const char *monitor, unsigned long loads,
    int guard);

/*
 * Locks the configuration against another setup, and ignores interrupts;
 * returns -1, with a message, if another one runs.
 */

int setup_nginx_lock(const setup_nginx_t *nginx);


#endif /* _SETUP_NGINX_H_INCLUDED_ */
