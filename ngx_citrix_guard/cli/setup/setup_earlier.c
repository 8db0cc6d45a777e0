
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The answers of an earlier setup.  They are read from its files, so values
 * that were edited by hand since then are proposed as well.  Each value is
 * checked again, as if it had been typed.
 */


#include <stdlib.h>
#include <string.h>

#include "cli/common/cli_memory.h"
#include "setup_earlier.h"
#include "setup_file.h"
#include "setup_types.h"
#include "setup_value.h"


#define SETUP_SYSLOG   "syslog:server="


static void setup_earlier_asked(setup_t *s, const char *settings);
static int setup_earlier_more(setup_t *s, const char *settings);
static void setup_earlier_kind(setup_t *s);
static int setup_earlier_listen(setup_t *s);
static int setup_earlier_node(setup_t *s);
static char *setup_read(const setup_t *s, const char *path);
static char *setup_directive(const char **text, const char *name);
static char *setup_directive_in(const setup_t *s, const char *path,
    const char *name);


int
setup_earlier(setup_t *s)
{
    int    rc;
    char  *settings;

    settings = setup_read(s, "citrix-guard/settings.conf");
    rc = 0;

    if (settings && strstr(settings, SETUP_WRITTEN)) {
        setup_earlier_asked(s, settings);
        rc = setup_earlier_more(s, settings);
    }

    free(settings);

    return rc;
}


static void
setup_earlier_asked(setup_t *s, const char *settings)
{
    const char  *p;

    s->earlier.names = setup_directive_in(s, "citrix-guard/names.conf",
                                          "server_name");
    s->earlier.mode = setup_directive_in(s, "citrix-guard/mode.conf",
                                         "citrix_guard");
    p = settings;
    s->earlier.adc = setup_directive(&p, "server");

    p = settings;
    s->earlier.certificate = setup_directive(&p, "ssl_certificate");

    p = settings;
    s->earlier.key = setup_directive(&p, "ssl_certificate_key");
}


/* what setup has options for, and no question */

static int
setup_earlier_more(setup_t *s, const char *settings)
{
    int          rc;
    char        *ca;
    const char  *p;

    p = settings;
    ca = s->adc_ca ? NULL : setup_directive(&p,
                                            "proxy_ssl_trusted_certificate");
    rc = ca ? setup_adc_ca(s, ca) : 0;
    free(ca);

    if (rc == -1) {
        return -1;
    }

    if (!s->kind_said) {
        setup_earlier_kind(s);
    }

    if (s->kind == SETUP_NODE && setup_earlier_node(s) == -1) {
        return -1;
    }

    return s->port ? 0 : setup_earlier_listen(s);
}


static void
setup_earlier_kind(setup_t *s)
{
    char  *file;

    file = setup_directive_in(s, "nginx.conf", "include");

    if (file && strcmp(file, "citrix-guard/browser-only.conf") == 0) {
        s->kind = SETUP_BROWSERS;
    }

    if (file && strcmp(file, "citrix-guard/nodes.conf") == 0) {
        s->kind = SETUP_NODE;
    }

    free(file);
}


/* "listen ADDRESS:PORT ssl ...": the first one, others are its IPv6 */

static int
setup_earlier_listen(setup_t *s)
{
    int    rc;
    char  *listen;

    listen = setup_directive_in(s, s->kind == SETUP_NODE
                                   ? "citrix-guard/front-node.conf"
                                   : "citrix-guard/front.conf", "listen");
    if (listen == NULL) {
        return 0;
    }

    listen[strcspn(listen, " \t")] = '\0';
    rc = setup_listen(s, listen);

    free(listen);

    return rc;
}


static int
setup_earlier_node(setup_t *s)
{
    int          rc;
    char        *text, *value;
    const char  *p;

    rc = 0;
    text = s->balancers ? NULL : setup_read(s, "citrix-guard/balancers.conf");

    for (p = text; p && rc == 0; free(value)) {
        value = setup_directive(&p, "allow");
        rc = value ? setup_balancer(s, value) : 0;
    }

    free(text);

    value = s->collector_said || rc == -1
            ? NULL
            : setup_directive_in(s, "citrix-guard/collector-errors.conf",
                                 "error_log");

    if (value && strncmp(value, SETUP_SYSLOG, sizeof(SETUP_SYSLOG) - 1) == 0) {
        value[strcspn(value, ",")] = '\0';
        rc = setup_collector(s, value + sizeof(SETUP_SYSLOG) - 1);
    }

    free(value);

    return rc;
}


static char *
setup_read(const setup_t *s, const char *path)
{
    char  *file, *text;

    file = setup_path(s->nginx.conf, path);
    text = setup_slurp(file, NULL);

    free(file);

    return text;
}


static char *
setup_directive_in(const setup_t *s, const char *path, const char *name)
{
    char        *text, *value;
    const char  *p;

    text = setup_read(s, path);
    p = text;
    value = text ? setup_directive(&p, name) : NULL;

    free(text);

    return value;
}


/*
 * The value of the next such directive, to be freed; each has a separate line,
 * as setup writes it.  "text" then points after it, or is NULL if there is none.
 */

static char *
setup_directive(const char **text, const char *name)
{
    size_t       len, end;
    const char  *p;

    len = strlen(name);

    for (p = *text; *p; p += strcspn(p, "\n"), p += *p == '\n') {
        p += strspn(p, " \t");

        if (strncmp(p, name, len) != 0 || (p[len] != ' ' && p[len] != '\t')) {
            continue;
        }

        p += len;
        p += strspn(p, " \t");
        end = strcspn(p, ";\n");

        if (p[end] == ';') {
            *text = p + end;
            return cli_strndup(p, end);
        }
    }

    *text = NULL;

    return NULL;
}


void
setup_earlier_free(setup_t *s)
{
    free(s->earlier.names);
    free(s->earlier.adc);
    free(s->earlier.certificate);
    free(s->earlier.key);
    free(s->earlier.mode);
}
