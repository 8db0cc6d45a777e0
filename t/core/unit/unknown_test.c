
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The theorem of docs/readings.md: whatever a parser makes of the unknown, if
 * it leaves ASCII alone and one sign stands in plain sight, the target is
 * refused.  Random targets, and random functions from unknown to text; what
 * comes of it is read by a parser that knows ASCII only.  And a long run of
 * unknown bytes shows what its two ends show.  Prints TAP.
 */


#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "cguard/decision/cguard_unknown.h"
#include "tap.h"
#include "vectors.h"


#define UNKNOWN_TARGETS  60000
#define UNKNOWN_TEXTS    40
#define UNKNOWN_PARTS    10
#define UNKNOWN_SIZE     512
#define UNKNOWN_SHOWN    10
#define UNKNOWN_RUNS     200000
#define UNKNOWN_RUN      40


/* a target in parts; the raw bytes of each, and whether it is unknown */

typedef struct {
    const char           *raw;
    int                   unknown;
} unknown_part_t;


typedef struct {
    unknown_part_t        part[UNKNOWN_PARTS];
    size_t                n;
} unknown_target_t;


/* what the plain parser finds */

typedef struct {
    int                   parent;
    int                   vpns;
    size_t                last;      /* the part that contains the last vpns */
} unknown_found_t;


typedef size_t (*unknown_text_pt)(char *to, int below);


static const unknown_part_t  unknown_parts[] = {
    { "/", 0 }, { "/../", 0 }, { "/vpns/", 0 }, { "/vpns;x/", 0 },
    { "/%2e./", 0 }, { "/%252e%2e/", 0 }, { "/..%5c", 0 }, { ".", 0 },
    { "..", 0 }, { "v", 0 }, { "pns", 0 }, { "vpns", 0 }, { "x", 0 },
    { "\\", 0 }, { "%2f", 0 }, { "/B", 0 }, { "ro.html", 0 }, { ";a", 0 },
    { "%20", 0 }, { "/VPN%53/", 0 }, { "n", 0 }, { "s", 0 },

    { "\xae", 1 }, { "\xff", 1 }, { "%ff", 1 }, { "%25ff", 1 },
    { "%c3%a9", 1 }, { "%e6%97%a5", 1 }, { "%e9%98%ae", 1 }, { "\xc3\xb1", 1 },
    { "%u4e2e", 1 }, { "%f0%9f%98%80", 1 }, { "%25e6%2597%25a5", 1 },
    { "%c0", 1 }, { "\xe0\x80", 1 }, { "%", 1 }, { "%25", 1 }, { "%%", 1 },
};

#define UNKNOWN_KINDS  (sizeof(unknown_parts) / sizeof(unknown_parts[0]))


/* what an unknown may become above the last plain vpns, and below it */

static const char  *unknown_texts[] = {
    "", "/", ".", "..", "../", "/..", "/../", "v", "p", "n", "s", "vpns",
    "/vpns/", "x", "vp", "ns", ";", "?", "\\..\\", "pns/", " ", "...", "?/"
};

static const char  *unknown_drops[] = { "", "/", ";", "?" };

static const char  *unknown_names[] = { "", ".", "..", "x", "v", "vpns", "n" };

#define unknown_of(list)                                                      \
    list[unknown_random(sizeof(list) / sizeof(list[0]))]


static unsigned long long  unknown_seed = 0x9E3779B97F4A7C15ull;


static unsigned
unknown_random(unsigned below)
{
    unknown_seed ^= unknown_seed << 13;
    unknown_seed ^= unknown_seed >> 7;
    unknown_seed ^= unknown_seed << 17;

    return (unsigned) (unknown_seed >> 33) % below;
}


/* an escape at "p" is complete; layers were removed before */

static int
unknown_hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0'
           : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
           : -1;
}


static void
unknown_decode(char *s)
{
    char    *to, *from;
    int      any;

    do {
        any = 0;

        for (to = from = s; *from; to++) {
            if (*from == '%' && unknown_hex(from[1]) >= 0
                && unknown_hex(from[2]) >= 0)
            {
                *to = (char) (unknown_hex(from[1]) << 4
                              | unknown_hex(from[2]));
                from += 3;
                any = 1;

            } else {
                *to = *from++;
            }
        }

        *to = '\0';
    } while (any);
}


/* a segment, up to an end; the plain parser drops blanks and trailing dots */

static int
unknown_is(const char *p, const char *end, const char *want)
{
    size_t  n;

    for (n = 0; p < end && *p != ';' && *p != '?'; p++) {

        if (*p == ' ') {
            continue;
        }

        if (want[n] && (*p == want[n] || (*p | 0x20) == want[n])) {
            n++;

        } else if (want[n] || *p != '.') {
            return 0;
        }
    }

    return want[n] == '\0';
}


static void
unknown_look(char *s, unknown_found_t *found)
{
    char  *end;

    unknown_decode(s);

    for ( ;; s = end + 1) {
        end = s + strcspn(s, "/\\");

        found->parent |= unknown_is(s, end, "..");
        found->vpns |= unknown_is(s, end, "vpns");

        if (*end == '\0') {
            return;
        }
    }
}


static size_t
unknown_raw(const unknown_target_t *t, size_t from, size_t to, char *s)
{
    for (s[0] = '\0'; from < to; from++) {
        strcat(s, t->part[from].raw);
    }

    return strlen(s);
}


/*
 * The signs in plain sight: those of the pieces between the unknown, whose
 * segments are whole.  "last" is the part behind the last vpns.
 */

static void
unknown_plain(const unknown_target_t *t, unknown_found_t *found)
{
    char    s[UNKNOWN_SIZE], *p, *last;
    size_t  i, k, n;

    memset(found, 0, sizeof(unknown_found_t));

    for (i = 0; i < t->n; i = k) {

        for (k = i; k < t->n && t->part[k].unknown; k++) { /* void */ }

        for (i = k; k < t->n && !t->part[k].unknown; k++) { /* void */ }

        (void) unknown_raw(t, i, k, s);
        unknown_decode(s);

        p = i ? s + strcspn(s, "/\\") : s;
        last = s + strlen(s);

        if (k < t->n) {
            while (last > s && last[-1] != '/' && last[-1] != '\\') {
                last--;
            }
        }

        if (i && *p == '\0') {
            continue;
        }

        for (p += i != 0; p < last; p += n + 1) {
            n = strcspn(p, "/\\");

            found->parent |= unknown_is(p, p + n, "..");

            if (unknown_is(p, p + n, "vpns")) {
                found->vpns = 1;
                found->last = k;
            }
        }
    }
}


static void
unknown_target(unknown_target_t *t)
{
    t->n = 2 + unknown_random(UNKNOWN_PARTS - 1);

    for (size_t i = 0; i < t->n; i++) {
        t->part[i] = unknown_of(unknown_parts);
    }
}


/* every unknown becomes a text; below the last plain vpns one of two kinds */

static void
unknown_become(const unknown_target_t *t, const unknown_found_t *plain,
    char *s)
{
    size_t    i;
    unsigned  drops;

    s[0] = '\0';
    drops = unknown_random(2);

    for (i = 0; i < t->n; i++) {

        strcat(s, !t->part[i].unknown ? t->part[i].raw
                  : plain->parent || i < plain->last
                    ? unknown_of(unknown_texts)
                  : drops ? unknown_of(unknown_drops)
                  : unknown_of(unknown_names));
    }
}


/* the signs of the unknown, as bits */

static unsigned
unknown_signs(const char *s)
{
    cguard_unknown_t  u;

    cguard_unknown((const unsigned char *) s, (uint32_t) strlen(s), 1, &u);

    return (u.parent.found != 0) | (u.vpns.found != 0) << 1
           | (u.dropped[0].found != 0) << 2 | (u.dropped[1].found != 0) << 3
           | (u.guess[0].found != 0) << 4 | (u.guess[1].found != 0) << 5
           | (u.control.found != 0) << 6 | (u.ascii != 0) << 7;
}


/*
 * The first unknown byte takes in what was begun before it, and the last five
 * are as many as a lead byte swallows.  The others change nothing.
 */

static void
unknown_runs(tap_t *t)
{
    char              before[UNKNOWN_SIZE], behind[UNKNOWN_SIZE];
    char              run[UNKNOWN_RUN + 1], text[TAP_NAME_LEN];
    char              s[3 * UNKNOWN_SIZE], whole[3 * UNKNOWN_SIZE];
    unsigned          i, k, n, failed, found;
    unknown_target_t  target;

    failed = 0;
    found = 0;

    for (i = 0; i < UNKNOWN_RUNS; i++) {
        unknown_target(&target);
        k = unknown_random((unsigned) target.n + 1);
        (void) unknown_raw(&target, 0, k, before);
        (void) unknown_raw(&target, k, target.n, behind);

        n = 8 + unknown_random(UNKNOWN_RUN - 8 + 1);

        for (k = 0; k < n; k++) {
            run[k] = (char) (0x80 | unknown_random(0x80));
        }

        run[n] = '\0';

        (void) snprintf(whole, sizeof(whole), "%s%s%s", before, run, behind);
        (void) snprintf(s, sizeof(s), "%s%.2s%s%s", before, run,
                        run + n - 5, behind);

        found += (unknown_signs(s) & 0x3f) != 0;

        if (unknown_signs(whole) != unknown_signs(s)
            && failed++ < UNKNOWN_SHOWN)
        {
            vectors_escape(text, sizeof(text), (unsigned char *) whole,
                           strlen(whole));
            tap_diag("another reading: %s", text);
        }
    }

    tap_ok(t, failed == 0 && found > UNKNOWN_RUNS / 4,
           "%u long runs of unknown bytes, %u read as no short one is",
           UNKNOWN_RUNS, failed);
}


int
main(void)
{
    tap_t              t = { 0, 0 };
    char               s[UNKNOWN_SIZE], made[UNKNOWN_SIZE], text[TAP_NAME_LEN];
    unsigned           i, k, failed, attacks;
    size_t             len;
    unknown_target_t   target;
    unknown_found_t    plain, found;

    failed = 0;
    attacks = 0;

    for (i = 0; i < UNKNOWN_TARGETS; i++) {
        unknown_target(&target);
        unknown_plain(&target, &plain);

        if (plain.parent == 0 && plain.vpns == 0) {
            continue;
        }

        len = unknown_raw(&target, 0, target.n, s);

        for (k = 0; k < UNKNOWN_TEXTS; k++) {
            unknown_become(&target, &plain, made);
            strcpy(text, made);

            memset(&found, 0, sizeof(found));
            unknown_look(made, &found);

            if (!found.parent || !found.vpns) {
                continue;
            }

            attacks++;

            if (cguard_target((unsigned char *) s, len, 0, NULL)
                != CGUARD_TRAVERSAL && failed++ < UNKNOWN_SHOWN)
            {
                tap_diag("as %s", text);
                vectors_escape(text, sizeof(text), (unsigned char *) s, len);
                tap_diag("passes: %s", text);
            }
        }
    }

    tap_ok(&t, failed == 0 && attacks > 100000,
           "%u times the unknown became an attack, %u passed", attacks,
           failed);

    unknown_runs(&t);

    return tap_done(&t);
}
