
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Tests each address and port of the name, and the addresses given with
 * --direct: what answers there, with TLS or without?
 */


#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "verify_bypass.h"
#include "verify_answer.h"
#include "verify_http.h"
#include "verify_targets.h"
#include "verify_types.h"


/* in the form that curl expects, with the brackets of IPv6 */

typedef struct {
    char                  text[INET6_ADDRSTRLEN + 2];
} verify_address_t;


static unsigned verify_resolve(const char *host, verify_address_t *address);
static verify_route_t *verify_new_route(verify_t *v, const char *address,
    unsigned port);
static void verify_try_direct(verify_t *v, const verify_direct_t *direct);
static void verify_try_direct_port(verify_t *v, const char *address,
    unsigned port);
static void verify_try_route(verify_t *v, verify_route_t *route);


void
verify_bypass(verify_t *v)
{
    unsigned          i, n;
    verify_route_t   *route;
    verify_address_t  address[VERIFY_ADDRESSES];

    for (i = 0; i < v->directs; i++) {
        verify_try_direct(v, &v->direct[i]);
    }

    for (i = 0; i < v->ports; i++) {
        route = verify_new_route(v,
              v->endpoint.address[0] ? v->endpoint.address : v->endpoint.host,
              v->port[i]);

        if (v->port[i] == 80) {
            route->endpoint.scheme = "http";
        }

        verify_try_route(v, route);
    }

    /* all addresses of the name: the IPv6 listener may be another one */

    n = v->endpoint.address[0] ? 0 : verify_resolve(v->endpoint.host, address);

    for (i = 0; i < n; i++) {
        verify_try_route(v,
                      verify_new_route(v, address[i].text, v->endpoint.port));
    }
}


static unsigned
verify_resolve(const char *host, verify_address_t *address)
{
    char              name[256], text[INET6_ADDRSTRLEN];
    void             *p;
    size_t            len;
    unsigned          n;
    struct addrinfo   hints, *res, *ai;

    len = strlen(host);

    if (*host == '[') {
        host++;
        len -= 2;
    }

    snprintf(name, sizeof(name), "%.*s", (int) len, host);

    memset(&hints, 0, sizeof(hints));
    hints.ai_socktype = SOCK_STREAM;

    if (getaddrinfo(name, NULL, &hints, &res) != 0) {
        return 0;
    }

    for (ai = res, n = 0; ai && n < VERIFY_ADDRESSES; ai = ai->ai_next) {

        if (ai->ai_family == AF_INET) {
            p = &((struct sockaddr_in *) (void *) ai->ai_addr)->sin_addr;

        } else if (ai->ai_family == AF_INET6) {
            p = &((struct sockaddr_in6 *) (void *) ai->ai_addr)->sin6_addr;

        } else {
            continue;
        }

        (void) inet_ntop(ai->ai_family, p, text, sizeof(text));

        snprintf(address[n].text, sizeof(address[n].text),
                 ai->ai_family == AF_INET6 ? "[%s]" : "%s", text);
        n++;
    }

    freeaddrinfo(res);

    return n;
}


/* there is room: their number is limited */

static verify_route_t *
verify_new_route(verify_t *v, const char *address, unsigned port)
{
    size_t           len;
    verify_route_t  *route;

    route = &v->route[v->routes++];

    memset(route, 0, sizeof(verify_route_t));

    route->endpoint = v->endpoint;
    route->endpoint.connect_port = port;

    len = strlen(address);
    len = len < sizeof(route->endpoint.address) ? len
                                           : sizeof(
                                                 route->endpoint.address) - 1;

    memcpy(route->endpoint.address, address, len);
    route->endpoint.address[len] = '\0';

    return route;
}


/* each of its addresses; without a port those that an ADC uses */

static void
verify_try_direct(verify_t *v, const verify_direct_t *direct)
{
    unsigned          i, n;
    verify_route_t   *route;
    verify_address_t  address[VERIFY_ADDRESSES];

    n = verify_resolve(direct->host, address);

    for (i = 0; i < n; i++) {

        if (direct->port) {
            verify_try_direct_port(v, address[i].text, direct->port);
            continue;
        }

        verify_try_direct_port(v, address[i].text, 443);
        verify_try_direct_port(v, address[i].text, 80);

        if (v->endpoint.port != 443 && v->endpoint.port != 80) {
            verify_try_direct_port(v, address[i].text, v->endpoint.port);
        }
    }

    if (n == 0) {
        route = verify_new_route(v, direct->host, direct->port ? direct->port
                                                           : v->endpoint.port);
        route->direct = 1;
        route->meaning = VERIFY_UNREACHABLE;

        snprintf(route->error, sizeof(route->error), "no such name");
    }
}


/* with TLS; and without, if something listens that does not speak TLS */

static void
verify_try_direct_port(verify_t *v, const char *address, unsigned port)
{
    unsigned         i;
    verify_route_t  *route;

    static const char  *schemes[] = { "https", "http" };

    for (i = 0; i < 2; i++) {
        route = verify_new_route(v, address, port);

        route->direct = 1;
        route->endpoint.scheme = schemes[i];
        route->endpoint.lenient = 1;
        route->connected = verify_connects(v, &route->endpoint, route->error);

        if (!route->connected) {
            route->meaning = VERIFY_UNREACHABLE;
            return;
        }

        verify_try_route(v, route);

        if (route->status) {
            return;
        }
    }
}


static void
verify_try_route(verify_t *v, verify_route_t *route)
{
    char             target[VERIFY_TARGET];
    verify_answer_t  answer;

    snprintf(target, sizeof(target), "%s?%s-way", verify_target(0), v->token);

    verify_ask(v, &route->endpoint, VERIFY_HTTP1, target, &answer);

    route->meaning = verify_meaning(&answer);
    route->status = answer.status;

    snprintf(route->error, sizeof(route->error), "%s", answer.error);
}
