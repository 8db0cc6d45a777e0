
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Published apps speak SOCKS5 or CGP on the port of HTTPS.  Only the first
 * bytes are sent, which request nothing; the answer shows what is there.
 */


#include <poll.h>
#include <string.h>

#include "cli/common/cli_network.h"
#include "verify_ica.h"
#include "verify_http.h"
#include "verify_types.h"


static verify_ica_e verify_greet(verify_t *v, const char *greeting,
    size_t len, const char *expected, size_t n);
static ssize_t verify_receive(CURL *curl, char *buf, size_t size,
    int timeout);


void
verify_ica(verify_t *v)
{
    /* one method, "no authentication"; the protocol's name and version */

    v->socks = verify_greet(v, "\x05\x01\x00", 3, "\x05", 1);
    v->cgp = verify_greet(v, "\x1a" "CGP/01", 7, "\x1a" "CGP/", 5);
}


static verify_ica_e
verify_greet(verify_t *v, const char *greeting, size_t len,
    const char *expected, size_t n)
{
    char          buf[512];
    CURL         *curl;
    size_t        sent;
    ssize_t       got;
    verify_ica_e  rc;

    curl = v->curl[VERIFY_HTTP1];

    verify_curl(v, curl, &v->endpoint);

    net.curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
    net.curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
    net.curl_easy_setopt(curl, CURLOPT_SSL_ENABLE_ALPN, 0L);

    if (net.curl_easy_perform(curl) != CURLE_OK
        || net.curl_easy_send(curl, greeting, len, &sent) != CURLE_OK
        || sent != len)
    {
        verify_curl_end(curl);
        return VERIFY_ICA_REFUSED;
    }

    got = verify_receive(curl, buf, sizeof(buf), 3000);

    if (got < 0) {
        rc = VERIFY_ICA_SILENT;

    } else if ((size_t) got >= n && memcmp(buf, expected, n) == 0) {
        rc = VERIFY_ICA_WORKS;

    } else if (got >= 5 && (memcmp(buf, "HTTP/", 5) == 0 || *buf == '<')) {
        rc = VERIFY_ICA_HTTP;

    } else {
        rc = VERIFY_ICA_REFUSED;
    }

    /* a handle used for this cannot be used for requests any more */

    verify_curl_end(curl);
    net.curl_easy_cleanup(curl);
    v->curl[VERIFY_HTTP1] = net.curl_easy_init();

    return rc;
}


/* -1: no answer in time */

static ssize_t
verify_receive(CURL *curl, char *buf, size_t size, int timeout)
{
    size_t         n;
    CURLcode       rc;
    curl_socket_t  s;
    struct pollfd  pfd;

    net.curl_easy_getinfo(curl, CURLINFO_ACTIVESOCKET, &s);

    for ( ;; ) {
        rc = net.curl_easy_recv(curl, buf, size, &n);

        if (rc != CURLE_AGAIN) {
            return rc == CURLE_OK ? (ssize_t) n : 0;
        }

        pfd.fd = s;
        pfd.events = POLLIN;

        if (poll(&pfd, 1, timeout) <= 0) {
            return -1;
        }
    }
}
