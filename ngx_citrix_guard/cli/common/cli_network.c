
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * libcurl, OpenSSL and what they need take longer to load than a log takes to
 * read, so they are loaded by the commands that need them.
 */


#include <dlfcn.h>
#include <stddef.h>

#include "cli_network.h"
#include "cli_error.h"


/* cli.mk says which; a tool that only reads the source need not know */

#ifndef CLI_LIBCURL
#define CLI_LIBCURL  "libcurl.so"
#define CLI_LIBSSL   "libssl.so"
#endif


cli_network_t  net;


static void *
cli_network_library(const char *name)
{
    void  *library;

    library = dlopen(name, RTLD_NOW|RTLD_LOCAL);

    if (library == NULL) {
        cli_error("%s cannot be loaded: %s", name, dlerror());
    }

    return library;
}


/* reports the first function that is missing and returns -1 */

static int
cli_network_find(void *curl, void *ssl)
{
#define cli_network_call(library, name)                                       \
    *(void **) &net.name = dlsym(library, #name);                             \
                                                                              \
    if (net.name == NULL) {                                                   \
        cli_error("%s", dlerror());                                           \
        return -1;                                                            \
    }

#define cli_network_curl(name)     cli_network_call(curl, name)
#define cli_network_openssl(name)  cli_network_call(ssl, name)

    CLI_CURL_CALLS(cli_network_curl)
    CLI_OPENSSL_CALLS(cli_network_openssl)

    return 0;
}


int
cli_network_load(void)
{
    void  *curl, *ssl;

    if (net.curl_global_init == NULL) {
        curl = cli_network_library(CLI_LIBCURL);
        ssl = curl ? cli_network_library(CLI_LIBSSL) : NULL;

        if (ssl == NULL || cli_network_find(curl, ssl) == -1) {
            return -1;
        }
    }

    if (net.curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        cli_error("libcurl cannot be initialized");
        return -1;
    }

    return 0;
}
