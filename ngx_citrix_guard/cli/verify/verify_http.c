
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Sends one request with libcurl, its target byte for byte.
 */


#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/common/cli_network.h"
#include "cli/common/cli_error.h"
#include "cli/common/cli_http.h"
#include "verify_http.h"
#include "verify_types.h"


/* how much of an answer is read */

#define VERIFY_READ  (256 * 1024)


static int64_t verify_now(void);
static void verify_location(verify_answer_t *answer, const char *p,
    size_t len);
static size_t verify_body(char *p, size_t size, size_t n, void *data);
static size_t verify_header(char *p, size_t size, size_t n, void *data);


int
verify_http_init(verify_t *v)
{
    char      header[sizeof("X-Citrix-Guard-Canary: ") + VERIFY_CANARY];
    unsigned  i;

    if (cli_network_load() == -1) {
        return -1;
    }

    for (i = 0; i < VERIFY_PROTOCOLS; i++) {
        v->curl[i] = net.curl_easy_init();

        if (v->curl[i] == NULL) {
            cli_error("libcurl cannot be initialized");
            return -1;
        }
    }

    if (v->canary) {
        snprintf(header, sizeof(header), "X-Citrix-Guard-Canary: %s",
                 v->canary);

        v->headers = net.curl_slist_append(NULL, header);
    }

    v->ends = verify_now() + v->deadline * 1000;

    return 0;
}


long
verify_left(verify_t *v)
{
    int64_t  left;

    left = v->ends - verify_now();

    if (left <= 0) {
        v->late = 1;
        return 0;
    }

    return (long) left;
}


void
verify_http_done(verify_t *v)
{
    unsigned  i;

    for (i = 0; i < VERIFY_PROTOCOLS; i++) {
        net.curl_easy_cleanup(v->curl[i]);
    }

    net.curl_slist_free_all(v->headers);
    net.curl_global_cleanup();
}


/* common to all connections */

void
verify_curl_shared(verify_t *v, CURL *curl)
{
    long        left, timeout;
    cli_http_t  http;

    net.curl_easy_reset(curl);

    /* requests after the deadline fail at once */

    left = verify_left(v);
    timeout = v->timeout * 1000;
    timeout = left == 0 ? 1 : left < timeout ? left : timeout;

    memset(&http, 0, sizeof(cli_http_t));

    http.command = "verify";
    http.cacert = v->cacert;
    http.msec = timeout;
    http.insecure = v->insecure;

    cli_http_settings(curl, &http);
}


void
verify_curl(verify_t *v, CURL *curl, const verify_endpoint_t *endpoint)
{
    char                url[512], to[600];
    struct curl_slist  *list;

    verify_curl_shared(v, curl);

    snprintf(url, sizeof(url), "%s://%s:%u/", endpoint->scheme, endpoint->host,
             endpoint->port);

    net.curl_easy_setopt(curl, CURLOPT_URL, url);

    if (endpoint->lenient) {
        net.curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
        net.curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);

        /* an appliance of 2020 may not support newer versions */

        net.curl_easy_setopt(curl, CURLOPT_SSLVERSION,
                             (long) CURL_SSLVERSION_TLSv1);
        net.curl_easy_setopt(curl, CURLOPT_SSL_CIPHER_LIST,
                             "DEFAULT@SECLEVEL=0");
        net.curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
    }

    if (endpoint->proxy) {
        net.curl_easy_setopt(curl, CURLOPT_HAPROXYPROTOCOL, 1L);
    }

    if (endpoint->address[0]) {
        snprintf(to, sizeof(to), "::%s:%u", endpoint->address,
                 endpoint->connect_port);

        list = net.curl_slist_append(NULL, to);

        net.curl_easy_setopt(curl, CURLOPT_CONNECT_TO, list);
        net.curl_easy_setopt(curl, CURLOPT_PRIVATE, list);
    }
}


/* allocated by verify_curl */

void
verify_curl_end(CURL *curl)
{
    struct curl_slist  *list;

    list = NULL;

    net.curl_easy_getinfo(curl, CURLINFO_PRIVATE, (char **) &list);
    net.curl_easy_setopt(curl, CURLOPT_CONNECT_TO, NULL);
    net.curl_easy_setopt(curl, CURLOPT_PRIVATE, NULL);
    net.curl_slist_free_all(list);
}


void
verify_ask(verify_t *v, const verify_endpoint_t *endpoint,
    verify_protocol_e protocol, const char *target, verify_answer_t *answer)
{
    long   version;
    CURL  *curl;

    memset(answer, 0, sizeof(verify_answer_t));

    if (verify_left(v) == 0) {
        answer->failed = CURLE_OPERATION_TIMEDOUT;
        snprintf(answer->error, sizeof(answer->error),
                 "not sent: the deadline passed");
        return;
    }

    curl = v->curl[protocol];
    version = CURL_HTTP_VERSION_1_1;

    if (protocol == VERIFY_HTTP2) {
        version = strcmp(endpoint->scheme, "https") == 0
                  ? CURL_HTTP_VERSION_2TLS
                  : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
    }

    verify_curl(v, curl, endpoint);

    net.curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, version);
    net.curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    net.curl_easy_setopt(curl, CURLOPT_REQUEST_TARGET, target);
    net.curl_easy_setopt(curl, CURLOPT_HTTPHEADER, v->headers);
    net.curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, answer->error);
    net.curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, verify_body);
    net.curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    net.curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, verify_header);
    net.curl_easy_setopt(curl, CURLOPT_HEADERDATA, answer);

    answer->failed = net.curl_easy_perform(curl);

    net.curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
    net.curl_easy_getinfo(curl, CURLINFO_HTTP_VERSION, &answer->version);

    if (answer->failed && answer->error[0] == '\0') {
        snprintf(answer->error, sizeof(answer->error), "%s",
                 net.curl_easy_strerror(answer->failed));
    }

    /* an answer that was cut off counts as one */

    if (answer->status) {
        answer->failed = CURLE_OK;
    }

    verify_curl_end(curl);

    net.curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
}


/* does anything accept a connection there? Nothing is sent */

int
verify_connects(verify_t *v, const verify_endpoint_t *endpoint, char *error)
{
    CURL              *curl;
    CURLcode           rc;
    verify_endpoint_t  plain;

    curl = net.curl_easy_init();

    if (curl == NULL) {
        return 0;
    }

    plain = *endpoint;
    plain.scheme = "http";

    verify_curl(v, curl, &plain);

    net.curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
    net.curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);

    rc = net.curl_easy_perform(curl);

    verify_curl_end(curl);
    net.curl_easy_cleanup(curl);

    return rc == CURLE_OK;
}


static size_t
verify_body(char *p, size_t size, size_t n, void *data)
{
    size_t            len, room;
    verify_answer_t  *answer = data;

    len = size * n;
    room = VERIFY_BODY - answer->len;
    room = room < len ? room : len;

    memcpy(answer->body + answer->len, p, room);

    answer->len += room;
    answer->size += len;

    return answer->size > VERIFY_READ ? 0 : len;
}


static size_t
verify_header(char *p, size_t size, size_t n, void *data)
{
    size_t            len;
    verify_answer_t  *answer = data;

    static const char  guard[] = "X-Citrix-Guard:";
    static const char  server[] = "Server: Apache";
    static const char  location[] = "Location:";

    len = size * n;

    /* of several answers, the last counts */

    if (len > 5 && memcmp(p, "HTTP/", 5) == 0) {
        answer->guard = 0;
        answer->apache = 0;
        answer->location[0] = '\0';
    }

    if (len > sizeof(guard) - 1
        && strncasecmp(p, guard, sizeof(guard) - 1) == 0
        && memmem(p, len, "blocked", 7))
    {
        answer->guard = 1;
    }

    if (len > sizeof(server) - 1
        && strncasecmp(p, server, sizeof(server) - 1) == 0)
    {
        answer->apache = 1;
    }

    if (len > sizeof(location) - 1
        && strncasecmp(p, location, sizeof(location) - 1) == 0)
    {
        verify_location(answer, p + sizeof(location) - 1,
                        len - (sizeof(location) - 1));
    }

    return len;
}


static void
verify_location(verify_answer_t *answer, const char *p, size_t len)
{
    while (len && *p == ' ') {
        p++;
        len--;
    }

    while (len && (p[len - 1] == '\r' || p[len - 1] == '\n')) {
        len--;
    }

    snprintf(answer->location, sizeof(answer->location), "%.*s", (int) len,
             p);
}


static int64_t
verify_now(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (int64_t) ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}
