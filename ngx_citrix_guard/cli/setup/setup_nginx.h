
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The nginx that is set up: where its configuration is, and its start.
 */


#ifndef _SETUP_NGINX_H_INCLUDED_
#define _SETUP_NGINX_H_INCLUDED_


#include "setup_types.h"


/* finds the configuration, if none was named; -1 with a message */

int setup_nginx_find(setup_nginx_t *nginx, const char *conf);

/* nginx -t: its warnings are shown; -1 with nginx's own message */

int setup_nginx_test(const setup_nginx_t *nginx);

/* reloads it, or starts it if it does not run; -1 with a message */

int setup_nginx_reload(const setup_nginx_t *nginx);

/* how often the guard behind this monitor was configured; 0: no answer */

unsigned long setup_nginx_loads(const char *monitor);

/* waits until its new workers answer, for some seconds */

void setup_nginx_wait(const char *monitor, unsigned long loads);

/* one at a time works on a configuration, and is not interrupted; -1 with a
 * message */

int setup_nginx_lock(const setup_nginx_t *nginx);


#endif /* _SETUP_NGINX_H_INCLUDED_ */
