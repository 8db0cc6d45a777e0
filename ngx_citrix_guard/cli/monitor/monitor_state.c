
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What the guard reports about itself, from its monitor's JSON
 * (docs/monitoring.md).  Anything that is not understood is an error, never a
 * zero.
 */


#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common/cli_json.h"
#include "monitor_fetch.h"
#include "monitor_state.h"


#define MONITOR_SECONDS  10L


typedef struct {
    monitor_state_t      *to;
    monitor_server_t      server;
    monitor_canary_t      canary;
    unsigned              acknowledged:1;
    unsigned              wrong:1;
} monitor_reader_t;


static int monitor_read(const monitor_document_t *doc, monitor_state_t *state);
static void monitor_found(void *data, const char *path, const char *value);
static void monitor_top(monitor_reader_t *rd, const char *path,
    const char *value);
static void monitor_server(monitor_reader_t *rd, const char *path,
    const char *value);
static void monitor_canary(monitor_reader_t *rd, const char *path,
    const char *value);
static void monitor_time(monitor_reader_t *rd, const char *path,
    const char *value);
static void monitor_outcome(monitor_reader_t *rd, const char *path,
    const char *value);
static void monitor_add(monitor_reader_t *rd, unsigned long long *to,
    const char *value);


int
monitor_state(const char *url, monitor_state_t *state)
{
    int                 rc;
    char                full[2048];
    monitor_document_t  doc;

    memset(state, 0, sizeof(monitor_state_t));

    snprintf(full, sizeof(full), "%s?format=json", url);

    rc = monitor_fetch(full, MONITOR_SECONDS, &doc);

    if (rc == -1) {
        snprintf(state->error, sizeof(state->error), "%s", doc.error);

    } else if (monitor_read(&doc, state) == -1) {
        memset(state, 0, sizeof(monitor_state_t));
        snprintf(state->error, sizeof(state->error),
                 "its answer is not that of a citrix_guard_monitor");
        rc = -1;
    }

    free(doc.data);

    return rc;
}


static int
monitor_read(const monitor_document_t *doc, monitor_state_t *state)
{
    monitor_reader_t  rd;

    memset(&rd, 0, sizeof(monitor_reader_t));

    rd.to = state;

    if (cli_json(doc->data, doc->len, monitor_found, &rd) == -1 || rd.wrong) {
        return -1;
    }

    state->damaged &= !rd.acknowledged;

    return state->version == 1 && state->now[0] && state->started[0]
           && state->configured[0] ? 0 : -1;
}


static void
monitor_found(void *data, const char *path, const char *value)
{
    monitor_reader_t  *rd = data;

    if (value) {
        monitor_time(rd, path, value);
    }

    if (strncmp(path, "servers.#", 9) == 0) {
        monitor_server(rd, path + 9, value);

    } else if (strncmp(path, "canaries.#", 10) == 0) {
        monitor_canary(rd, path + 10, value);

    } else if (value) {
        monitor_top(rd, path, value);
    }
}


static void
monitor_top(monitor_reader_t *rd, const char *path, const char *value)
{
    size_t  i;

    const struct {
        const char  *path;
        char        *to;
        size_t       size;
    } texts[] = {
        { "node", rd->to->node, sizeof(rd->to->node) },
        { "now", rd->to->now, sizeof(rd->to->now) },
        { "started", rd->to->started, sizeof(rd->to->started) },
        { "configured", rd->to->configured, sizeof(rd->to->configured) },
        { "module", rd->to->module, sizeof(rd->to->module) },
        { "nginx", rd->to->nginx, sizeof(rd->to->nginx) },
        { "acknowledged.by", rd->to->by, sizeof(rd->to->by) },
        { "upgrade.uncounted", rd->to->uncounted, sizeof(rd->to->uncounted) }
    };

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (strcmp(path, texts[i].path) == 0) {
            snprintf(texts[i].to, texts[i].size, "%s", value);
            return;
        }
    }

    if (strcmp(path, "version") == 0) {
        rd->to->version = (unsigned) strtoul(value, NULL, 10);

    } else if (strcmp(path, "errors.count") == 0) {
        monitor_add(rd, &rd->to->errors, value);

    } else if (strcmp(path, "state.found") == 0) {
        rd->to->damaged = strcmp(value, "damaged") == 0;

    } else if (strcmp(path, "acknowledged.count") == 0) {
        rd->acknowledged = 1;
        monitor_add(rd, &rd->to->looked, value);

    } else if (strcmp(path, "lost.events") == 0) {
        monitor_add(rd, &rd->to->lost, value);

    } else if (strcmp(path, "upgrade.beside") == 0) {
        monitor_add(rd, &rd->to->beside, value);

    } else if (strcmp(path, "upgrade.unreadable") == 0) {
        monitor_add(rd, &rd->to->unreadable, value);
    }
}


static void
monitor_server(monitor_reader_t *rd, const char *path, const char *value)
{
    monitor_state_t  *to;

    to = rd->to;

    if (value == NULL) {

        if (*path) {
            return;
        }

        if (to->servers == MONITOR_SERVERS) {
            rd->wrong = 1;
            return;
        }

        to->server[to->servers++] = rd->server;
        memset(&rd->server, 0, sizeof(monitor_server_t));

    } else if (strcmp(path, ".name") == 0) {
        snprintf(rd->server.name, sizeof(rd->server.name), "%s", value);

    } else if (strcmp(path, ".since") == 0) {
        snprintf(rd->server.since, sizeof(rd->server.since), "%s", value);

    } else if (strcmp(path, ".modes.#") == 0) {
        rd->server.modes |= strcmp(value, "on") == 0 ? MONITOR_ON
                            : strcmp(value, "detect") == 0 ? MONITOR_DETECT
                            : MONITOR_OFF;

    } else if (strcmp(path, ".passed") == 0) {
        monitor_add(rd, &to->passed, value);

    } else if (strcmp(path, ".verdicts.blocked.count") == 0) {
        monitor_add(rd, &to->blocked, value);

    } else if (strcmp(path, ".verdicts.detected.count") == 0) {
        monitor_add(rd, &to->detected, value);

    } else if (strcmp(path, ".verdicts.exempted.count") == 0) {
        monitor_add(rd, &to->exempted, value);

    } else if (strncmp(path, ".outcomes.", 10) == 0) {
        monitor_outcome(rd, path + 10, value);
    }
}


/* that of several whose last attack was not refused, by the latest of them */

static void
monitor_canary(monitor_reader_t *rd, const char *path, const char *value)
{
    monitor_state_t   *to;
    monitor_canary_t  *canary;

    to = rd->to;
    canary = &rd->canary;

    if (value && strcmp(path, ".name") == 0) {
        snprintf(canary->name, sizeof(canary->name), "%s", value);

    } else if (value && strcmp(path, ".let_by.last") == 0) {
        snprintf(canary->let_by, sizeof(canary->let_by), "%s", value);

    } else if (value && strcmp(path, ".verdicts.blocked.last") == 0) {
        snprintf(canary->blocked, sizeof(canary->blocked), "%s", value);

    } else if (value == NULL && *path == '\0') {

        if (canary->let_by[0]
            && strcmp(canary->let_by, canary->blocked) >= 0
            && strcmp(canary->let_by, to->let_by_last) > 0)
        {
            snprintf(to->let_by, sizeof(to->let_by), "%s", canary->name);
            snprintf(to->let_by_last, sizeof(to->let_by_last), "%s",
                     canary->let_by);
        }

        memset(canary, 0, sizeof(monitor_canary_t));
    }
}


/* the latest of the times by which the clock is known to have been set back */

static void
monitor_time(monitor_reader_t *rd, const char *path, const char *value)
{
    const char  *last;

    last = strrchr(path, '.');

    if (strcmp(path, "started") != 0 && strcmp(path, "configured") != 0
        && strcmp(path, "servers.#.since") != 0
        && !(strncmp(path, "servers.#.verdicts.", 19) == 0
             && strcmp(last, ".last") == 0))
    {
        return;
    }

    if (strcmp(value, rd->to->latest) > 0) {
        snprintf(rd->to->latest, sizeof(rd->to->latest), "%s", value);
    }
}


/* an unknown value here may be the worst one */

static void
monitor_outcome(monitor_reader_t *rd, const char *path, const char *value)
{
    size_t            len;
    monitor_state_t  *to;

    to = rd->to;
    len = strcspn(path, ".");

    if (strncmp(path, "blocked.", 8) == 0) {
        return;
    }

    if (strncmp(path, "attempt.", 8) == 0) {

        if (strcmp(path + len, ".count") == 0) {
            monitor_add(rd, &to->attempts, value);
        }

        return;
    }

    if (strcmp(path + len, ".count") == 0) {
        monitor_add(rd, &to->through, value);

        if (strncmp(path, "unknown.", 8) == 0) {
            monitor_add(rd, &to->unknown, value);
        }

    } else if (strcmp(path + len, ".last") == 0
               && strcmp(value, to->last) > 0)
    {
        snprintf(to->last, sizeof(to->last), "%s", value);
    }
}


static void
monitor_add(monitor_reader_t *rd, unsigned long long *to, const char *value)
{
    if (*value == '\0' || strspn(value, "0123456789") < strlen(value)) {
        rd->wrong = 1;
        return;
    }

    *to += strtoull(value, NULL, 10);
}
