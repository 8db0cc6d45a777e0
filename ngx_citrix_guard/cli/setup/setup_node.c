
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The files of a node that stands behind balancers.
 */


#include <stdio.h>
#include <string.h>

#include "setup_node.h"
#include "setup_file.h"
#include "setup_types.h"


static char *setup_node_log(const setup_t *s, const char *says,
    void (*log)(FILE *f, const char *collector));
static void setup_node_error_log(FILE *f, const char *collector);
static void setup_node_access_log(FILE *f, const char *collector);


char *
setup_node_front(const setup_t *s)
{
    char        *text;
    FILE        *f;
    size_t       len;
    unsigned     i;

    static const char  options[] = "ssl so_keepalive=5m:30s:6 proxy_protocol";

    f = setup_open(&text, &len);

    fprintf(f, "# The address that the balancers connect to. The firewall "
            "has to admit nobody else.\n\n");

    if (s->address[0]) {
        fprintf(f, "listen %s:%u %s;\n", s->address, s->port, options);

    } else {
        fprintf(f, "listen %u %s;\nlisten [::]:%u %s;\n", s->port, options,
                s->port, options);
    }

    fprintf(f, "\n");

    for (i = 0; i < s->balancers; i++) {
        fprintf(f, "set_real_ip_from %s;\n", s->balancer[i]);
    }

    fclose(f);

    return text;
}


char *
setup_node_balancers(const setup_t *s)
{
    char      *text;
    FILE      *f;
    size_t     len;
    unsigned   i;

    f = setup_open(&text, &len);

    fprintf(f, "# Who may run the health check of a node.\n\n");

    for (i = 0; i < s->balancers; i++) {
        fprintf(f, "allow %s;\n", s->balancer[i]);
    }

    fclose(f);

    return text;
}


char *
setup_node_errors(const setup_t *s)
{
    return setup_node_log(s, "# Each refusal, under the node's own name.\n",
                          setup_node_error_log);
}


char *
setup_node_events(const setup_t *s)
{
    return setup_node_log(s, "# Requests and events, under the node's own "
                          "name.\n", setup_node_access_log);
}


/* a comment, and where the lines go, if there is a collector */

static char *
setup_node_log(const setup_t *s, const char *says,
    void (*log)(FILE *f, const char *collector))
{
    char    *text;
    FILE    *f;
    size_t   len;

    f = setup_open(&text, &len);

    fputs(says, f);

    if (s->collector[0]) {
        fputc('\n', f);
        log(f, s->collector);
    }

    fclose(f);

    return text;
}


static void
setup_node_error_log(FILE *f, const char *collector)
{
    fprintf(f, "error_log syslog:server=%s,tag=citrix_guard warn;\n",
            collector);
}


static void
setup_node_access_log(FILE *f, const char *collector)
{
    fprintf(f,
            "access_log syslog:server=%s,tag=citrix_guard_access\n"
            "           citrix_gateway;\n"
            "access_log syslog:server=%s,tag=citrix_guard_event,severity=warn\n"
            "           citrix_guard if=$citrix_guard_event;\n",
            collector, collector);
}


/* without its port, and without the brackets of IPv6 */

char *
setup_node_monitor(const setup_t *s)
{
    int          len;
    char        *text;
    FILE        *f;
    size_t       size;
    const char  *p;

    f = setup_open(&text, &size);

    fprintf(f, "# Who may read the node's counters, by the monitor.\n");

    if (s->collector[0]) {
        p = s->collector + (s->collector[0] == '[');
        len = (int) (s->collector[0] == '[' ? strcspn(p, "]")
                                            : strcspn(p, ":"));

        fprintf(f, "\nallow %.*s;\n", len, p);
    }

    fclose(f);

    return text;
}
