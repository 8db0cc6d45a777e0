
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The conclusion in words; docs/incident.md says how to read it.
 */


#include <stdio.h>

#include "cli/common/cli_colour.h"
#include "cli/formats/scan_time.h"
#include "cli/formats/scan_types.h"
#include "scan_conclusion.h"
#include "scan_findings.h"
#include "scan_hash.h"


/* 9 January 2020: advisories of that month drew the line here */

#define SCAN_SCANNING  1578528000


const char *
scan_verdict(const scan_findings_t *sc)
{
    if (scan_successes(sc->count)) {
        return "success suspected";
    }

    if (scan_attempts(sc->count)) {
        return sc->count[SCAN_NOT_KNOWN] || scan_unread(sc)
               ? "attempts, not all known" : "attempts only";
    }

    if (scan_unread(sc)) {
        return "could not be read";
    }

    return sc->count[SCAN_LOOK] ? "look at it" : "nothing found";
}


static void
scan_print_sentence(FILE *f, cli_colour_e colour, const char *verdict,
    const char *text)
{
    fprintf(f, "  %s%s%s. %s\n", cli_colour(f, colour), verdict,
            cli_colour(f, CLI_PLAIN), text);
}


static void
scan_conclusion_success(const scan_findings_t *sc, FILE *f)
{
    char    first[32];
    size_t  i, n;

    scan_print_sentence(f, CLI_RED, "Success suspected",
                        "Treat the ADC as compromised.");

    n = 0;

    for (i = 0; i < sc->origins.n; i++) {
        n += scan_sequence(scan_hash_table_entry(&sc->origins, i)) != 0;
    }

    if (sc->success_first != SCAN_NO_TIME) {
        fprintf(f, "  The first success was at %s.\n",
                scan_time_text(sc->success_first, first));
    }

    if (n) {
        fprintf(f, "  %zu source%s got an answer from a script and then "
                "fetched a template: that is the\n  attack in both its "
                "stages.\n", n, n == 1 ? "" : "s");
    }

    if (sc->shield_up != SCAN_NO_TIME && sc->success_last != SCAN_NO_TIME
        && sc->success_last >= sc->shield_up)
    {
        fprintf(f, "  Something was answered after --shield-up: something "
                "bypasses the guard.\n");
    }

    fprintf(f, "  Disconnect it, keep its disk for forensics, reinstall it "
            "with fixed firmware,\n  replace its keys, certificates and "
            "passwords, and investigate what it can reach.\n");
}


static void
scan_conclusion_attempts(const scan_findings_t *sc, FILE *f)
{
    if (sc->count[SCAN_NOT_KNOWN]) {
        scan_print_sentence(f, CLI_AMBER, "Attempts, and not all answers are "
                            "known", "One of them may have succeeded.");

        fprintf(f, "  Of %llu the answer is not known: look for these "
                "requests in the ADC's own log.\n",
                (unsigned long long) sc->count[SCAN_NOT_KNOWN]);

    } else if (scan_unread(sc)) {
        scan_print_sentence(f, CLI_AMBER, "Attempts, and not all could be "
                            "read",
                            "What was not read may contain a success.");

    } else {
        scan_print_sentence(f, CLI_AMBER, "Attempts only",
                            "None has an answer that shows a success.");
    }

    if (sc->count[SCAN_ATTEMPT]) {
        fprintf(f, "  %llu of them were forwarded, or the log does not show "
                "whether they were.\n",
                (unsigned long long) sc->count[SCAN_ATTEMPT]);

    } else if (sc->count[SCAN_NOT_KNOWN] == 0) {
        fprintf(f, "  All were refused by the guard.\n");
    }
}


/* what people have to look at: without attempts, and besides attempts */

static void
scan_conclusion_look(const scan_findings_t *sc, FILE *f)
{
    if (sc->count[SCAN_LOOK] == 0) {
        return;
    }

    if (scan_attempts(sc->count) == 0 && !scan_unread(sc)) {
        scan_print_sentence(f, CLI_AMBER, "Look at it",
                            "Each of these may be a user's, or the attack.");
    }

    fprintf(f, "  %llu finding%s to look at: who asked, from where, and had "
            "they logged in?\n", (unsigned long long) sc->count[SCAN_LOOK],
            sc->count[SCAN_LOOK] == 1 ? "" : "s");
}


void
scan_conclusion(const scan_findings_t *sc, FILE *f)
{
    char  first[32];

    if (scan_successes(sc->count)) {
        scan_conclusion_success(sc, f);

    } else if (scan_attempts(sc->count)) {
        scan_conclusion_attempts(sc, f);

    } else if (scan_unread(sc)) {
        scan_print_sentence(f, CLI_AMBER, "Could not be read",
                            "These logs do not show that nothing happened.");

    } else if (sc->count[SCAN_LOOK] == 0) {
        scan_print_sentence(f, CLI_GREEN, "Nothing found",
                            "No request in these logs belongs to this attack.");
    }

    scan_conclusion_look(sc, f);

    if (sc->count[SCAN_OWN]) {
        fprintf(f, "  %llu of your own (--own) are counted separately",
                (unsigned long long) sc->count[SCAN_OWN]);

        if (sc->own_answered) {
            fprintf(f, "; %llu of them got through:\n  the ADC was open",
                    (unsigned long long) sc->own_answered);
        }

        fprintf(f, ".\n");
    }

    if (scan_successes(sc->count) == 0 && sc->first != SCAN_NO_TIME
        && sc->first > SCAN_SCANNING)
    {
        fprintf(f, "  The logs begin on %s. An ADC that was open on or after "
                "9 January 2020\n  may have been attacked before that, and "
                "these logs cannot show it.\n", scan_time_text(sc->first, first));
    }

    if (sc->left_out) {
        fprintf(f, "  The guard has not logged %llu requests "
                "(citrix_guard_log_rate): look for them in the\n"
                "  access log or among its events.\n",
                (unsigned long long) sc->left_out);
    }

    if (sc->requests == 0) {
        fprintf(f, "  No request was read.\n");

    } else if (scan_unread(sc) && sc->left_out == 0) {
        fprintf(f, "  %sNot all was read%s: see the files above.\n",
                cli_colour(f, CLI_AMBER), cli_colour(f, CLI_PLAIN));
    }
}
