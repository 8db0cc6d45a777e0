
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Does the key fit the certificate, and does the ADC answer over TLS?
 */


#include <stdio.h>
#include <string.h>


#include "cli/common/cli_network.h"
#include "cli/common/cli_error.h"
#include "cli/common/cli_http.h"
#include "setup_tls.h"
#include "setup_types.h"


#define SETUP_ADC_MSEC  15000


static int setup_pair(const setup_t *s, SSL_CTX *ctx);
static int setup_passphrase(char *buf, int size, int rwflag, void *data);
static int setup_holds(const setup_t *s, X509 *cert);
static int setup_tls_error(const char *file, const char *what);
static int setup_ask_adc(const setup_t *s, CURL *curl, const char *name);


int
setup_check_certificate(const setup_t *s)
{
    int       rc;
    SSL_CTX  *ctx;

    if (cli_network_load() == -1) {
        return -1;
    }

    ctx = net.SSL_CTX_new(net.TLS_server_method());

    if (ctx == NULL) {
        cli_error("setup: OpenSSL cannot be initialized");
        return -1;
    }

    net.SSL_CTX_set_default_passwd_cb(ctx, setup_passphrase);

    rc = setup_pair(s, ctx);

    net.SSL_CTX_free(ctx);

    return rc;
}


static int
setup_pair(const setup_t *s, SSL_CTX *ctx)
{
    X509  *cert;

    if (net.SSL_CTX_use_certificate_chain_file(ctx, s->certificate) != 1) {
        return setup_tls_error(s->certificate, "it contains no PEM certificate");
    }

    if (net.SSL_CTX_use_PrivateKey_file(ctx, s->key, SSL_FILETYPE_PEM) != 1) {

        if (ERR_GET_REASON(net.ERR_peek_last_error())
            == X509_R_KEY_VALUES_MISMATCH
            || ERR_GET_REASON(net.ERR_peek_last_error())
               == X509_R_KEY_TYPE_MISMATCH)
        {
            net.ERR_clear_error();
            cli_error("setup: the key %s does not fit the certificate %s",
                      s->key, s->certificate);
            return -1;
        }

        return setup_tls_error(s->key, "it is no key in PEM, or it has a "
                               "passphrase, with which nginx cannot start by "
                               "itself");
    }

    cert = net.SSL_CTX_get0_certificate(ctx);

    if (cert == NULL || net.SSL_CTX_check_private_key(ctx) != 1) {
        net.ERR_clear_error();
        cli_error("setup: the key %s does not fit the certificate %s", s->key,
                  s->certificate);
        return -1;
    }

    return setup_holds(s, cert);
}


/* no password is asked for: nginx would need it at each start */

static int
setup_passphrase(char *buf, int size, int rwflag, void *data)
{
    (void) buf;
    (void) size;
    (void) rwflag;
    (void) data;

    return 0;
}


static int
setup_holds(const setup_t *s, X509 *cert)
{
    unsigned  i;

    if (net.X509_cmp_current_time(net.X509_get0_notAfter(cert)) < 0) {
        cli_error("setup: the certificate %s has expired", s->certificate);
        return -1;
    }

    if (net.X509_cmp_current_time(net.X509_get0_notBefore(cert)) > 0) {
        cli_error("setup: the certificate %s is not valid yet",
                  s->certificate);
        return -1;
    }

    for (i = 0; i < s->names; i++) {
        if (net.X509_check_host(cert, s->name[i], 0, 0, NULL) != 1) {
            cli_error("setup: the certificate %s is not for the name %s",
                      s->certificate, s->name[i]);
            return -1;
        }
    }

    return 0;
}


static int
setup_tls_error(const char *file, const char *what)
{
    const char  *reason;

    reason = net.ERR_reason_error_string(net.ERR_peek_last_error());

    cli_error("setup: %s: %s (%s)", file, what, reason ? reason : "no reason");

    net.ERR_clear_error();

    return -1;
}


int
setup_check_adc(const setup_t *s)
{
    int        rc;
    CURL      *curl;
    unsigned   i;

    if (cli_network_load() == -1) {
        return -1;
    }

    rc = 0;

    for (i = 0; i < s->names && rc == 0; i++) {
        curl = net.curl_easy_init();

        if (curl == NULL) {
            cli_error("setup: libcurl cannot be initialized");
            rc = -1;
            break;
        }

        rc = setup_ask_adc(s, curl, s->name[i]);

        net.curl_easy_cleanup(curl);
    }

    net.curl_global_cleanup();

    return rc;
}


/*
 * requests its first page, at its own address, with the name that users have
 */

static int
setup_ask_adc(const setup_t *s, CURL *curl, const char *name)
{
    char                url[SETUP_NAME + sizeof("https:///")];
    char                to[SETUP_ADDRESS + sizeof("::")];
    char                error[CURL_ERROR_SIZE];
    CURLcode            rc;
    cli_http_t          http;
    struct curl_slist  *list;

    snprintf(url, sizeof(url), "https://%s/", name);
    snprintf(to, sizeof(to), "::%s", s->adc);

    memset(error, 0, sizeof(error));
    list = net.curl_slist_append(NULL, to);

    memset(&http, 0, sizeof(cli_http_t));

    http.command = "setup";
    http.cacert = s->adc_ca;
    http.msec = SETUP_ADC_MSEC;
    http.tls = 1;

    cli_http_settings(curl, &http);

    net.curl_easy_setopt(curl, CURLOPT_URL, url);
    net.curl_easy_setopt(curl, CURLOPT_CONNECT_TO, list);
    net.curl_easy_setopt(curl, CURLOPT_SSLVERSION,
                         (long) CURL_SSLVERSION_TLSv1_2);

    /* as nginx does: only a root certificate ends a chain */

    net.curl_easy_setopt(curl, CURLOPT_SSL_OPTIONS,
                         (long) CURLSSLOPT_NO_PARTIALCHAIN);

    net.curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);

    rc = net.curl_easy_perform(curl);

    net.curl_slist_free_all(list);

    if (rc == CURLE_OK) {
        return 0;
    }

    if (rc == CURLE_PEER_FAILED_VERIFICATION) {
        cli_error("setup: the ADC's certificate at %s is not trusted for the "
                  "name %s: %s; --adc-ca=FILE names its CA", s->adc,
                  name, cli_printable(cli_http_error(rc, error)));

    } else if (rc == CURLE_SSL_CACERT_BADFILE) {
        cli_error("setup: --adc-ca=%s: it contains no PEM certificate",
                  s->adc_ca ? s->adc_ca : "");

    } else {
        cli_error("setup: the ADC does not answer over TLS at %s: %s", s->adc,
                  cli_printable(cli_http_error(rc, error)));
    }

    return -1;
}
