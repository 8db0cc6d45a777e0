
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Types of verify: endpoints, answers, and the results of a run.
 */


#ifndef _VERIFY_TYPES_H_INCLUDED_
#define _VERIFY_TYPES_H_INCLUDED_


#include <stdint.h>

#include <curl/curl.h>


#define VERIFY_BODY       4096
#define VERIFY_TARGET     160
#define VERIFY_LOCATION   200
#define VERIFY_CANARY     128
#define VERIFY_ADDRESSES  8
#define VERIFY_PORTS      8
#define VERIFY_DIRECTS    8

/* the endpoints of a --direct host: addresses, three ports, with TLS or not */

#define VERIFY_ROUTES     (VERIFY_ADDRESSES + VERIFY_PORTS                    \
                           + VERIFY_DIRECTS * VERIFY_ADDRESSES * 3 * 2)


/* where a request goes: "address" is used instead of resolving "host" */

typedef struct {
    const char           *scheme;
    const char           *host;
    unsigned              port;
    char                  address[256];
    unsigned              connect_port;
    unsigned              lenient:1;    /* accepts any certificate, and old
                                           TLS */
} verify_endpoint_t;


typedef enum {
    VERIFY_HTTP1 = 0,
    VERIFY_HTTP2,
    VERIFY_PROTOCOLS
} verify_protocol_e;


typedef struct {
    CURLcode              failed;
    char                  error[CURL_ERROR_SIZE];
    long                  status;
    long                  version;
    unsigned              guard:1;
    unsigned              apache:1;
    char                  location[VERIFY_LOCATION];
    size_t                size;
    size_t                len;
    char                  body[VERIFY_BODY + 1];
} verify_answer_t;


/* the meaning of an answer to the attack */

typedef enum {
    VERIFY_GUARD = 0,       /* refused by the guard */
    VERIFY_THROUGH,         /* content from behind the vulnerability */
    VERIFY_BAD_REQUEST,     /* 400: a parser could not read it */
    VERIFY_POLICY,          /* 403 without a body, as the ADC's policy */
    VERIFY_OTHER,           /* any other answer */
    VERIFY_CLOSED,          /* closed without an answer */
    VERIFY_UNREACHABLE,
    VERIFY_MEANINGS
} verify_meaning_e;


typedef enum {
    VERIFY_SHIELDED = 0,
    VERIFY_DETECT,
    VERIFY_NOT_SHIELDED,
    VERIFY_CANNOT_TELL
} verify_verdict_e;


typedef enum {
    VERIFY_ICA_UNKNOWN = 0,
    VERIFY_ICA_WORKS,
    VERIFY_ICA_HTTP,
    VERIFY_ICA_SILENT,
    VERIFY_ICA_REFUSED
} verify_ica_e;


/* a spelling that the guard did not refuse, for the report */

typedef struct {
    char                  target[VERIFY_TARGET];
    verify_protocol_e     protocol;
    verify_meaning_e      meaning;
    long                  status;
} verify_unrefused_t;


typedef struct {
    verify_endpoint_t  endpoint;
    verify_meaning_e   meaning;
    long               status;
    char               error[CURL_ERROR_SIZE];
    unsigned           direct:1;
    unsigned           connected:1;
} verify_route_t;


/* --direct: the port is 0 if none was given */

typedef struct {
    char                  host[256];
    unsigned              port;
} verify_direct_t;


/* what the guard says it did with the requests of this run */

typedef enum {
    VERIFY_BLOCKED = 0,
    VERIFY_DETECTED,
    VERIFY_EXEMPTED,
    VERIFY_COUNTED
} verify_counted_e;


/* a guard's monitor, before and after the run */

#define VERIFY_MONITORS  8
#define VERIFY_SERVERS   64
#define VERIFY_NAME      256

#define VERIFY_MODE_ON      0x01
#define VERIFY_MODE_DETECT  0x02
#define VERIFY_MODE_OFF     0x04

typedef struct {
    char                  name[VERIFY_NAME];
    char                  since[40];
    unsigned              modes;
    unsigned long long    count[VERIFY_COUNTED];

    /* events of this run */
    unsigned              seen[VERIFY_COUNTED];

    /* of these, those with a canary's token: counted separately */
    unsigned              own[VERIFY_COUNTED];
} verify_server_t;


typedef struct {
    unsigned              version;
    char                  started[40];
    unsigned long long    last;
    unsigned              servers;
    verify_server_t       server[VERIFY_SERVERS];
} verify_snapshot_t;


typedef struct {
    char                 *url;
    char                 *shown;            /* without its password */
    verify_snapshot_t     before;
    verify_snapshot_t     after;
    char                  error[256];

    /* by events, or by counters if there were too many events */
    unsigned              counted[VERIFY_COUNTED];
} verify_monitor_t;


#define VERIFY_UNREFUSED  128

typedef struct {
    verify_endpoint_t  endpoint;
    const char        *error_log;
    long               long             log_from;
    const char        *cacert;
    unsigned           insecure:1;
    unsigned           ica:1;
    unsigned           verbose:1;
    char               token[24];
    long               timeout;

    /* limit of the whole run: seconds, and the time; "late" if exceeded */
    long               deadline;
    int64_t            ends;
    unsigned           late:1;
    unsigned           missed;

    /* the canary's token, by which the guard recognises its operator */
    const char         *canary;
    struct curl_slist  *headers;

    CURL                 *curl[VERIFY_PROTOCOLS];

    unsigned              asked[VERIFY_PROTOCOLS];
    unsigned              count[VERIFY_PROTOCOLS][VERIFY_MEANINGS];
    unsigned              offered[VERIFY_PROTOCOLS];

    unsigned              pages;
    unsigned              served;
    unsigned              pages_guard;
    unsigned              pages_403;

    /* pages and spellings that were answered 3xx, and 503 */
    unsigned              redirected;
    unsigned              unavailable;
    char                  location[4 * VERIFY_LOCATION];

    verify_unrefused_t  unrefused[VERIFY_UNREFUSED];
    unsigned            unrefused_n;

    unsigned              port[VERIFY_PORTS];
    unsigned              ports;
    verify_direct_t       direct[VERIFY_DIRECTS];
    unsigned              directs;

    verify_route_t  route[VERIFY_ROUTES];
    unsigned        routes;

    verify_ica_e          socks;
    verify_ica_e          cgp;

    unsigned              log_read:1;
    unsigned              log[VERIFY_COUNTED];

    verify_monitor_t     *monitor[VERIFY_MONITORS];
    unsigned              monitors;

    /* sums over all monitors, and how many of them failed */
    unsigned              counted[VERIFY_COUNTED];
    unsigned              monitors_failed;

    char                  failure[CURL_ERROR_SIZE];

    verify_verdict_e      verdict;
    char                  reason[512];
    const char           *todo;
} verify_t;


#endif /* _VERIFY_TYPES_H_INCLUDED_ */
