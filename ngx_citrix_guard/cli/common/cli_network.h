
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * libcurl and OpenSSL, loaded by the commands that ask a server.
 */


#ifndef _CLI_NETWORK_H_INCLUDED_
#define _CLI_NETWORK_H_INCLUDED_


#include <curl/curl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>


/* the functions that are called, as members of "net" */

#define CLI_CURL_CALLS(call)                                                  \
    call(curl_easy_cleanup)                                                   \
    call(curl_easy_escape)                                                    \
    call(curl_easy_getinfo)                                                   \
    call(curl_easy_init)                                                      \
    call(curl_easy_perform)                                                   \
    call(curl_easy_recv)                                                      \
    call(curl_easy_reset)                                                     \
    call(curl_easy_send)                                                      \
    call(curl_easy_setopt)                                                    \
    call(curl_easy_strerror)                                                  \
    call(curl_free)                                                           \
    call(curl_global_cleanup)                                                 \
    call(curl_global_init)                                                    \
    call(curl_slist_append)                                                   \
    call(curl_slist_free_all)                                                 \
    call(curl_url)                                                            \
    call(curl_url_cleanup)                                                    \
    call(curl_url_get)                                                        \
    call(curl_url_set)

#define CLI_OPENSSL_CALLS(call)                                               \
    call(ERR_clear_error)                                                     \
    call(ERR_peek_last_error)                                                 \
    call(ERR_reason_error_string)                                             \
    call(SSL_CTX_check_private_key)                                           \
    call(SSL_CTX_free)                                                        \
    call(SSL_CTX_get0_certificate)                                            \
    call(SSL_CTX_new)                                                         \
    call(SSL_CTX_set_default_passwd_cb)                                       \
    call(SSL_CTX_use_PrivateKey_file)                                         \
    call(SSL_CTX_use_certificate_chain_file)                                  \
    call(TLS_server_method)                                                   \
    call(X509_check_host)                                                     \
    call(X509_cmp_current_time)                                               \
    call(X509_get0_notAfter)                                                  \
    call(X509_get0_notBefore)


/* macros of libcurl that take these names */

#undef curl_easy_setopt
#undef curl_easy_getinfo

#define cli_network_member(name)  __typeof__(name)  *name;

typedef struct {
    CLI_CURL_CALLS(cli_network_member)
    CLI_OPENSSL_CALLS(cli_network_member)
} cli_network_t;

extern cli_network_t  net;


/* call this before any of them; reports an error and returns -1 */

int cli_network_load(void);


#endif /* _CLI_NETWORK_H_INCLUDED_ */
