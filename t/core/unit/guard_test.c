
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The core reads no byte outside of its input, and writes none outside of the
 * reading's buffer: every string begins or ends at a page that nobody may
 * access; prints TAP.
 */


#define _DEFAULT_SOURCE  1

#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cguard/decision/cguard_reading.h"
#include "cguard/decision/cguard_target.h"
#include "cguard/decision/cguard_prefilter.h"
#include "cguard/rules/cguard_form.h"
#include "cguard/rules/cguard_aho_corasick.h"
#include "cguard/session/cguard_session.h"
#include "plain_prefilter.h"
#include "tap.h"
#include "vectors.h"


#define GUARD_SHORT   512
#define GUARD_LONG    (128 * 1024 + 1)
#define GUARD_SHOWN   10


/* writable pages between two that cannot be accessed */

typedef struct {
    unsigned char        *start;
    unsigned char        *end;
} guard_arena_t;


/* the number of strings judged, and of failures */

typedef struct {
    unsigned long         strings;
    unsigned long         failed;
} guard_count_t;


/* 0: behind the page, 1: before the page */

#define GUARD_SIDES  2


static int guard_arena(guard_arena_t *a);
static unsigned char *guard_place(guard_arena_t *a, const unsigned char *p,
    size_t len, int side);
static void guard_fault(int signo);
static int guard_is_there(guard_arena_t *a, long offset);
static void guard_vectors(tap_t *t, const char *file);
static void guard_every_length(tap_t *t);
static void guard_long(tap_t *t);
static void guard_judge(guard_count_t *c, const unsigned char *p, size_t len);
static int guard_judge_one(const unsigned char *p, size_t len);
static int guard_judge_target(const unsigned char *p, size_t len, int side,
    cguard_result_t *first);
static int guard_judge_parts(const unsigned char *p, size_t len, int side);
static int guard_judge_header(const unsigned char *p, size_t len, int side);
static int guard_judge_forms(const unsigned char *p, size_t len, int side);
static int guard_judge_stream(const unsigned char *p, size_t len, int side);
static void *guard_alloc(void *data, size_t size);
static int guard_judge_reading(const unsigned char *p, size_t len);


/* repeated up to a length, alone and after clean text */

static const char  *guard_tokens[] = {
    "a", "/", ".", "..", "/../vpns", "/vpns/..", "%", "%2", "%2e", "%252e",
    "%25", "%%32%65", "%2%65", "%u002e", "%u00", "%uff0e", "%u33b1", "%ufdfa",
    "\\", ";", "?", "#", " ", "\t", "\x7f", "\xc0\xae", "\xc0", "\xc0.",
    "\xae", "\xe0\x80\xae", "\xf0\x80\x80\xae", "\xfc\x80\x80\x80\x80\xae",
    "\xfd", "\xef\xbc\x8e", "\xe2\x80\xa5", "%c0%ae", "%c0", "%e2%80%a5",
    "v%c0pns/..", "\xff", "!", "~", "$.",

    /* the first bytes of sessions on a Gateway's port */

    "\x05\x01", "\x05\xff\x01", "\032CGP/01", "\x7f\x7fICA", "\x03",
    "HTTP/1.1 ", "\r\nGET "
};

#define GUARD_TOKENS  (sizeof(guard_tokens) / sizeof(guard_tokens[0]))


static const size_t  guard_lengths[] = {
    513, 1023, 1024, 4095, 4096, 4097, 8192, 12291, 65535, 65536,
    GUARD_LONG - 1, GUARD_LONG
};

#define GUARD_LENGTHS  (sizeof(guard_lengths) / sizeof(guard_lengths[0]))


/* they begin alike, end alike, and repeat themselves */

static const cguard_ac_literal_t  guard_literals[] = {
    { "..", 2, 0 }, { "../vpns", 7, 1 }, { "vpns/", 5, 2 }, { "aaaa", 4, 3 },
    { "%2", 2, 4 }, { "25%", 3, 5 }
};

static cguard_ac_t  guard_gate;


static guard_arena_t  guard_path, guard_query, guard_out;

static unsigned char  guard_text[GUARD_LONG];

static sigjmp_buf     guard_back;


int
main(void)
{
    long              size;
    tap_t             t = { 0, 0 };
    size_t            used = 0;
    struct sigaction  sa;

    if (guard_arena(&guard_path) == -1 || guard_arena(&guard_query) == -1
        || guard_arena(&guard_out) == -1)
    {
        tap_ok(&t, 0, "pages");
        return tap_done(&t);
    }

    if (cguard_ac_build(&guard_gate, guard_literals,
                        sizeof(guard_literals) / sizeof(guard_literals[0]),
                        guard_alloc, &used)
        == -1)
    {
        tap_ok(&t, 0, "an automaton");
        return tap_done(&t);
    }

    size = guard_path.end - guard_path.start;

    tap_ok(&t, guard_is_there(&guard_path, 0)
               && guard_is_there(&guard_path, size - 1),
           "the pages between are there");
    tap_ok(&t, !guard_is_there(&guard_path, -1)
               && !guard_is_there(&guard_path, size),
           "the pages around are not");

    memset(&sa, 0, sizeof(sa));
    sa.sa_handler = guard_fault;

    (void) sigaction(SIGSEGV, &sa, NULL);
    (void) sigaction(SIGBUS, &sa, NULL);

    guard_vectors(&t, VECTORS_TARGETS);
    guard_vectors(&t, VECTORS_BENIGN);
    guard_vectors(&t, VECTORS_HEADERS);

    guard_every_length(&t);
    guard_long(&t);

    return tap_done(&t);
}


static int
guard_arena(guard_arena_t *a)
{
    size_t          page, size;
    unsigned char  *p;

    page = (size_t) sysconf(_SC_PAGESIZE);
    size = (GUARD_LONG + page - 1) / page * page;

    p = mmap(NULL, size + 2 * page, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS,
             -1, 0);

    if (p == MAP_FAILED
        || mprotect(p + page, size, PROT_READ|PROT_WRITE) == -1)
    {
        return -1;
    }

    a->start = p + page;
    a->end = a->start + size;

    return 0;
}


static unsigned char *
guard_place(guard_arena_t *a, const unsigned char *p, size_t len, int side)
{
    unsigned char  *to;

    to = side ? a->end - len : a->start;

    if (p && len) {
        memcpy(to, p, len);
    }

    return to;
}


static void
guard_fault(int signo)
{
    siglongjmp(guard_back, signo);
}


/* can this byte be read? Tried in a child process, which may crash */

static int
guard_is_there(guard_arena_t *a, long offset)
{
    int                      status;
    pid_t                    pid;
    volatile unsigned char  *p;

    p = a->start + offset;
    pid = fork();

    if (pid == 0) {
        (void) signal(SIGSEGV, SIG_DFL);
        (void) *p;
        _exit(0);
    }

    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}


static void
guard_vectors(tap_t *t, const char *file)
{
    size_t          i;
    vectors_t       v;
    vectors_row_t  *row;
    guard_count_t   c = { 0, 0 };

    if (vectors_read(&v, file) == -1) {
        tap_ok(t, 0, "%s can be read", file);
        return;
    }

    for (i = 0; i < v.n; i++) {
        row = &v.row[i];
        guard_judge(&c, row->input.data, row->input.len);
    }

    tap_ok(t, c.failed == 0 && c.strings == v.n, "%s: %lu strings", file,
           c.strings);

    vectors_free(&v);
}


/* a token repeated up to each length, from the first byte or the last */

static void
guard_fill(unsigned char *p, size_t from, size_t len, const char *token)
{
    size_t  i, n;

    n = strlen(token);

    memset(p, 'a', from);

    for (i = from; i < len; i++) {
        p[i] = (unsigned char) token[(i - from) % n];
    }
}


static void
guard_every_length(tap_t *t)
{
    size_t         i, n, len;
    guard_count_t  c = { 0, 0 };

    for (i = 0; i < GUARD_TOKENS; i++) {
        n = strlen(guard_tokens[i]);

        for (len = 0; len <= GUARD_SHORT; len++) {
            guard_fill(guard_text, 0, len, guard_tokens[i]);
            guard_judge(&c, guard_text, len);

            guard_fill(guard_text, len > n ? len - n : 0, len,
                       guard_tokens[i]);
            guard_judge(&c, guard_text, len);
        }
    }

    tap_ok(t, c.failed == 0, "each length up to %d: %lu strings", GUARD_SHORT,
           c.strings);
}


static void
guard_long(tap_t *t)
{
    size_t         i, k;
    guard_count_t  c = { 0, 0 };

    for (i = 0; i < GUARD_TOKENS; i++) {
        for (k = 0; k < GUARD_LENGTHS; k++) {

            /* every fourth token, at a length that takes long */

            if (guard_lengths[k] > 65536 && i % 4 != k % 4) {
                continue;
            }

            guard_fill(guard_text, 0, guard_lengths[k], guard_tokens[i]);
            guard_judge(&c, guard_text, guard_lengths[k]);
        }
    }

    tap_ok(t, c.failed == 0, "lengths up to %d: %lu strings", GUARD_LONG,
           c.strings);
}


static void
guard_judge(guard_count_t *c, const unsigned char *p, size_t len)
{
    int            ok;
    char           text[256];
    volatile int   touched;

    c->strings++;
    touched = sigsetjmp(guard_back, 1);
    ok = !touched && guard_judge_one(p, len);

    if (!ok && c->failed++ < GUARD_SHOWN) {
        vectors_escape(text, sizeof(text), p, len);
        tap_diag("%s, %zu bytes: %s",
                 touched ? "a byte not its own is touched" : "wrong", len,
                 text);
    }
}


static int
guard_judge_one(const unsigned char *p, size_t len)
{
    int               side;
    cguard_result_t   first;

    memset(&first, 0, sizeof(cguard_result_t));

    for (side = 0; side < GUARD_SIDES; side++) {
        if (!guard_judge_target(p, len, side, &first)
            || !guard_judge_parts(p, len, side)
            || !guard_judge_header(p, len, side)
            || !guard_judge_forms(p, len, side)
            || !guard_judge_stream(p, len, side))
        {
            return 0;
        }
    }

    return guard_judge_reading(p, len);
}


/* the verdict is the same wherever the string lies */

static int
guard_judge_target(const unsigned char *p, size_t len, int side,
    cguard_result_t *first)
{
    unsigned          policy;
    cguard_result_t   res;

    p = guard_place(&guard_path, p, len, side);

    for (policy = 1; policy < 4; policy++) {
        (void) cguard_target(p, len, policy, &res);
    }

    if (cguard_target(p, len, 0, &res) != cguard_target(p, len, 0, NULL)) {
        return 0;
    }

    if (side == 0) {
        *first = res;
    }

    return res.reason == first->reason && res.depth == first->depth
           && res.start == first->start && res.end == first->end
           && cguard_prefilter(p, len) == plain_prefilter(p, len);
}


/* a path and its query, each flush, in all of its blocks */

static int
guard_judge_parts(const unsigned char *p, size_t len, int side)
{
    size_t                plen, qlen;
    cguard_result_t       res;
    const unsigned char  *path, *query;

    plen = len / 2;
    qlen = len - plen;

    path = guard_place(&guard_path, p, plen, side);
    query = guard_place(&guard_query, p + plen, qlen, !side);

    (void) cguard_parts(path, plen, query, qlen, 0, &res);

    if (res.end > len + 1) {
        return 0;
    }

    (void) cguard_parts(path, plen, NULL, 0, CGUARD_NO_SSLVPN, &res);

    return res.end <= plen;
}


static int
guard_judge_header(const unsigned char *p, size_t len, int side)
{
    cguard_result_t       res;
    const unsigned char  *name, *value;

    static const unsigned char  nsc[] = "NSC_NONCE";

    value = guard_place(&guard_path, p, len, side);
    name = guard_place(&guard_query, nsc, 9, side);

    (void) cguard_header(name, 9, value, len, &res);

    if (res.end > len) {
        return 0;
    }

    /* only two fields have names of this length */

    for ( ;; ) {
        value = guard_place(&guard_path, p, len, side);
        name = guard_place(&guard_query, p, len, !side);

        if (cguard_header(name, len, value, len, NULL) == CGUARD_HEADER
            && len != 8 && len != 9)
        {
            return 0;
        }

        if (len == 0) {
            return 1;
        }

        len = len > 12 ? 12 : len - 1;
    }
}


/* all forms, in exactly the memory that they may need */

static int
guard_judge_forms(const unsigned char *p, size_t len, int side)
{
    size_t             room;
    unsigned char     *buf;
    cguard_form_t      form[CGUARD_FORM_MAX];
    cguard_ac_hits_t   hits, again;

    p = guard_place(&guard_path, p, len, side);

    memset(&hits, 0, sizeof(cguard_ac_hits_t));
    cguard_ac_search(&guard_gate, p, len, &hits);

    again = hits;
    cguard_ac_search(&guard_gate, p, len, &again);

    if (memcmp(&hits, &again, sizeof(cguard_ac_hits_t)) != 0) {
        return 0;
    }

    room = cguard_form_size(len);

    if (room > GUARD_LONG) {
        return 1;
    }

    buf = guard_place(&guard_out, NULL, room, !side);

    return cguard_form_target(p, len, buf, room, form) > 0
           && cguard_form_value(p, len, 0, buf, room, form) > 0
           && cguard_form_value(p, len, 1, buf, room, form) > 0;
}


/* both sides of a session send it, after each signature */

static int
guard_judge_stream(const unsigned char *p, size_t len, int side)
{
    cguard_session_t        cs;
    cguard_protocol_e       protocol;
    cguard_session_shown_t  shown;

    p = guard_place(&guard_path, p, len, side);

    protocol = cguard_session_protocol(p, len, 1);

    if (protocol > CGUARD_SESSION_HTTP
        && cguard_session_signature(protocol, p) > len)
    {
        return 0;
    }

    for (protocol = CGUARD_SESSION_SOCKS5; protocol <= CGUARD_SESSION_RDP;
         protocol++)
    {
        cguard_session_init(&cs, protocol, CGUARD_SOCKS5_TICKET);
        (void) cguard_session_client(&cs, p, len);
        (void) cguard_session_server(&cs, p, len, &shown);

        /* the server first, as in SOCKS5 */

        cguard_session_init(&cs, protocol, CGUARD_SOCKS5_CONNECT);
        (void) cguard_session_server(&cs, p, len, &shown);
        (void) cguard_session_client(&cs, p, len);
    }

    return 1;
}


/* memory that is never freed */

static void *
guard_alloc(void *data, size_t size)
{
    size_t  *used = data;
    void    *p;

    static _Alignas(max_align_t) unsigned char  memory[64 * 1024];

    size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t)
           * sizeof(max_align_t);

    if (size > sizeof(memory) - *used) {
        return NULL;
    }

    p = memory + *used;
    *used += size;

    return p;
}


/* the buffer flush as well, of each size up to some, then larger ones */

static int
guard_judge_reading(const unsigned char *p, size_t len)
{
    int             side;
    size_t          size, n, from;
    unsigned char  *buf, *q;

    for (side = 0; side < GUARD_SIDES; side++) {
        q = guard_place(&guard_path, p, len, side);

        for (size = 0; size <= 1024; size += size < 20 ? 1 : size) {
            buf = guard_place(&guard_out, NULL, size, !side);
            from = size % 3 == 0 ? 0 : len / (size % 3);

            n = cguard_reading(q, len, from, buf, size);

            if (n > size) {
                return 0;
            }
        }
    }

    return 1;
}
