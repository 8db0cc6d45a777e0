
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * citrix-guard verify: options.
 */


#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "cli/common/cli_network.h"
#include "cli/common/cli_error.h"
#include "cli/common/cli_memory.h"
#include "verify_main.h"
#include "verify_http.h"
#include "verify_ica.h"
#include "verify_log.h"
#include "verify_monitor.h"
#include "verify_probe.h"
#include "verify_report.h"
#include "verify_types.h"
#include "verify_verdict.h"


#define VERIFY_ERROR  3


typedef enum {
    VERIFY_TEXT = 0,
    VERIFY_JSON,
    VERIFY_NAGIOS
} verify_output_e;


static verify_t *verify_new(void);
static void verify_free(verify_t *v);
static int verify_all(verify_t *v);
static int verify_options(verify_t *v, verify_output_e *output, int argc,
    char **argv);
static int verify_option(verify_t *v, verify_output_e *output, int c,
    char *value);
static int verify_url(verify_t *v, const char *text);
static int verify_host(const char *text, char *host, size_t size,
    unsigned *port);
static int verify_add_direct(verify_t *v, const char *text);
static int verify_add_port(verify_t *v, const char *text);
static int verify_connect(verify_t *v, const char *text);
static int verify_canary(verify_t *v, const char *text);
static int verify_number(const char *text, long max, unsigned *n);


static const char  verify_usage[] =
"usage: citrix-guard verify [OPTION...] URL\n"
"\n"
"Sends about forty spellings of the attack to https://HOST[:PORT], as an\n"
"attacker would, and says whether the guard refuses them. It is harmless: it\n"
"requests a file that every appliance has, writes nothing, and connects to\n"
"no host but those named.\n"
"\n"
"      --direct=HOST[:PORT]   the ADC's own address: it must not answer here\n"
"      --port=PORT            another port of HOST, guarded as well\n"
"      --connect=HOST[:PORT]  ask there, whatever the name resolves to\n"
"      --proxy-protocol       with --connect: as the balancer of a node does\n"
"      --monitor=URL          the guard's monitor: its counters and modes\n"
"      --error-log=FILE       the guard's log: distinguishes detect from off\n"
"      --no-ica               do not test ICA\n"
"      --cacert=FILE          CA certificates that verify the server's\n"
"  -k, --insecure             do not verify the certificate\n"
"      --timeout=SECONDS      limit for one answer (10)\n"
"      --deadline=SECONDS     limit for the whole run (60)\n"
"      --canary=TOKEN         mark requests as the operator's own\n"
"  -v, --verbose  -h, --help  list spellings that were not refused; this text\n"
"  -j, --json  --nagios       print JSON; one line for Nagios\n"
"Exit status: 0 shielded, 1 detect only, 2 not shielded, 3 cannot tell, or an\n"
"error.\n";


int
verify_main(int argc, char **argv)
{
    int              rc;
    verify_t        *v;
    verify_output_e  output;

    v = verify_new();
    output = VERIFY_TEXT;

    rc = verify_options(v, &output, argc, argv);

    if (rc != -1) {
        goto done;
    }

    rc = verify_all(v);

    if (rc == -1) {
        rc = VERIFY_ERROR;
        goto done;
    }

    switch (output) {

    case VERIFY_JSON:
        verify_report_json(v);
        break;

    case VERIFY_NAGIOS:
        verify_report_nagios(v);
        break;

    default:
        verify_report_text(v);
        break;
    }

    rc = cli_flush(0) ? VERIFY_ERROR : rc;

done:

    verify_free(v);

    return rc;
}


int
verify_quietly(int argc, char **argv, char *reason, size_t size)
{
    int              rc;
    verify_t        *v;
    verify_output_e  output;

    v = verify_new();
    output = VERIFY_TEXT;

    /* getopt starts again */

    optind = 0;

    rc = verify_options(v, &output, argc, argv);

    if (rc == -1) {
        rc = verify_all(v);
    }

    snprintf(reason, size, "%s", v->reason[0] ? v->reason
                                              : "it could not be tried");

    verify_free(v);

    return rc == -1 ? VERIFY_ERROR : rc;
}


static verify_t *
verify_new(void)
{
    verify_t  *v;

    v = cli_alloc(sizeof(verify_t));
    v->timeout = 10;
    v->deadline = 60;
    v->ica = 1;
    v->todo = "";

    return v;
}


static void
verify_free(verify_t *v)
{
    verify_monitor_free(v);
    free((void *) v->endpoint.host);
    free(v);
}


/* the verdict; -1, with a message, if libcurl cannot be initialized */

static int
verify_all(verify_t *v)
{
    if (verify_http_init(v) == -1) {
        return -1;
    }

    verify_log_begin(v);
    verify_monitor_begin(v);
    verify_probe(v);

    if (v->ica && v->pages && verify_left(v)) {
        verify_ica(v);
    }

    verify_log_read(v);
    verify_monitor_end(v);
    verify_conclude(v);
    verify_http_done(v);

    return (int) v->verdict;
}


static int
verify_options(verify_t *v, verify_output_e *output, int argc, char **argv)
{
    int            c;
    unsigned       i;
    unsigned char  random[8];

    static const struct option  options[] = {
        { "direct", required_argument, NULL, 'd' },
        { "port", required_argument, NULL, 'p' },
        { "connect", required_argument, NULL, 'C' },
        { "proxy-protocol", no_argument, NULL, 'P' },
        { "error-log", required_argument, NULL, 'l' },
        { "monitor", required_argument, NULL, 'm' },
        { "no-ica", no_argument, NULL, 'i' },
        { "cacert", required_argument, NULL, 'c' },
        { "insecure", no_argument, NULL, 'k' },
        { "timeout", required_argument, NULL, 't' },
        { "deadline", required_argument, NULL, 'D' },
        { "canary", required_argument, NULL, 'y' },
        { "verbose", no_argument, NULL, 'v' },
        { "json", no_argument, NULL, 'j' },
        { "nagios", no_argument, NULL, 'n' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };

    while ((c = getopt_long(argc, argv, "kvjh", options, NULL)) != -1) {

        if (c == 'h') {
            fputs(verify_usage, stdout);
            return cli_flush(0) ? VERIFY_ERROR : 0;
        }

        if (verify_option(v, output, c, optarg) == -1) {
            return VERIFY_ERROR;
        }
    }

    if (argc - optind != 1) {
        cli_error("verify: give exactly one URL");
        return VERIFY_ERROR;
    }

    if (verify_url(v, argv[optind]) == -1) {
        return VERIFY_ERROR;
    }

    /* other ways to the name do not lead through the node's own port */

    if (v->endpoint.proxy && v->endpoint.address[0] == '\0') {
        cli_error("verify: --proxy-protocol needs --connect=HOST: the node");
        return VERIFY_ERROR;
    }

    if (v->endpoint.connect_port == 0) {
        v->endpoint.connect_port = v->endpoint.port;
    }

    if (getrandom(random, sizeof(random), 0) != sizeof(random)) {
        cli_error("cannot get random bytes");
        return VERIFY_ERROR;
    }

    strcpy(v->token, "cg");

    for (i = 0; i < sizeof(random); i++) {
        snprintf(v->token + 2 + 2 * i, 3, "%02x", random[i]);
    }

    return -1;
}


static int
verify_option(verify_t *v, verify_output_e *output, int c, char *value)
{
    unsigned  n;

    switch (c) {

    case 'd':
        return verify_add_direct(v, value);

    case 'p':
        return verify_add_port(v, value);

    case 'C':
        return verify_connect(v, value);

    case 'P':
        v->endpoint.proxy = 1;
        return 0;

    case 'l':
        v->error_log = value;
        return 0;

    case 'm':
        return verify_monitor_add(v, value);

    case 'i':
        v->ica = 0;
        return 0;

    case 'c':
        v->cacert = value;
        return 0;

    case 'k':
        v->insecure = 1;
        return 0;

    case 't':
        if (verify_number(value, 600, &n) == -1) {
            cli_error("--timeout=%s: it must be from 1 to 600",
                      cli_printable(value));
            return -1;
        }

        v->timeout = n;
        return 0;

    case 'D':
        if (verify_number(value, 3600, &n) == -1) {
            cli_error("--deadline=%s: it must be from 1 to 3600",
                      cli_printable(value));
            return -1;
        }

        v->deadline = n;
        return 0;

    case 'y':
        return verify_canary(v, value);

    case 'v':
        v->verbose = 1;
        return 0;

    case 'j':
        *output = VERIFY_JSON;
        return 0;

    case 'n':
        *output = VERIFY_NAGIOS;
        return 0;

    default:
        return -1;
    }
}


/* it becomes the value of a header field */

static int
verify_canary(verify_t *v, const char *text)
{
    size_t  len;

    len = strlen(text);

    if (len == 0 || len > VERIFY_CANARY
        || strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789.-_~+/=") < len)
    {
        cli_error("--canary: it must be 1 to %d letters, digits or .-_~+/=",
                  VERIFY_CANARY);
        return -1;
    }

    v->canary = text;

    return 0;
}


static int
verify_number(const char *text, long max, unsigned *n)
{
    char  *end;
    long   value;

    value = strtol(text, &end, 10);

    if (*text == '\0' || *end || value < 1 || value > max) {
        return -1;
    }

    *n = (unsigned) value;

    return 0;
}


/* scheme, host and port, and nothing else */

static int
verify_url(verify_t *v, const char *text)
{
    int     rc;
    char   *scheme, *host, *port, *path, *user, *query;
    CURLU  *url;

    url = cli_network_load() == 0 ? net.curl_url() : NULL;
    scheme = host = port = path = user = query = NULL;
    rc = -1;

    if (url == NULL
        || net.curl_url_set(url, CURLUPART_URL, text, CURLU_PATH_AS_IS)
        || net.curl_url_get(url, CURLUPART_SCHEME, &scheme, 0)
        || net.curl_url_get(url, CURLUPART_HOST, &host, 0)
        || net.curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT)
        || net.curl_url_get(url, CURLUPART_PATH, &path, 0)
        || (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0)
        || strlen(host) > 253)
    {
        cli_error("verify: the URL must be https://HOST[:PORT]: %s",
                  cli_printable(text));
        goto done;
    }

    (void) net.curl_url_get(url, CURLUPART_USER, &user, 0);
    (void) net.curl_url_get(url, CURLUPART_QUERY, &query, 0);

    if (strcmp(path, "/") != 0 || user || query) {
        cli_error("verify: the URL must have nothing before or after the "
                  "host: %s",
                  cli_printable(text));
        goto done;
    }

    v->endpoint.scheme = strcmp(scheme, "https") == 0 ? "https" : "http";
    v->endpoint.host = cli_strndup(host, strlen(host));
    v->endpoint.port = (unsigned) atoi(port);

    rc = 0;

done:

    net.curl_free(scheme);
    net.curl_free(host);
    net.curl_free(port);
    net.curl_free(path);
    net.curl_free(user);
    net.curl_free(query);
    net.curl_url_cleanup(url);

    return rc;
}


/*
 * HOST, HOST:PORT, [IPV6], [IPV6]:PORT or IPV6; default port if none is given
 */

static int
verify_host(const char *text, char *host, size_t size, unsigned *port)
{
    size_t       len;
    const char  *colon;

    colon = strrchr(text, ':');

    if (colon && (strchr(colon, ']')
                  || (*text != '[' && memchr(text, ':',
                                             (size_t) (colon - text)))))
    {
        colon = NULL;
    }

    len = colon ? (size_t) (colon - text) : strlen(text);

    if (len == 0 || len + 2 >= size
        || strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789.-_[]:") < len
        || (colon && verify_number(colon + 1, 65535, port) == -1))
    {
        return -1;
    }

    /* in the form that curl expects */

    if (*text != '[' && memchr(text, ':', len)) {
        snprintf(host, size, "[%s]", text);

    } else {
        snprintf(host, size, "%.*s", (int) len, text);
    }

    return 0;
}


static int
verify_add_direct(verify_t *v, const char *text)
{
    verify_direct_t  *direct;

    if (v->directs == VERIFY_DIRECTS) {
        cli_error("--direct: more than %d", VERIFY_DIRECTS);
        return -1;
    }

    direct = &v->direct[v->directs++];

    if (verify_host(text, direct->host, sizeof(direct->host), &direct->port)
        == -1)
    {
        cli_error("--direct=%s: it must be HOST, HOST:PORT or [IPV6]:PORT",
                  cli_printable(text));
        return -1;
    }

    return 0;
}


static int
verify_add_port(verify_t *v, const char *text)
{
    if (v->ports == VERIFY_PORTS) {
        cli_error("--port: more than %d", VERIFY_PORTS);
        return -1;
    }

    if (verify_number(text, 65535, &v->port[v->ports++]) == -1) {
        cli_error("--port=%s: it must be from 1 to 65535",
                  cli_printable(text));
        return -1;
    }

    return 0;
}


/* where to connect for this name, whatever it resolves to */

static int
verify_connect(verify_t *v, const char *text)
{
    verify_endpoint_t  *endpoint;

    endpoint = &v->endpoint;

    if (verify_host(text, endpoint->address, sizeof(endpoint->address),
                    &endpoint->connect_port)
        == -1)
    {
        cli_error("--connect=%s: it must be HOST, HOST:PORT or [IPV6]:PORT",
                  cli_printable(text));
        return -1;
    }

    return 0;
}
