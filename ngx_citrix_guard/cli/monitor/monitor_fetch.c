
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Fetches a document of the guard's monitor over HTTP.
 */


#include <stdio.h>
#include <string.h>

#include "cli/common/cli_network.h"
#include "cli/common/cli_escape.h"
#include "cli/common/cli_http.h"
#include "cli/common/cli_memory.h"
#include "monitor_fetch.h"


/* the JSON of a zone with 1,000 events is less than 2 MiB */

#define MONITOR_FETCH_MAX  (16 * 1024 * 1024)


static size_t monitor_fetch_body(char *p, size_t size, size_t n, void *data);
static void monitor_fetch_error(monitor_document_t *doc, CURLcode rc,
    const char *error);


int
monitor_fetch(const char *url, long seconds, monitor_document_t *doc)
{
    char         error[CURL_ERROR_SIZE];
    long         status;
    CURL        *curl;
    CURLcode     rc;
    cli_http_t   http;

    memset(&http, 0, sizeof(cli_http_t));
    memset(doc, 0, sizeof(monitor_document_t));
    memset(error, 0, sizeof(error));
    status = 0;

    curl = cli_network_load() == 0 ? net.curl_easy_init() : NULL;

    if (curl == NULL) {
        snprintf(doc->error, sizeof(doc->error), "libcurl cannot be initialized");
        return -1;
    }

    http.msec = seconds * 1000;
    http.netrc = 1;

    cli_http_settings(curl, &http);

    net.curl_easy_setopt(curl, CURLOPT_URL, url);
    net.curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
    net.curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, monitor_fetch_body);
    net.curl_easy_setopt(curl, CURLOPT_WRITEDATA, doc);

    rc = net.curl_easy_perform(curl);

    net.curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);

    if (rc != CURLE_OK) {
        monitor_fetch_error(doc, rc, error);

    } else if (status != 200) {
        snprintf(doc->error, sizeof(doc->error), "it answers %ld", status);
    }

    net.curl_easy_cleanup(curl);

    return doc->error[0] ? -1 : 0;
}


static void
monitor_fetch_error(monitor_document_t *doc, CURLcode rc, const char *error)
{
    error = cli_http_error(rc, error);

    (void) cli_escape(doc->error, sizeof(doc->error),
                      (const unsigned char *) error, strlen(error));
}


static size_t
monitor_fetch_body(char *p, size_t size, size_t n, void *data)
{
    size_t               len;
    monitor_document_t  *doc = data;

    len = size * n;

    if (doc->len + len > MONITOR_FETCH_MAX) {
        return 0;
    }

    if (doc->len + len > doc->size) {
        doc->size = 2 * (doc->len + len);
        doc->data = cli_realloc(doc->data, doc->size);
    }

    memcpy(doc->data + doc->len, p, len);
    doc->len += len;

    return len;
}
