
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The files that setup writes: the site's own values, in files that the shipped
 * configuration includes, and an nginx.conf that includes that configuration.
 */


#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "cli/common/cli_error.h"
#include "cli/common/cli_run.h"
#include "setup_text.h"
#include "setup_file.h"
#include "setup_node.h"
#include "setup_types.h"


#define SETUP_AVAILABLE  "/usr/share/nginx/modules-available/"


static setup_change_t *setup_add(setup_t *s, const char *path, char *text);
static void setup_add_node(setup_t *s);
static char *setup_settings(const setup_t *s);
static char *setup_names(const setup_t *s);
static char *setup_front(const setup_t *s);
static char *setup_mode_text(const setup_t *s);
static char *setup_canary(setup_t *s);
static char *setup_nginx_conf(const setup_t *s);
static int setup_modules(setup_t *s);
static void setup_module(setup_t *s, const char *path, const char *to);
static int setup_there(const setup_t *s, const char *pattern);
static const char *setup_main_file(const setup_t *s);
static void setup_difference(const setup_t *s, const setup_change_t *change);


int
setup_text(setup_t *s)
{
    if (!setup_there(s, setup_main_file(s))
        || !setup_there(s, "citrix-guard/guard.conf"))
    {
        cli_error("setup: the guard's configuration is not in %s/citrix-guard:"
                  " \"make install\" or the package installs it",
                  s->nginx.conf);
        return -1;
    }

    (void) setup_add(s, "citrix-guard/settings.conf", setup_settings(s));
    (void) setup_add(s, "citrix-guard/names.conf", setup_names(s));
    (void) setup_add(s, "citrix-guard/mode.conf", setup_mode_text(s));

    if (s->kind == SETUP_NODE) {
        setup_add_node(s);

    } else {
        (void) setup_add(s, "citrix-guard/front.conf", setup_front(s));
    }

    /* who knows the token tries attacks without an alarm; nginx reads as root */

    setup_add(s, "citrix-guard/canary.conf", setup_canary(s))->mode = 0600;

    if (setup_modules(s) == -1) {
        return -1;
    }

    (void) setup_add(s, "nginx.conf", setup_nginx_conf(s));

    return 0;
}


static setup_change_t *
setup_add(setup_t *s, const char *path, char *text)
{
    setup_change_t  *change;

    change = &s->change[s->changes++];

    change->path = path;
    change->text = text;

    return change;
}


static void
setup_add_node(setup_t *s)
{
    (void) setup_add(s, "citrix-guard/front-node.conf", setup_node_front(s));
    (void) setup_add(s, "citrix-guard/balancers.conf",
                     setup_node_balancers(s));
    (void) setup_add(s, "citrix-guard/collector-errors.conf",
                     setup_node_errors(s));
    (void) setup_add(s, "citrix-guard/collector-events.conf",
                     setup_node_events(s));
    (void) setup_add(s, "citrix-guard/collector-monitor.conf",
                     setup_node_monitor(s));
}


/* below the folder of nginx.conf */

static const char *
setup_main_file(const setup_t *s)
{
    static const char  *files[SETUP_KINDS] = {
        "citrix-guard/gateway.conf",
        "citrix-guard/browser-only.conf",
        "citrix-guard/nodes.conf"
    };

    return files[s->kind];
}


void
setup_text_free(setup_t *s)
{
    unsigned  i;

    for (i = 0; i < s->changes; i++) {
        free(s->change[i].text);
    }
}


static char *
setup_settings(const setup_t *s)
{
    char      *text;
    FILE      *f;
    size_t     len;
    unsigned   i;

    f = setup_open(&text, &len);

    fprintf(f,
            "# " SETUP_WRITTEN ": the names, the ADC, the certificate.\n"
            "# The names are in names.conf as well.\n"
            "\n"
            "map $citrix_asked $citrix_gateway {\n"
            "    default %s;\n", s->name[0]);

    for (i = 1; i < s->names; i++) {
        fprintf(f, "    %s %s;\n", s->name[i], s->name[i]);
    }

    fprintf(f,
            "}\n"
            "\n"
            "upstream citrix_adc {\n"
            "    server %s;\n"
            "}\n"
            "\n"
            "ssl_certificate     %s;\n"
            "ssl_certificate_key %s;\n"
            "proxy_ssl_trusted_certificate %s;\n",
            s->adc, s->certificate, s->key, s->adc_ca);

    fclose(f);

    return text;
}


static char *
setup_names(const setup_t *s)
{
    char      *text;
    FILE      *f;
    size_t     len;
    unsigned   i;

    f = setup_open(&text, &len);

    fprintf(f, "# The names of the Gateway.\n\nserver_name");

    for (i = 0; i < s->names; i++) {
        fprintf(f, " %s", s->name[i]);
    }

    fprintf(f, ";\n");
    fclose(f);

    return text;
}


static char *
setup_front(const setup_t *s)
{
    char    *text;
    FILE    *f;
    size_t   len;

    f = setup_open(&text, &len);

    fprintf(f, "# The address that users connect to. A client that has vanished "
            "is detected\n# after 8 minutes.\n\n");

    if (s->address[0]) {
        fprintf(f, "listen %s:%u ssl so_keepalive=5m:30s:6;\n", s->address, s->port);

    } else {
        fprintf(f, "listen %u ssl so_keepalive=5m:30s:6;\n"
                "listen [::]:%u ssl so_keepalive=5m:30s:6;\n",
                s->port, s->port);
    }

    fclose(f);

    return text;
}


static char *
setup_mode_text(const setup_t *s)
{
    char    *text;
    FILE    *f;
    size_t   len;

    f = setup_open(&text, &len);

    fprintf(f, "# \"on\" refuses; \"detect\" logs what would be refused, and "
            "refuses nothing.\n\ncitrix_guard %s;\n", s->mode);

    fclose(f);

    return text;
}


/* a token is created only once: something else may use it by now */

static char *
setup_canary(setup_t *s)
{
    char           *path, *is, *text;
    FILE           *f;
    size_t          len;
    unsigned        i;
    const char     *p;
    unsigned char   random[SETUP_TOKEN / 2];

    static const char  begin[] = "\ncitrix_guard_canary setup ";

    path = setup_path(s->nginx.conf, "citrix-guard/canary.conf");
    is = setup_slurp(path, NULL);
    free(path);

    p = is ? strstr(is, begin) : NULL;

    if (p && strspn(p + sizeof(begin) - 1, "0123456789abcdef") == SETUP_TOKEN) {
        snprintf(s->canary, sizeof(s->canary), "%.*s", SETUP_TOKEN,
                 p + sizeof(begin) - 1);
        return is;
    }

    free(is);

    if (getrandom(random, sizeof(random), 0) != sizeof(random)) {
        cli_error("cannot get random bytes");
        exit(2);
    }

    for (i = 0; i < sizeof(random); i++) {
        snprintf(s->canary + 2 * i, 3, "%02x", random[i]);
    }

    f = setup_open(&text, &len);

    fprintf(f, "# The token of \"citrix-guard setup\"'s own checks: they raise "
            "no alarm.\n\ncitrix_guard_canary setup %s;\n", s->canary);

    fclose(f);

    return text;
}


static char *
setup_nginx_conf(const setup_t *s)
{
    char    *text;
    FILE    *f;
    size_t   len;

    f = setup_open(&text, &len);

    fprintf(f, "# Written by \"citrix-guard setup\"; \"citrix-guard rollback\" "
            "restores the old file.\n"
            "# Your own values are in citrix-guard/settings.conf.\n\n"
            "include %s;\n", setup_main_file(s));

    fclose(f);

    return text;
}


/* Debian's way to load a module */

static int
setup_modules(setup_t *s)
{
    if (!setup_there(s, "modules-enabled")) {
        return 0;
    }

    setup_module(s, "modules-enabled/50-mod-http-citrix-guard.conf",
                 SETUP_AVAILABLE "mod-http-citrix-guard.conf");

    if (s->kind == SETUP_BROWSERS) {
        return 0;
    }

    if (!setup_there(s, "modules-enabled/*-mod-stream.conf")) {
        cli_error("setup: nginx has no stream module, which apps (ICA) need: "
                  "apt-get install libnginx-mod-stream, or use "
                  "--browser-only");
        return -1;
    }

    setup_module(s, "modules-enabled/60-mod-stream-citrix-guard.conf",
                 SETUP_AVAILABLE "mod-stream-citrix-guard.conf");

    return 0;
}


static void
setup_module(setup_t *s, const char *path, const char *to)
{
    setup_change_t  *change;

    if (access(to, F_OK) == -1) {
        return;
    }

    change = &s->change[s->changes++];

    change->path = path;
    change->link = to;
}


static int
setup_there(const setup_t *s, const char *pattern)
{
    int     rc;
    char   *path;
    glob_t  found;

    path = setup_path(s->nginx.conf, pattern);
    rc = glob(path, 0, NULL, &found);

    if (rc == 0) {
        globfree(&found);
    }

    free(path);

    return rc == 0;
}


unsigned
setup_show(const setup_t *s)
{
    unsigned  i, n;

    for (i = 0, n = 0; i < s->changes; i++) {
        if (!setup_same(s->nginx.conf, &s->change[i])) {
            setup_difference(s, &s->change[i]);
            n++;
        }
    }

    return n;
}


/* by diff, of a file beside it */

static void
setup_difference(const setup_t *s, const setup_change_t *change)
{
    char        *path, *new, *said;
    const char  *argv[10];

    path = setup_path(s->nginx.conf, change->path);

    if (change->link) {
        printf("+++ %s -> %s\n", path, change->link);
        free(path);
        return;
    }

    /* what is shown may be kept where others read it */

    if (change->mode) {
        printf("+++ %s (a secret, for its owner alone)\n", path);
        free(path);
        return;
    }

    said = NULL;
    new = setup_scratch(change->text);

    argv[0] = "diff";
    argv[1] = "-uN";
    argv[2] = "--label";
    argv[3] = path;
    argv[4] = "--label";
    argv[5] = "new";
    argv[6] = path;
    argv[7] = new;
    argv[8] = NULL;

    if (new == NULL || cli_run(argv, &said) != 1) {
        printf("+++ %s\n%s", path, change->text);

    } else {
        fputs(said, stdout);
    }

    if (new) {
        (void) unlink(new);
    }

    free(said);
    free(new);
    free(path);
}
