
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Checks the operator's values before they go into nginx's configuration.
 */


#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/common/cli_error.h"
#include "cli/common/cli_memory.h"
#include "setup_value.h"
#include "setup_types.h"


#define SETUP_LABEL  63
#define SETUP_PATH   1024

#define SETUP_LETTERS                                                         \
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


static int setup_is_host(const char *p, size_t len);
static int setup_port(const char *text, unsigned *port);
static int setup_split(const char *text, char *host, unsigned *port);
static int setup_file(char **to, const char *what, const char *text);
static int setup_is_address(const char *text);


int
setup_name(setup_t *s, const char *text)
{
    char      *name, *p;
    size_t     len;
    unsigned   i;

    len = strlen(text);

    /* a name of digits and dots would be an address */

    if (!setup_is_host(text, len) || strspn(text, "0123456789.") == len) {
        cli_error("setup: \"%s\" is not a host name, such as "
                  "gateway.example.com", cli_printable(text));
        return -1;
    }

    if (s->names == SETUP_NAMES) {
        cli_error("setup: more than %d names", SETUP_NAMES);
        return -1;
    }

    name = cli_strndup(text, len);

    for (p = name; *p; p++) {
        *p = (char) tolower((unsigned char) *p);
    }

    for (i = 0; i < s->names; i++) {
        if (strcmp(s->name[i], name) == 0) {
            free(name);
            return 0;
        }
    }

    s->name[s->names++] = name;

    return 0;
}


/* labels of letters, digits and hyphens, without a hyphen at either end */

static int
setup_is_host(const char *p, size_t len)
{
    size_t  i, label;

    if (len == 0 || len > SETUP_NAME) {
        return 0;
    }

    for (i = 0, label = 0; i < len; i++) {

        if (p[i] == '.') {
            if (label == 0 || p[i - 1] == '-') {
                return 0;
            }

            label = 0;
            continue;
        }

        if (strchr(SETUP_LETTERS "-", p[i]) == NULL
            || (label == 0 && p[i] == '-')
            || ++label > SETUP_LABEL)
        {
            return 0;
        }
    }

    return label > 0 && p[len - 1] != '-';
}


int
setup_adc(setup_t *s, const char *text)
{
    char         host[SETUP_NAME + 1];
    size_t       len;
    unsigned     port;
    char         copy[SETUP_ADDRESS + 1];
    const char  *p;

    p = strncmp(text, "https://", 8) == 0 ? text + 8 : text;
    len = strlen(p);

    if (len && p[len - 1] == '/') {
        len--;
    }

    port = 443;

    if (len < sizeof(copy)) {
        snprintf(copy, sizeof(copy), "%.*s", (int) len, p);

        if (setup_split(copy, host, &port) == 0 && host[0]) {
            snprintf(s->adc, sizeof(s->adc), "%s:%u", host, port);
            return 0;
        }
    }

    cli_error("setup: \"%s\" is not an address of the ADC: it must be HOST, "
              "HOST:PORT or https://HOST:PORT", cli_printable(text));

    return -1;
}


/* HOST, HOST:PORT, [IPV6] or [IPV6]:PORT; default port if none is given */

static int
setup_split(const char *text, char *host, unsigned *port)
{
    size_t       len;
    const char  *end;

    if (*text == '[') {
        end = strchr(text, ']');

        if (end == NULL || end - text < 3 || end - text > 46
            || strspn(text + 1, "0123456789abcdefABCDEF:.")
               != (size_t) (end - text) - 1)
        {
            return -1;
        }

        end++;

    } else {
        end = text + strcspn(text, ":");

        if (!setup_is_host(text, (size_t) (end - text))) {
            return -1;
        }
    }

    len = (size_t) (end - text);

    if (*end && (*end != ':' || setup_port(end + 1, port) == -1)) {
        return -1;
    }

    memcpy(host, text, len);
    host[len] = '\0';

    return 0;
}


static int
setup_port(const char *text, unsigned *port)
{
    unsigned long  n;

    if (*text == '\0' || strlen(text) > 5
        || strspn(text, "0123456789") < strlen(text))
    {
        return -1;
    }

    n = strtoul(text, NULL, 10);

    if (n == 0 || n > 65535) {
        return -1;
    }

    *port = (unsigned) n;

    return 0;
}


int
setup_certificate(setup_t *s, const char *text)
{
    return setup_file(&s->certificate, "certificate", text);
}


int
setup_key(setup_t *s, const char *text)
{
    return setup_file(&s->key, "key", text);
}


int
setup_adc_ca(setup_t *s, const char *text)
{
    return setup_file(&s->adc_ca, "adc-ca", text);
}


/* a link stays a link: it may point elsewhere after a renewal */

static int
setup_file(char **to, const char *what, const char *text)
{
    int          fd;
    char         path[SETUP_PATH];
    size_t       len;
    struct stat  st;

    len = 0;

    if (*text != '/' && getcwd(path, sizeof(path) - 1)) {
        len = strlen(path);
        path[len++] = '/';
    }

    if (len + strlen(text) >= sizeof(path)) {
        cli_error("setup: --%s: the path is too long", what);
        return -1;
    }

    strcpy(path + len, text);

    if (strspn(path, SETUP_LETTERS "/._-+@=,:") < strlen(path)) {
        cli_error("setup: --%s=%s: the path may contain only letters, digits "
                  "and /._-+@=,:", what, cli_printable(path));
        return -1;
    }

    fd = open(path, O_RDONLY|O_CLOEXEC|O_NONBLOCK);

    if (fd == -1) {
        cli_error("setup: --%s=%s: %s", what, path, strerror(errno));
        return -1;
    }

    if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
        cli_error("setup: --%s=%s: it is not a file", what, path);
        close(fd);
        return -1;
    }

    close(fd);
    free(*to);
    *to = cli_strndup(path, strlen(path));

    return 0;
}


int
setup_mode(setup_t *s, const char *text)
{
    if (strcmp(text, "on") == 0) {
        s->mode = "on";
        return 0;
    }

    if (strcmp(text, "detect") == 0) {
        s->mode = "detect";
        return 0;
    }

    cli_error("setup: \"%s\" is not a mode: it must be \"on\" or \"detect\"",
              cli_printable(text));

    return -1;
}


int
setup_listen(setup_t *s, const char *text)
{
    if (setup_port(text, &s->port) == 0) {
        s->address[0] = '\0';
        return 0;
    }

    if (strlen(text) < SETUP_ADDRESS && strstr(text, ":")
        && setup_split(text, s->address, &s->port) == 0)
    {
        return 0;
    }

    cli_error("setup: --listen=%s: it must be PORT or ADDRESS:PORT",
              cli_printable(text));

    return -1;
}


/* it is only requested, and written to no file */

int
setup_monitor(setup_t *s, const char *text)
{
    if (strncmp(text, "http://", 7) != 0 && strncmp(text, "https://", 8) != 0) {
        cli_error("setup: --monitor: it must be the http://HOST[:PORT]/PATH "
                  "of a citrix_guard_monitor");
        return -1;
    }

    s->monitor = text;

    return 0;
}


int
setup_balancer(setup_t *s, const char *text)
{
    char            network[INET6_ADDRSTRLEN + 1];
    size_t          len;
    unsigned        bits;
    const char     *slash;

    slash = strchr(text, '/');
    len = slash ? (size_t) (slash - text) : strlen(text);
    bits = 1;

    snprintf(network, sizeof(network), "%.*s", (int) len, text);

    if (len >= sizeof(network) || !setup_is_address(network)
        || (slash && (setup_port(slash + 1, &bits) == -1
                      || bits > (strchr(network, ':') ? 128 : 32))))
    {
        cli_error("setup: --balancer=%s: it must be the address of a balancer, "
                  "or a network", cli_printable(text));
        return -1;
    }

    if (s->balancers == SETUP_BALANCERS) {
        cli_error("setup: more than %d balancers: name their network",
                  SETUP_BALANCERS);
        return -1;
    }

    snprintf(s->balancer[s->balancers++], sizeof(s->balancer[0]), "%s", text);

    return 0;
}


int
setup_collector(setup_t *s, const char *text)
{
    char      host[SETUP_NAME + 1], address[SETUP_NAME + 1];
    unsigned  port;

    s->collector_said = 1;

    if (strcmp(text, "none") == 0) {
        s->collector[0] = '\0';
        return 0;
    }

    port = 514;

    if (setup_split(text, host, &port) == 0) {
        snprintf(address, sizeof(address), "%.*s",
                 (int) strcspn(host + (*host == '['), "]"),
                 host + (*host == '['));

        if (setup_is_address(address)) {
            snprintf(s->collector, sizeof(s->collector), "%s:%u", host, port);
            return 0;
        }
    }

    cli_error("setup: --collector=%s: it must be ADDRESS, ADDRESS:PORT or "
              "none",
              cli_printable(text));

    return -1;
}


static int
setup_is_address(const char *text)
{
    unsigned char  buf[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, text, buf) == 1
           || inet_pton(AF_INET6, text, buf) == 1;
}
