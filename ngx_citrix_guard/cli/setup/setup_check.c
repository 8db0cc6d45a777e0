
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Do all values fit together?  Checked before anything is written.
 */


#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/common/cli_error.h"
#include "cli/common/cli_memory.h"
#include "setup_check.h"
#include "setup_file.h"
#include "setup_port.h"
#include "setup_tls.h"
#include "setup_types.h"


static int setup_authorities(setup_t *s);
static int setup_ports_of(const setup_t *s, const char *file);


int
setup_check(setup_t *s)
{
    if (setup_check_certificate(s) == -1) {
        return -1;
    }

    printf("ok: the key fits the certificate, which is for %s%s\n",
           s->name[0], s->names > 1 ? " and the other names" : "");

    if (setup_authorities(s) == -1) {
        return -1;
    }

    if (s->no_start) {
        return 0;
    }

    if (setup_check_adc(s) == -1) {
        return -1;
    }

    printf("ok: the ADC answers at %s, and its certificate is trusted\n",
           s->adc);

    if (setup_check_port(s->port) == -1
        || setup_ports_of(s, "citrix-guard/monitor.conf") == -1
        || (s->kind == SETUP_NODE
            ? setup_ports_of(s, "citrix-guard/nodes.conf") == -1
            : setup_ports_of(s, "citrix-guard/port80.conf") == -1))
    {
        return -1;
    }

    printf("ok: port %u is free, or nginx's\n", s->port);
    (void) fflush(stdout);

    return 0;
}


/* the system's CAs; nginx has no default */

static int
setup_authorities(setup_t *s)
{
    unsigned  i;

    static const char  *files[] = {
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/cert.pem"
    };

    for (i = 0; s->adc_ca == NULL && i < sizeof(files) / sizeof(files[0]);
         i++)
    {
        if (access(files[i], R_OK) == 0) {
            s->adc_ca = cli_strndup(files[i], strlen(files[i]));
        }
    }

    if (s->adc_ca == NULL) {
        cli_error("setup: this system has no CA certificates (package "
                  "ca-certificates): give the ADC's CA with --adc-ca=FILE");
        return -1;
    }

    return 0;
}


/* "listen 80;", as the shipped files have it */

static int
setup_ports_of(const setup_t *s, const char *file)
{
    int            rc;
    char          *path, *text, *p;
    size_t         len;
    unsigned long  port;

    path = setup_path(s->nginx.conf, file);
    text = setup_slurp(path, NULL);
    free(path);

    rc = 0;

    for (p = text ? strstr(text, "listen ") : NULL; p && rc == 0;
         p = strstr(p, "listen "))
    {
        p += sizeof("listen ") - 1;
        len = strcspn(p, " ;");

        while (len && p[len - 1] >= '0' && p[len - 1] <= '9') {
            len--;
        }

        port = strtoul(p + len, NULL, 10);

        if (port && port <= 65535) {
            rc = setup_check_port((unsigned) port);
        }
    }

    free(text);

    return rc;
}
