
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Fetches a document of the guard's monitor over HTTP.
 */


#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

#include "cguard/decision/cguard_version.h"
#include "cli/common/cli_escape.h"
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
    char       error[CURL_ERROR_SIZE];
    long       status;
    CURL      *curl;
    CURLcode   rc;

    memset(doc, 0, sizeof(monitor_document_t));
    memset(error, 0, sizeof(error));
    status = 0;

    curl = curl_easy_init();

    if (curl == NULL) {
        snprintf(doc->error, sizeof(doc->error), "libcurl cannot be initialized");
        return -1;
    }

    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NETRC, (long) CURL_NETRC_OPTIONAL);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, seconds);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "citrix-guard/" CGUARD_VERSION);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, monitor_fetch_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, doc);

    rc = curl_easy_perform(curl);

    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);

    if (rc != CURLE_OK) {
        monitor_fetch_error(doc, rc, error);

    } else if (status != 200) {
        snprintf(doc->error, sizeof(doc->error), "it answers %ld", status);
    }

    curl_easy_cleanup(curl);

    return doc->error[0] ? -1 : 0;
}


static void
monitor_fetch_error(monitor_document_t *doc, CURLcode rc, const char *error)
{
    if (error[0] == '\0') {
        error = curl_easy_strerror(rc);
    }

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

    doc->data = cli_realloc(doc->data, doc->len + len);
    memcpy(doc->data + doc->len, p, len);
    doc->len += len;

    return len;
}
