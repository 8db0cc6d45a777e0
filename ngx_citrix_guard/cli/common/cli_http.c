
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What all requests of the command have in common, as settings of libcurl.
 */


#include <stdio.h>

#include "cli_network.h"
#include "cguard/decision/cguard_version.h"
#include "cli_http.h"


static size_t cli_http_drop(char *p, size_t size, size_t n, void *data);


void
cli_http_settings(CURL *curl, const cli_http_t *http)
{
    char  agent[64];

    snprintf(agent, sizeof(agent), "citrix-guard/" CGUARD_VERSION "%s%s",
             http->command ? " " : "", http->command ? http->command : "");

    net.curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR,
                         http->tls ? "https" : "http,https");
    net.curl_easy_setopt(curl, CURLOPT_PROXY, "");
    net.curl_easy_setopt(curl, CURLOPT_NETRC,
                         http->netrc ? (long) CURL_NETRC_OPTIONAL
                                     : (long) CURL_NETRC_IGNORED);
    net.curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    net.curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    net.curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, http->msec);
    net.curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, http->msec);
    net.curl_easy_setopt(curl, CURLOPT_USERAGENT, agent);
    net.curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, cli_http_drop);

    if (http->cacert) {
        net.curl_easy_setopt(curl, CURLOPT_CAINFO, http->cacert);
    }

    if (http->insecure) {
        net.curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
        net.curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    }
}


const char *
cli_http_error(CURLcode rc, const char *error)
{
    return error[0] ? error : net.curl_easy_strerror(rc);
}


static size_t
cli_http_drop(char *p, size_t size, size_t n, void *data)
{
    (void) p;
    (void) data;

    return size * n;
}
