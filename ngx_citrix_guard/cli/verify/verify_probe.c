
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The questions: every spelling over each protocol, and legitimate pages.
 */


#include <string.h>

#include "verify.h"


static void verify_spellings(verify_t *v, verify_protocol_e protocol);
static void verify_pages(verify_t *v);
static void verify_note(verify_t *v, verify_protocol_e protocol,
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

    verify_ways(v);
}


/* does it hold one of this run's spellings, and not what a way was tried by? */

int
verify_is_spelling(const verify_t *v, const char *text)
{
    const char  *p;

    p = strstr(text, v->token);

    return p && strncmp(p + strlen(v->token), "-way", 4) != 0;
}


/* by the marks that the file, or Apache, leaves in an answer */

verify_meaning_e
verify_meaning(const verify_answer_t *a)
{
    if (a->failed) {
        switch (a->failed) {

        case CURLE_GOT_NOTHING:
        case CURLE_RECV_ERROR:
        case CURLE_SEND_ERROR:
        case CURLE_HTTP2:
        case CURLE_HTTP2_STREAM:
            return VERIFY_CLOSED;

        default:
            return VERIFY_UNREACHABLE;
        }
    }

    if (a->guard) {
        return VERIFY_GUARD;
    }

    if (strstr(a->body, "[global]") || a->status / 100 == 2) {
        return VERIFY_THROUGH;
    }

    if (a->status == 403
        && (strstr(a->body, "You don't have permission") || a->apache))
    {
        return VERIFY_THROUGH;
    }

    if (a->status == 403 && a->size == 0) {
        return VERIFY_POLICY;
    }

    return a->status == 400 ? VERIFY_BAD_REQUEST : VERIFY_OTHER;
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
        verify_ask(v, &v->place, protocol, verify_page(0), &answer);

        if (answer.failed || answer.version != CURL_HTTP_VERSION_2) {
            return;
        }
    }

    v->offered[protocol] = 1;

    for (i = 0; (text = verify_target(i)); i++) {

        /* the token finds it in the guard's log */

        snprintf(target, sizeof(target), "%s%c%s-%u", text,
                 strchr(text, '?') ? '&' : '?', v->token, i);

        verify_ask(v, &v->place, protocol, target, &answer);

        v->asked[protocol]++;

        meaning = verify_meaning(&answer);

        /* a page that is served as always says nothing of the query */

        if (meaning == VERIFY_THROUGH && strchr(text, '?')
            && strstr(answer.body, "[global]") == NULL)
        {
            meaning = VERIFY_OTHER;
        }

        v->count[protocol][meaning]++;

        if (meaning != VERIFY_GUARD) {
            verify_note(v, protocol, text, meaning, answer.status);
        }
    }
}


static void
verify_note(verify_t *v, verify_protocol_e protocol, const char *target,
    verify_meaning_e meaning, long status)
{
    verify_note_t  *note;

    if (v->notes == VERIFY_NOTES) {
        return;
    }

    note = &v->note[v->notes++];

    snprintf(note->target, sizeof(note->target), "%s", target);
    note->protocol = protocol;
    note->meaning = meaning;
    note->status = status;
}


static void
verify_pages(verify_t *v)
{
    unsigned         i;
    const char      *page;
    verify_answer_t  answer;

    for (i = 0; (page = verify_page(i)); i++) {
        verify_ask(v, &v->place, VERIFY_HTTP1, page, &answer);

        if (answer.failed) {
            (void) cli_escape(v->failure, sizeof(v->failure),
                              (unsigned char *) answer.error,
                              strlen(answer.error));
            continue;
        }

        v->pages++;
        v->pages_guard += answer.guard;
        v->pages_403 += answer.status == 403;

        if (!answer.guard
            && (answer.status / 100 == 2 || answer.status / 100 == 3))
        {
            v->served++;
        }
    }
}
