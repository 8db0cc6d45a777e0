/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Sends every spelling over each protocol, and requests legitimate pages.
 */


#include <stdio.h>
#include <string.h>

#include "cli/common/cli_escape.h"
#include "verify_probe.h"
#include "verify_answer.h"
#include "verify_bypass.h"
#include "verify_http.h"
#include "verify_targets.h"
#include "verify_types.h"


static void verify_spellings(verify_t *v, verify_protocol_e protocol);
static void verify_pages(verify_t *v);
static void verify_note_status(verify_t *v, const verify_answer_t *answer);
static void verify_add_unrefused(verify_t *v, verify_protocol_e protocol,
    const char *target, verify_meaning_e meaning, long status);


void
verify_probe(verify_t *v)
{
    unsigned  i;

    verify_pages(v);

    if (v->pages == 0) {
        return;
    }

    for (i = 0; i < VERIFY_PROTOCOLS; i++) {
        verify_spellings(v, i);
    }

    verify_bypass(v);
}


static void
verify_spellings(verify_t *v, verify_protocol_e protocol)
{
    char              target[VERIFY_TARGET];
    unsigned          i;
    const char       *text;
    verify_answer_t   answer;
    verify_meaning_e  meaning;

    if (protocol == VERIFY_HTTP2) {
        verify_ask(v, &v->endpoint, protocol, verify_page(0), &answer);

        if (answer.failed || answer.version != CURL_HTTP_VERSION_2) {
            return;
        }
    }

    v->offered[protocol] = 1;

    for (i = 0; (text = verify_target(i)); i++) {

        /* the token identifies it in the guard's log */

        snprintf(target, sizeof(target), "%s%c%s-%u", text,
                 strchr(text, '?') ? '&' : '?', v->token, i);

        verify_ask(v, &v->endpoint, protocol, target, &answer);

        if (answer.failed && verify_left(v) == 0) {
            v->missed++;
            continue;
        }

        v->asked[protocol]++;
        verify_note_status(v, &answer);

        meaning = verify_meaning(&answer);

        /* a page that is served as usual says nothing about the query */

        if (meaning == VERIFY_THROUGH && strchr(text, '?')
            && strstr(answer.body, "[global]") == NULL)
        {
            meaning = VERIFY_OTHER;
        }

        v->count[protocol][meaning]++;

        if (meaning != VERIFY_GUARD) {
            verify_add_unrefused(v, protocol, text, meaning, answer.status);
        }
    }
}


static void
verify_add_unrefused(verify_t *v, verify_protocol_e protocol,
    const char *target, verify_meaning_e meaning, long status)
{
    verify_unrefused_t  *unrefused;

    if (v->unrefused_n == VERIFY_UNREFUSED) {
        return;
    }

    unrefused = &v->unrefused[v->unrefused_n++];

    snprintf(unrefused->target, sizeof(unrefused->target), "%s", target);
    unrefused->protocol = protocol;
    unrefused->meaning = meaning;
    unrefused->status = status;
}


static void
verify_pages(verify_t *v)
{
    unsigned         i;
    const char      *page;
    verify_answer_t  answer;

    for (i = 0; (page = verify_page(i)); i++) {
        verify_ask(v, &v->endpoint, VERIFY_HTTP1, page, &answer);

        if (answer.failed) {
            (void) cli_escape(v->failure, sizeof(v->failure),
                              (unsigned char *) answer.error,
                              strlen(answer.error));
            continue;
        }

        v->pages++;
        v->pages_guard += answer.guard;
        v->pages_403 += answer.status == 403;
        verify_note_status(v, &answer);

        if (!answer.guard
            && (answer.status / 100 == 2 || answer.status / 100 == 3))
        {
            v->served++;
        }
    }
}


/* answers that say nothing about the guard if all are like them */

static void
verify_note_status(verify_t *v, const verify_answer_t *answer)
{
    if (answer->failed || answer->guard) {
        return;
    }

    v->unavailable += answer->status == 503;

    if (answer->status / 100 == 3) {
        v->redirected++;

        if (v->location[0] == '\0') {
            (void) cli_escape(v->location, sizeof(v->location),
                              (const unsigned char *) answer->location,
                              strlen(answer->location));
        }
    }
}
