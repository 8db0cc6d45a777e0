
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Each address and port of the name, and the ways round the guard that were
 * named: what is behind them, over TLS or without.
 */


#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>

#include "verify.h"


/* as curl wants it, with the brackets of IPv6 */

typedef struct {
    char                  text[INET6_ADDRSTRLEN + 2];
} verify_address_t;


static unsigned verify_resolve(const char *host, verify_address_t *address);
static verify_way_t *verify_new_way(verify_t *v, const char *address,
    unsigned port);
static void verify_direct(verify_t *v, const verify_direct_t *direct);
static void verify_direct_port(verify_t *v, const char *address,
    unsigned port);
static void verify_way(verify_t *v, verify_way_t *way);


void
verify_ways(verify_t *v)
{
    unsigned           i, n;
    verify_way_t      *way;
    verify_address_t   address[VERIFY_ADDRESSES];

    for (i = 0; i < v->directs; i++) {
        verify_direct(v, &v->direct[i]);
    }

    for (i = 0; i < v->ports; i++) {
        way = verify_new_way(v, v->place.address[0] ? v->place.address
                                                    : v->place.host,
                             v->port[i]);

        if (v->port[i] == 80) {
            way->place.scheme = "http";
        }

        verify_way(v, way);
    }

    /* all that the name resolves to: the IPv6 listener may be another one */

    n = v->place.address[0] ? 0 : verify_resolve(v->place.host, address);

    for (i = 0; i < n; i++) {
        verify_way(v, verify_new_way(v, address[i].text, v->place.port));
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


/* there is room: all of them are bounded */

static verify_way_t *
verify_new_way(verify_t *v, const char *address, unsigned port)
{
    size_t         len;
    verify_way_t  *way;

    way = &v->way[v->ways++];

    memset(way, 0, sizeof(verify_way_t));

    way->place = v->place;
    way->place.connect_port = port;

    len = strlen(address);
    len = len < sizeof(way->place.address) ? len
                                           : sizeof(way->place.address) - 1;

    memcpy(way->place.address, address, len);
    way->place.address[len] = '\0';

    return way;
}


/* each address of it; without a port those that an ADC has */

static void
verify_direct(verify_t *v, const verify_direct_t *direct)
{
    unsigned           i, n;
    verify_way_t      *way;
    verify_address_t   address[VERIFY_ADDRESSES];

    n = verify_resolve(direct->host, address);

    for (i = 0; i < n; i++) {

        if (direct->port) {
            verify_direct_port(v, address[i].text, direct->port);
            continue;
        }

        verify_direct_port(v, address[i].text, 443);
        verify_direct_port(v, address[i].text, 80);

        if (v->place.port != 443 && v->place.port != 80) {
            verify_direct_port(v, address[i].text, v->place.port);
        }
    }

    if (n == 0) {
        way = verify_new_way(v, direct->host, direct->port ? direct->port
                                                           : v->place.port);
        way->direct = 1;
        way->meaning = VERIFY_UNREACHABLE;

        snprintf(way->error, sizeof(way->error), "no such name");
    }
}


/* TLS; and plain where somebody is there that does not speak it */

static void
verify_direct_port(verify_t *v, const char *address, unsigned port)
{
    unsigned       i;
    verify_way_t  *way;

    static const char  *schemes[] = { "https", "http" };

    for (i = 0; i < 2; i++) {
        way = verify_new_way(v, address, port);

        way->direct = 1;
        way->place.scheme = schemes[i];
        way->place.lenient = 1;
        way->connected = verify_connects(v, &way->place, way->error);

        if (!way->connected) {
            way->meaning = VERIFY_UNREACHABLE;
            return;
        }

        verify_way(v, way);

        if (way->status) {
            return;
        }
    }
}


static void
verify_way(verify_t *v, verify_way_t *way)
{
    char             target[VERIFY_TARGET];
    verify_answer_t  answer;

    snprintf(target, sizeof(target), "%s?%s-way", verify_target(0), v->token);

    verify_ask(v, &way->place, VERIFY_HTTP1, target, &answer);

    way->meaning = verify_meaning(&answer);
    way->status = answer.status;

    snprintf(way->error, sizeof(way->error), "%s", answer.error);
}
