
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A line that was not understood may still hold the attack: in a JSON string
 * inside another one, or between marks that no format has.
 */


#include <string.h>

#include "cguard/decision/cguard_prefilter.h"
#include "cguard/decision/cguard_target.h"
#include "cli/common/cli_types.h"
#include "cli/formats/scan_escape.h"
#include "cli/formats/scan_types.h"
#include "scan_search.h"
#include "scan_arena.h"


/* escapes within escapes */

#define SCAN_SEARCH_DEPTH  4


static cguard_reason_e scan_search_words(const unsigned char *p, size_t len,
    cli_str_t *found);


static int
scan_search_is_between(unsigned char c)
{
    return c <= ' ' || c == '"' || c == '\'' || c == '=' || c == '<'
           || c == '>' || c == '(' || c == ')' || c == '[' || c == ']'
           || c == '{' || c == '}' || c == ',' || c == '|' || c == '`';
}


static cguard_reason_e
scan_search_text(const unsigned char *p, size_t len, unsigned words,
    cli_str_t *found)
{
    cguard_reason_e  reason;

    reason = scan_search_words(p, len, found);

    if (reason != CGUARD_PASS || words) {
        return reason;
    }

    reason = cguard_target(p, len, 0, NULL);

    if (reason == CGUARD_TRAVERSAL || reason == CGUARD_QUERY) {
        found->data = p;
        found->len = len;

        return reason;
    }

    return CGUARD_PASS;
}


cguard_reason_e
scan_search(const unsigned char *p, const unsigned char *last,
    unsigned words, scan_arena_t *arena, cli_str_t *found)
{
    size_t            len, n;
    unsigned          depth;
    unsigned char    *q;
    cguard_reason_e   reason;

    len = (size_t) (last - p);

    if (!words && memchr(p, '&', len)) {
        q = scan_arena_scratch(arena, len + 1);
        n = scan_unescape_html(q, p, len);

        reason = scan_search_text(q, n, words, found);

        if (n < len && reason != CGUARD_PASS) {
            return reason;
        }
    }

    if (cguard_prefilter(p, len)) {
        return CGUARD_PASS;
    }

    reason = scan_search_text(p, len, words, found);

    if (reason != CGUARD_PASS || memchr(p, '\\', len) == NULL) {
        return reason;
    }

    /* neither makes it longer */

    q = scan_arena_scratch(arena, len + 1);
    len = scan_unescape(q, p, len);

    reason = scan_search_text(q, len, words, found);

    for (depth = 0; depth < SCAN_SEARCH_DEPTH && reason == CGUARD_PASS;
         depth++)
    {
        n = depth ? len : (size_t) (last - p);
        n = scan_unescape_json(q, depth ? q : p, n);

        if (depth && n == len) {
            break;
        }

        len = n;
        reason = scan_search_text(q, len, words, found);
    }

    return reason;
}


static cguard_reason_e
scan_search_words(const unsigned char *p, size_t len, cli_str_t *found)
{
    const unsigned char  *word, *last;

    for (last = p + len; p < last; p++) {

        for (word = p; p < last && !scan_search_is_between(*p); p++) {
            /* void */
        }

        if (p - word > 5 && !cguard_prefilter(word, (size_t) (p - word))
            && cguard_target(word, (size_t) (p - word), 0, NULL)
               == CGUARD_TRAVERSAL)
        {
            found->data = word;
            found->len = (size_t) (p - word);

            return CGUARD_TRAVERSAL;
        }
    }

    return CGUARD_PASS;
}
