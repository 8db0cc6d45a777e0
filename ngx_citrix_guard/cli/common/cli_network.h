
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


/* the functions that are called; each name is a member of cli_network */

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


/* a macro of libcurl checks the types of these, where they are called */

#undef curl_easy_setopt
#undef curl_easy_getinfo

#define cli_network_member(name)  __typeof__(name)  *name;

typedef struct {
    CLI_CURL_CALLS(cli_network_member)
    CLI_OPENSSL_CALLS(cli_network_member)
} cli_network_t;

extern cli_network_t  cli_network;


#ifndef CLI_NETWORK_LOADS

#define curl_easy_cleanup       (*cli_network.curl_easy_cleanup)
#define curl_easy_escape        (*cli_network.curl_easy_escape)
#define curl_easy_getinfo       (*cli_network.curl_easy_getinfo)
#define curl_easy_init          (*cli_network.curl_easy_init)
#define curl_easy_perform       (*cli_network.curl_easy_perform)
#define curl_easy_recv          (*cli_network.curl_easy_recv)
#define curl_easy_reset         (*cli_network.curl_easy_reset)
#define curl_easy_send          (*cli_network.curl_easy_send)
#define curl_easy_setopt        (*cli_network.curl_easy_setopt)
#define curl_easy_strerror      (*cli_network.curl_easy_strerror)
#define curl_free               (*cli_network.curl_free)
#define curl_global_cleanup     (*cli_network.curl_global_cleanup)
#define curl_slist_append       (*cli_network.curl_slist_append)
#define curl_slist_free_all     (*cli_network.curl_slist_free_all)
#define curl_url                (*cli_network.curl_url)
#define curl_url_cleanup        (*cli_network.curl_url_cleanup)
#define curl_url_get            (*cli_network.curl_url_get)
#define curl_url_set            (*cli_network.curl_url_set)

#define ERR_clear_error         (*cli_network.ERR_clear_error)
#define ERR_peek_last_error     (*cli_network.ERR_peek_last_error)
#define ERR_reason_error_string (*cli_network.ERR_reason_error_string)
#define SSL_CTX_check_private_key                                             \
    (*cli_network.SSL_CTX_check_private_key)
#define SSL_CTX_free            (*cli_network.SSL_CTX_free)
#define SSL_CTX_get0_certificate                                              \
    (*cli_network.SSL_CTX_get0_certificate)
#define SSL_CTX_new             (*cli_network.SSL_CTX_new)
#define SSL_CTX_set_default_passwd_cb                                         \
    (*cli_network.SSL_CTX_set_default_passwd_cb)
#define SSL_CTX_use_PrivateKey_file                                           \
    (*cli_network.SSL_CTX_use_PrivateKey_file)
#define SSL_CTX_use_certificate_chain_file                                    \
    (*cli_network.SSL_CTX_use_certificate_chain_file)
#define TLS_server_method       (*cli_network.TLS_server_method)
#define X509_check_host         (*cli_network.X509_check_host)
#define X509_cmp_current_time   (*cli_network.X509_cmp_current_time)
#define X509_get0_notAfter      (*cli_network.X509_get0_notAfter)
#define X509_get0_notBefore     (*cli_network.X509_get0_notBefore)

#endif


/* call this before any of them; reports an error and returns -1 */

int cli_network_load(void);


#endif /* _CLI_NETWORK_H_INCLUDED_ */
