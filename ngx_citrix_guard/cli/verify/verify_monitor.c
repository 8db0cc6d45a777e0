
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What the guard itself says (docs/monitoring.md, "JSON"): the modes in force,
 * and what it counted between two requests of this run.  No attack is sent
 * there, and only URLs that were given are requested.
 */


#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/common/cli_network.h"
#include "cli/common/cli_error.h"
#include "cli/common/cli_escape.h"
#include "cli/common/cli_http.h"
#include "cli/common/cli_json.h"
#include "cli/common/cli_memory.h"
#include "verify_monitor.h"
#include "verify_http.h"
#include "verify_targets.h"
#include "verify_types.h"


/* the JSON of a zone with 1,000 events is less than 2 MiB */

#define VERIFY_MONITOR_MAX  (16 * 1024 * 1024)
#define VERIFY_RING         1000

/* it counts after the answer was sent, which may take a moment */

#define VERIFY_MONITOR_TRIES  10
#define VERIFY_MONITOR_WAIT   150000000


typedef struct {
    char                 *data;
    size_t                len;
    unsigned              large:1;
} verify_document_t;


typedef struct {
    const verify_t       *v;
    verify_snapshot_t    *to;
    verify_server_t       server;

    /* the event that is being read */
    char                  name[VERIFY_NAME];
    unsigned              ours;
    unsigned              canary;
    unsigned              verdict;
} verify_reader_t;


static void verify_monitor_ask(verify_t *v, verify_monitor_t *m,
    unsigned long long since, verify_snapshot_t *to);
static size_t verify_monitor_body(char *p, size_t size, size_t n, void *data);
static int verify_monitor_read(verify_t *v, verify_document_t *doc,
    verify_snapshot_t *to);
static void verify_monitor_found(void *data, const char *path,
    const char *value);
static void verify_monitor_server(verify_reader_t *rd, const char *path,
    const char *value);
static void verify_monitor_event(verify_reader_t *rd, const char *path,
    const char *value);
static unsigned verify_counted(const char *name, size_t len);
static void verify_monitor_count(verify_monitor_t *m);
static verify_server_t *verify_monitor_named(verify_snapshot_t *of,
    const char *name);


const char  *verify_counted_name[VERIFY_COUNTED] = {
    "blocked", "detected", "exempted"
};


/* http://127.0.0.1:8089/citrix-guard; a password in it is not shown again */

int
verify_monitor_add(verify_t *v, const char *text)
{
    int                rc;
    char              *scheme, *query;
    CURLU             *url;
    verify_monitor_t  *m;

    if (v->monitors == VERIFY_MONITORS) {
        cli_error("--monitor: more than %d", VERIFY_MONITORS);
        return -1;
    }

    rc = -1;
    scheme = query = NULL;
    m = v->monitor[v->monitors++] = cli_alloc(sizeof(verify_monitor_t));
    url = cli_network_load() == 0 ? net.curl_url() : NULL;

    if (url && net.curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK
        && net.curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK
        && (strcmp(scheme, "https") == 0 || strcmp(scheme, "http") == 0)
        && net.curl_url_get(url, CURLUPART_QUERY, &query, 0) == CURLUE_NO_QUERY
        && net.curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK
        && net.curl_url_get(url, CURLUPART_URL, &m->url, 0) == CURLUE_OK
        && net.curl_url_set(url, CURLUPART_USER, NULL, 0) == CURLUE_OK
        && net.curl_url_set(url, CURLUPART_PASSWORD, NULL, 0) == CURLUE_OK
        && net.curl_url_get(url, CURLUPART_URL, &m->shown, 0) == CURLUE_OK)
    {
        rc = 0;

    } else {
        cli_error("--monitor: it must be the http://HOST[:PORT]/PATH of a "
                  "citrix_guard_monitor");
    }

    net.curl_free(scheme);
    net.curl_free(query);
    net.curl_url_cleanup(url);

    return rc;
}


void
verify_monitor_free(verify_t *v)
{
    unsigned  i;

    for (i = 0; i < v->monitors; i++) {
        net.curl_free(v->monitor[i]->url);
        net.curl_free(v->monitor[i]->shown);
        free(v->monitor[i]);
    }
}


void
verify_monitor_begin(verify_t *v)
{
    unsigned  i;

    for (i = 0; i < v->monitors; i++) {
        verify_monitor_ask(v, v->monitor[i], 0, &v->monitor[i]->before);
    }
}


/* until the counters stop changing */

void
verify_monitor_end(verify_t *v)
{
    unsigned             i, k, tries;
    struct timespec      ts;
    verify_monitor_t    *m;
    unsigned long long   last;

    ts.tv_sec = 0;
    ts.tv_nsec = VERIFY_MONITOR_WAIT;

    for (i = 0; i < v->monitors; i++) {
        m = v->monitor[i];
        last = m->before.last;

        for (tries = 0; tries < VERIFY_MONITOR_TRIES; tries++) {

            if (m->error[0]) {
                break;
            }

            (void) nanosleep(&ts, NULL);
            verify_monitor_ask(v, m, m->before.last, &m->after);

            if (m->error[0] == '\0'
                && (m->after.last < last
                    || strcmp(m->before.started, m->after.started) != 0))
            {
                snprintf(m->error, sizeof(m->error), "its counters were "
                         "reset meanwhile, or several guards answer there");
            }

            if (tries && m->after.last == last) {
                break;
            }

            last = m->after.last;
        }

        verify_monitor_count(m);

        v->monitors_failed += m->error[0] != '\0';

        for (k = 0; k < VERIFY_COUNTED; k++) {
            v->counted[k] += m->counted[k];
        }
    }
}


static void
verify_monitor_ask(verify_t *v, verify_monitor_t *m, unsigned long long since,
    verify_snapshot_t *to)
{
    char                url[2048], error[CURL_ERROR_SIZE];
    long                status;
    CURL               *curl;
    CURLcode            rc;
    const char         *text;
    verify_document_t   doc;

    memset(&doc, 0, sizeof(verify_document_t));
    memset(error, 0, sizeof(error));
    status = 0;

    snprintf(url, sizeof(url), "%s?format=json&since=%llu", m->url, since);

    curl = v->curl[VERIFY_HTTP1];

    verify_curl_shared(v, curl);

    /* a password may also be in ~/.netrc */

    net.curl_easy_setopt(curl, CURLOPT_NETRC, (long) CURL_NETRC_OPTIONAL);
    net.curl_easy_setopt(curl, CURLOPT_URL, url);
    net.curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
    net.curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, verify_monitor_body);
    net.curl_easy_setopt(curl, CURLOPT_WRITEDATA, &doc);

    rc = net.curl_easy_perform(curl);

    net.curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    net.curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);

    if (rc != CURLE_OK && !doc.large) {
        text = cli_http_error(rc, error);

        (void) cli_escape(m->error, sizeof(m->error),
                          (const unsigned char *) text, strlen(text));

    } else if (status != 200) {
        snprintf(m->error, sizeof(m->error), "it answers %ld", status);

    } else if (doc.large || verify_monitor_read(v, &doc, to) == -1) {
        snprintf(m->error, sizeof(m->error),
                 "this is not the answer of a citrix_guard_monitor");
    }

    free(doc.data);
}


static size_t
verify_monitor_body(char *p, size_t size, size_t n, void *data)
{
    size_t              len;
    verify_document_t  *doc = data;

    len = size * n;

    if (doc->len + len > VERIFY_MONITOR_MAX) {
        doc->large = 1;
        return 0;
    }

    doc->data = cli_realloc(doc->data, doc->len + len);
    memcpy(doc->data + doc->len, p, len);
    doc->len += len;

    return len;
}


static int
verify_monitor_read(verify_t *v, verify_document_t *doc, verify_snapshot_t *to)
{
    verify_reader_t  rd;

    memset(to, 0, sizeof(verify_snapshot_t));
    memset(&rd, 0, sizeof(verify_reader_t));

    rd.v = v;
    rd.to = to;
    rd.verdict = VERIFY_COUNTED;

    if (cli_json(doc->data, doc->len, verify_monitor_found, &rd) == -1) {
        return -1;
    }

    return to->version == 1 && to->started[0] ? 0 : -1;
}


static void
verify_monitor_found(void *data, const char *path, const char *value)
{
    verify_reader_t  *rd = data;

    if (strncmp(path, "servers.#", 9) == 0) {
        verify_monitor_server(rd, path + 9, value);

    } else if (strncmp(path, "events.#", 8) == 0) {
        verify_monitor_event(rd, path + 8, value);

    } else if (value == NULL) {
        return;

    } else if (strcmp(path, "version") == 0) {
        rd->to->version = (unsigned) strtoul(value, NULL, 10);

    } else if (strcmp(path, "started") == 0) {
        snprintf(rd->to->started, sizeof(rd->to->started), "%s", value);

    } else if (strcmp(path, "last") == 0) {
        rd->to->last = strtoull(value, NULL, 10);
    }
}


static void
verify_monitor_server(verify_reader_t *rd, const char *path, const char *value)
{
    unsigned  k;

    if (value == NULL) {

        if (*path == '\0' && rd->to->servers < VERIFY_SERVERS) {
            rd->to->server[rd->to->servers++] = rd->server;
            memset(&rd->server, 0, sizeof(verify_server_t));
        }

        return;
    }

    if (strcmp(path, ".name") == 0) {
        snprintf(rd->server.name, sizeof(rd->server.name), "%s", value);

    } else if (strcmp(path, ".since") == 0) {
        snprintf(rd->server.since, sizeof(rd->server.since), "%s", value);

    } else if (strcmp(path, ".modes.#") == 0) {
        rd->server.modes |= strcmp(value, "on") == 0 ? VERIFY_MODE_ON
                            : strcmp(value, "detect") == 0 ? VERIFY_MODE_DETECT
                            : VERIFY_MODE_OFF;

    } else if (strncmp(path, ".verdicts.", 10) == 0) {
        path += 10;
        k = verify_counted(path, strcspn(path, "."));

        if (k < VERIFY_COUNTED && strcmp(path + strcspn(path, "."), ".count")
                                  == 0)
        {
            rd->server.count[k] = strtoull(value, NULL, 10);
        }
    }
}


static void
verify_monitor_event(verify_reader_t *rd, const char *path, const char *value)
{
    verify_server_t  *server;

    if (value == NULL) {

        if (*path) {
            return;
        }

        server = verify_monitor_named(rd->to, rd->name);

        if (server && rd->ours && rd->verdict < VERIFY_COUNTED) {
            server->seen[rd->verdict]++;
            server->own[rd->verdict] += rd->canary;
        }

        rd->name[0] = '\0';
        rd->ours = 0;
        rd->canary = 0;
        rd->verdict = VERIFY_COUNTED;

    } else if (strcmp(path, ".server") == 0) {
        snprintf(rd->name, sizeof(rd->name), "%s", value);

    } else if (strcmp(path, ".target") == 0) {
        rd->ours = verify_is_spelling(rd->v, value);

    } else if (strcmp(path, ".canary") == 0) {
        rd->canary = strcmp(value, "true") == 0;

    } else if (strcmp(path, ".verdict") == 0) {
        rd->verdict = verify_counted(value, strlen(value));
    }
}


static unsigned
verify_counted(const char *name, size_t len)
{
    unsigned  k;

    for (k = 0; k < VERIFY_COUNTED; k++) {
        if (strlen(verify_counted_name[k]) == len
            && memcmp(verify_counted_name[k], name, len) == 0)
        {
            break;
        }
    }

    return k;
}


/*
 * Events identify our requests, but only the last thousand are kept.  Counters
 * include the requests of others, and count those with a canary's token
 * separately.  If the counters have not grown by the number of events, several
 * guards answer at one address.
 */

static void
verify_monitor_count(verify_monitor_t *m)
{
    unsigned             i, k, seen, all;
    verify_server_t     *old, *new;
    unsigned long long   grown;

    if (m->error[0]) {
        return;
    }

    all = m->after.last - m->before.last <= VERIFY_RING;

    for (i = 0; i < m->after.servers; i++) {
        new = &m->after.server[i];
        old = verify_monitor_named(&m->before, new->name);

        for (k = 0; k < VERIFY_COUNTED; k++) {
            seen = new->seen[k];
            grown = new->count[k] - (old ? old->count[k] : 0);

            if (new->count[k] < (old ? old->count[k] : 0)
                || grown + new->own[k] < seen)
            {
                snprintf(m->error, sizeof(m->error), "its counters did not "
                         "grow with its events: several guards answer there");
                memset(m->counted, 0, sizeof(m->counted));
                return;
            }

            m->counted[k] += all ? seen : (unsigned) grown + new->own[k];
            new->count[k] = grown;
        }
    }
}


static verify_server_t *
verify_monitor_named(verify_snapshot_t *of, const char *name)
{
    unsigned  i;

    for (i = 0; i < of->servers; i++) {
        if (strcmp(of->server[i].name, name) == 0) {
            return &of->server[i];
        }
    }

    return NULL;
}


/* has this server received requests of the run? */

int
verify_monitor_saw_run(const verify_monitor_t *m, unsigned server)
{
    unsigned                k;
    const verify_server_t  *s;

    s = &m->after.server[server];

    for (k = 0; k < VERIFY_COUNTED; k++) {
        if (m->after.last - m->before.last <= VERIFY_RING ? s->seen[k] > 0
                                                          : s->count[k] > 0)
        {
            return 1;
        }
    }

    return 0;
}
