
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * citrix-guard ack: tells a monitor that somebody has investigated the
 * requests that may have got through (citrix_guard_monitor_ack).
 */


#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common/cli_network.h"
#include "ack_main.h"
#include "cli/common/cli_error.h"
#include "cli/common/cli_http.h"


#define ACK_SECRET_MIN  16
#define ACK_SECRET_MAX  256
#define ACK_BY          64
#define ACK_NOTE        200
#define ACK_MSEC        10000

#define ACK_REFUSED     1
#define ACK_ERROR       2


typedef struct {
    const char  *monitor;
    const char  *by;
    const char  *note;
    const char  *count;
    const char  *lost;
    const char  *secret_file;
    const char  *cacert;
    int          insecure;
    char         header[sizeof("X-Citrix-Guard-Secret: ") + ACK_SECRET_MAX];
} ack_t;


static int ack_options(ack_t *a, int argc, char **argv);
static int ack_option(ack_t *a, int c, const char *value);
static int ack_check(ack_t *a);
static int ack_number(const char *option, const char *text);
static int ack_text(const char *option, const char *text, size_t max);
static int ack_secret(ack_t *a);
static int ack_send(ack_t *a, CURL *curl);
static int ack_form(ack_t *a, CURL *curl, char *form, size_t size);
static int ack_answer(const ack_t *a, long status);


static const char  ack_usage[] =
"usage: citrix-guard ack OPTION...\n"
"\n"
"Tells a citrix_guard_monitor that somebody has investigated the requests that\n"
"may have got through. The page then says who acknowledged them, when, and what\n"
"was found, and turns red again for the next such request.\n"
"\n"
"      --monitor=URL       the monitor, with citrix_guard_monitor_ack\n"
"      --name=WHO          who has investigated (at most 64 bytes)\n"
"      --note=TEXT         what was found: one line (at most 200 bytes)\n"
"      --secret-file=FILE  a file with the monitor's secret in its first line\n"
"      --count=N           acknowledge the first N requests (all)\n"
"      --lost=N            acknowledge the first N lost events (all)\n"
"      --cacert=FILE       CA certificates that verify the server's\n"
"  -k, --insecure          do not verify the certificate\n"
"  -h, --help              print this text\n"
"Exit status: 0 acknowledged, 1 not acknowledged, 2 an error.\n";


int
ack_main(int argc, char **argv)
{
    int     rc;
    ack_t   a;
    CURL   *curl;

    memset(&a, 0, sizeof(ack_t));

    rc = ack_options(&a, argc, argv);

    if (rc != -1) {
        return rc;
    }

    if (cli_network_load() == -1) {
        return ACK_ERROR;
    }

    curl = net.curl_easy_init();

    if (curl == NULL) {
        cli_error("libcurl cannot be initialized");
        return ACK_ERROR;
    }

    rc = ack_send(&a, curl);

    net.curl_easy_cleanup(curl);
    net.curl_global_cleanup();

    return cli_flush(rc);
}


/* -1: continue */

static int
ack_options(ack_t *a, int argc, char **argv)
{
    int  c;

    static const struct option  options[] = {
        { "monitor", required_argument, NULL, 'm' },
        { "name", required_argument, NULL, 'n' },
        { "note", required_argument, NULL, 't' },
        { "secret-file", required_argument, NULL, 's' },
        { "count", required_argument, NULL, 'C' },
        { "lost", required_argument, NULL, 'l' },
        { "cacert", required_argument, NULL, 'c' },
        { "insecure", no_argument, NULL, 'k' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };

    while ((c = getopt_long(argc, argv, "kh", options, NULL)) != -1) {

        if (c == 'h') {
            fputs(ack_usage, stdout);
            return cli_flush(0);
        }

        if (ack_option(a, c, optarg) == -1) {
            return ACK_ERROR;
        }
    }

    if (optind != argc) {
        cli_error("ack: takes options only, not \"%s\"",
                  cli_printable(argv[optind]));
        return ACK_ERROR;
    }

    return ack_check(a) == -1 || ack_secret(a) == -1 ? ACK_ERROR : -1;
}


static int
ack_option(ack_t *a, int c, const char *value)
{
    switch (c) {

    case 'm':
        a->monitor = value;
        return 0;

    case 'n':
        a->by = value;
        return 0;

    case 't':
        a->note = value;
        return 0;

    case 's':
        a->secret_file = value;
        return 0;

    case 'C':
        a->count = value;
        return 0;

    case 'l':
        a->lost = value;
        return 0;

    case 'c':
        a->cacert = value;
        return 0;

    case 'k':
        a->insecure = 1;
        return 0;

    default:
        return -1;
    }
}


static int
ack_check(ack_t *a)
{
    if (a->monitor == NULL || a->by == NULL || a->note == NULL
        || a->secret_file == NULL)
    {
        cli_error("ack: it needs --monitor, --name, --note and "
                  "--secret-file");
        return -1;
    }

    if (strncmp(a->monitor, "http://", 7) != 0
        && strncmp(a->monitor, "https://", 8) != 0)
    {
        cli_error("--monitor: it must be the http://HOST[:PORT]/PATH of a "
                  "citrix_guard_monitor");
        return -1;
    }

    if (ack_number("--count", a->count) == -1
        || ack_number("--lost", a->lost) == -1)
    {
        return -1;
    }

    return ack_text("--name", a->by, ACK_BY) == -1
           ? -1 : ack_text("--note", a->note, ACK_NOTE);
}


static int
ack_number(const char *option, const char *text)
{
    size_t  len;

    if (text == NULL) {
        return 0;
    }

    len = strlen(text);

    if (len == 0 || len > 18 || strspn(text, "0123456789") != len) {
        cli_error("%s: it must be a number", option);
        return -1;
    }

    return 0;
}


static int
ack_text(const char *option, const char *text, size_t max)
{
    size_t                len;
    const unsigned char  *p;

    len = strlen(text);

    for (p = (const unsigned char *) text; *p >= ' ' && *p != 0x7f; p++) {
        /* void */
    }

    if (len == 0 || len > max || *p != '\0') {
        cli_error("%s: it must be one line of 1 to %zu bytes", option, max);
        return -1;
    }

    return 0;
}


static int
ack_secret(ack_t *a)
{
    FILE    *f;
    char     line[ACK_SECRET_MAX + 2];
    size_t   len;

    f = fopen(a->secret_file, "r");

    if (f == NULL) {
        cli_error("--secret-file: \"%s\" cannot be read: %m",
                  cli_printable(a->secret_file));
        return -1;
    }

    if (fgets(line, sizeof(line), f) == NULL) {
        line[0] = '\0';
    }

    (void) fclose(f);

    len = strcspn(line, "\n");
    line[len] = '\0';

    for (len = 0; line[len] > ' ' && line[len] < 0x7f; len++) { /* void */ }

    if (line[len] != '\0' || len < ACK_SECRET_MIN || len > ACK_SECRET_MAX) {
        cli_error("--secret-file: the first line of \"%s\" must be 16 to 256 "
                  "printable characters without spaces",
                  cli_printable(a->secret_file));
        return -1;
    }

    snprintf(a->header, sizeof(a->header), "X-Citrix-Guard-Secret: %.*s",
             ACK_SECRET_MAX, line);

    return 0;
}


static int
ack_send(ack_t *a, CURL *curl)
{
    char                form[2048], error[CURL_ERROR_SIZE];
    long                status;
    CURLcode            rc;
    cli_http_t          http;
    struct curl_slist  *headers;

    if (ack_form(a, curl, form, sizeof(form)) == -1) {
        cli_error("no memory");
        return ACK_ERROR;
    }

    error[0] = '\0';
    status = 0;
    headers = net.curl_slist_append(NULL, a->header);

    memset(&http, 0, sizeof(cli_http_t));

    http.command = "ack";
    http.cacert = a->cacert;
    http.msec = ACK_MSEC;
    http.insecure = a->insecure;
    http.netrc = 1;

    cli_http_settings(curl, &http);

    net.curl_easy_setopt(curl, CURLOPT_URL, a->monitor);
    net.curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    net.curl_easy_setopt(curl, CURLOPT_POSTFIELDS, form);
    net.curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);

    rc = headers ? net.curl_easy_perform(curl) : CURLE_OUT_OF_MEMORY;

    net.curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    net.curl_slist_free_all(headers);

    if (rc != CURLE_OK) {
        cli_error("not acknowledged: no answer from the monitor: %s",
                  cli_printable(cli_http_error(rc, error)));
        return ACK_REFUSED;
    }

    return ack_answer(a, status);
}


static int
ack_form(ack_t *a, CURL *curl, char *form, size_t size)
{
    int    n;
    char  *by, *note;

    n = -1;
    by = net.curl_easy_escape(curl, a->by, 0);
    note = net.curl_easy_escape(curl, a->note, 0);

    if (by && note) {
        n = snprintf(form, size, "by=%s&note=%s%s%s%s%s", by, note,
                     a->count ? "&count=" : "", a->count ? a->count : "",
                     a->lost ? "&lost=" : "", a->lost ? a->lost : "");
    }

    net.curl_free(by);
    net.curl_free(note);

    return n < 0 || (size_t) n >= size ? -1 : 0;
}


static int
ack_answer(const ack_t *a, long status)
{
    size_t       i;
    const char  *why;

    static const struct {
        long         status;
        const char  *why;
    } answers[] = {
        { 401, "the monitor wants a name and password: in ~/.netrc, or the "
               "URL" },
        { 403, "the secret is not that of the monitor, or it does not let "
               "this address in" },
        { 404, "there is no monitor at that path" },
        { 405, "there is no citrix_guard_monitor_ack at that path" },
        { 409, "there is nothing to acknowledge, or less than --count or "
               "--lost" },
        { 0, NULL }
    };

    if (status == 204) {
        printf("acknowledged, by %s: %s\n", cli_printable(a->by),
               cli_printable(a->note));
        return 0;
    }

    why = "that is no answer of a citrix_guard_monitor";

    for (i = 0; answers[i].why; i++) {
        if (answers[i].status == status) {
            why = answers[i].why;
        }
    }

    cli_error("not acknowledged: status %ld: %s", status, why);

    return ACK_REFUSED;
}
