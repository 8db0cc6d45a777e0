
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Log lines, by every parser of the command's: none reads past a line's end,
 * and what scan passes by would have been no finding.  And a log of lines that
 * are like these, but damaged: the short way past a line ends where the long
 * one does, which finds a request of the same time, and nothing in it.
 */


#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "cli/formats/scan_charset.h"
#include "cli/formats/scan_custom.h"
#include "cli/formats/scan_document.h"
#include "cli/fast/scan_fast.h"
#include "cli/fast/scan_fast_sse2.h"
#include "cli/formats/scan_format.h"
#include "cli/formats/scan_line.h"
#include "cli/bytes/scan_prefilter.h"
#include "cli/bytes/scan_quiet.h"
#include "cli/formats/scan_rows.h"
#include "cli/formats/scan_table.h"
#include "cli/formats/scan_types.h"
#include "cli/formats/scan_unfold.h"
#include "cli/formats/scan_w3c.h"
#include "cli/scan/scan_arena.h"
#include "cli/scan/scan_elsewhere.h"
#include "cli/scan/scan_judge.h"
#include "cli/scan/scan_search.h"
#include "vectors.h"


static const char  *scan_fuzz_formats[] = {
    "$host [$time_iso8601] $status \"$request_uri\" $remote_addr|$host",
    "%v %t \\\"%r\\\" %>s %O %h \\\"%{User-Agent}i\\\" %D",
    "$remote_addr $msec $request $citrix_guard_verdict",
    "{\"t\":\"$time_local\",\"i\":\"$time_iso8601\",\"r\":\"$request\"}",
    "$remote_addr \"$request_method $scheme://$host$request_uri\" $status",
};

#define SCAN_FUZZ_FORMATS                                                     \
    (sizeof(scan_fuzz_formats) / sizeof(scan_fuzz_formats[0]))


/* damaged copies of a log, none of which is long; libFuzzer makes its own */

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
#define SCAN_FUZZ_COPIES  4
#else
#define SCAN_FUZZ_COPIES  1000
#endif

#define SCAN_FUZZ_LONG    2048
#define SCAN_FUZZ_WORD    32


static scan_formats_t  scan_fuzz_custom[SCAN_FUZZ_FORMATS];
static scan_formats_t  scan_fuzz_plain;
static scan_arena_t    scan_fuzz_arena;


static void scan_fuzz_line(scan_parser_t *ps, const uint8_t *data,
    size_t size, unsigned first);
static void scan_fuzz_judge(const scan_line_t *ln, const uint8_t *data,
    size_t size);
static void scan_fuzz_unfold(const uint8_t *data, size_t size);
static void scan_fuzz_rows(const uint8_t *data, size_t size);
static void scan_fuzz_charset(const uint8_t *data, size_t size);
static void scan_fuzz_log(const uint8_t *data, size_t size);
static size_t scan_fuzz_damage(uint8_t *p, size_t size, uint64_t *seed);
static void scan_fuzz_short_way(const uint8_t *data, size_t size);
static void scan_fuzz_same(const scan_parser_t *ps, const uint8_t *p,
    const uint8_t *nl, int64_t time);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t          i, n;
    const uint8_t  *p, *nl;
    scan_parser_t   ps;

    static int  ready;

    for (i = 0; !ready && i < SCAN_FUZZ_FORMATS; i++) {
        if (scan_custom_compile(&scan_fuzz_custom[i], scan_fuzz_formats[i],
                                i & 1))
        {
            abort();
        }
    }

    ready = 1;

    for (i = 0; i < SCAN_FUZZ_FORMATS; i++) {

        memset(&ps, 0, sizeof(scan_parser_t));

        ps.format = SCAN_UNKNOWN;
        ps.formats = &scan_fuzz_custom[i];

        for (p = data; p < data + size; p = nl + 1) {
            n = (size_t) (data + size - p);
            nl = memchr(p, '\n', n);
            nl = nl ? nl : p + n;

            scan_fuzz_line(&ps, p, (size_t) (nl - p), i == 0);
        }
    }

    if (size && size < SCAN_FUZZ_LONG) {
        scan_fuzz_log(data, size);
    }

    if (size) {
        scan_fuzz_unfold(data, size);
        scan_fuzz_rows(data, size);
        scan_fuzz_charset(data, size);
    }

    scan_arena_reset(&scan_fuzz_arena);

    return 0;
}


/* in one piece and in two: the same lines, none of which is lost */

static void
scan_fuzz_unfold(const uint8_t *data, size_t size)
{
    size_t          n, half;
    unsigned        i;
    scan_unfold_t   uf[2];

    (void) scan_unfold_is_needed(data, size);

    memset(uf, 0, sizeof(uf));
    half = size / 2;

    scan_unfold_feed(&uf[0], data, size);
    scan_unfold_feed(&uf[1], data, half);

    n = scan_unfold_ready(&uf[1]);

    scan_unfold_feed(&uf[1], data + half, size - half);

    for (i = 0; i < 2; i++) {
        scan_unfold_end(&uf[i]);

        if (scan_unfold_ready(&uf[i]) > 2 * size) {
            fuzz_failed("lines are longer than the text", data, size);
        }
    }

    if (scan_unfold_ready(&uf[0]) != scan_unfold_ready(&uf[1])
        || scan_unfold_ready(&uf[1]) < n
        || memcmp(uf[0].out + uf[0].used, uf[1].out + uf[1].used,
                  scan_unfold_ready(&uf[0]))
           != 0)
    {
        fuzz_failed("two pieces give other lines than one", data, size);
    }

    free(uf[0].out);
    free(uf[1].out);
}


/*
 * In one piece, and in pieces of any length: the same rows, as long as the text,
 * which differ from it in line ends only.
 */

static void
scan_fuzz_rows(const uint8_t *data, size_t size)
{
    size_t       i, n, piece;
    scan_rows_t  rows[2];

    static const unsigned char  separators[] = ",;\t|";

    memset(rows, 0, sizeof(rows));

    rows[0].separator = rows[1].separator = separators[size % 4];

    scan_rows_feed(&rows[0], data, size);

    for (i = 0; i < size; i += piece) {
        piece = 1 + data[i] % 7;
        piece = piece < size - i ? piece : size - i;

        scan_rows_feed(&rows[1], data + i, piece);
    }

    scan_rows_end(&rows[0]);
    scan_rows_end(&rows[1]);

    if (scan_rows_ready(&rows[0]) != size || scan_rows_ready(&rows[1]) != size
        || memcmp(rows[0].out + rows[0].used, rows[1].out + rows[1].used, size)
           != 0)
    {
        fuzz_failed("pieces give other rows than the whole", data, size);
    }

    for (i = 0; i < size; i++) {
        n = rows[0].used + i;

        if (rows[0].out[n] != data[i]
            && (rows[0].out[n] != SCAN_ROWS_END || data[i] != '\n'))
        {
            fuzz_failed("rows have another text", data, size);
        }
    }

    free(rows[0].out);
    free(rows[1].out);
}


/* no more comes out than is promised, and all is taken */

static void
scan_fuzz_charset(const uint8_t *data, size_t size)
{
    size_t           used, mark;
    unsigned         charset;
    unsigned char   *dst;

    (void) scan_charset(data, size, &mark);

    for (charset = SCAN_UTF_16_LE; charset <= SCAN_UTF_32_BE; charset++) {
        dst = malloc((SCAN_CHARSET_TIMES + 1) * size + 1);
        if (dst == NULL) {
            abort();
        }

        (void) scan_charset_convert((scan_charset_e) charset, dst, data, size,
                                    0, &used);

        if (size - used > 3) {
            fuzz_failed("more than a character is left", data, size);
        }

        (void) scan_charset_convert((scan_charset_e) charset, dst, data, size,
                                    1, &used);

        if (used != size) {
            fuzz_failed("not all is converted", data, size);
        }

        free(dst);
    }
}


static unsigned char *
scan_fuzz_text(size_t size)
{
    unsigned char  *text;

    text = malloc(SCAN_TEXT_TIMES * size + 1);
    if (text == NULL) {
        abort();
    }

    return text;
}


/*
 * In a block of exactly that size, and a text no longer than is promised.  All
 * formats are tried once; behind that only what differs, since this is most of
 * the time that an input takes.
 */

static void
scan_fuzz_line(scan_parser_t *ps, const uint8_t *data, size_t size,
    unsigned first)
{
    scan_hit_t      hit;
    scan_line_t     ln;
    scan_parsed_e   parsed;
    unsigned char  *p;

    p = vectors_copy(data, size);
    ps->text = scan_fuzz_text(size);

    for (parsed = first ? scan_parse(ps, p, p + size, &ln)
                        : scan_custom(ps, p, p + size, &ln);
         parsed != SCAN_NO_REQUEST;
         parsed = scan_parse_next(ps, &ln))
    {
        if (parsed == SCAN_REQUEST) {
            scan_fuzz_judge(&ln, data, size);

        } else {
            (void) scan_judge_damaged(p, p + size, 0, &scan_fuzz_arena, &hit);
            break;
        }
    }

    scan_document_free(ps);

    /* the line as a target, as no log would have it */

    if (first) {
        scan_line_init(&ln);

        ln.target.data = p;
        ln.target.len = size;
        ln.status = 200;

        scan_fuzz_judge(&ln, data, size);
    }

    free(ps->text);
    free(p);
}


static void
scan_fuzz_judge(const scan_line_t *ln, const uint8_t *data, size_t size)
{
    int         found, clean;
    unsigned    policy;
    scan_hit_t  hit;

    for (policy = 0; policy < 4; policy++) {
        clean = scan_is_clean(ln->target.data, ln->target.len, policy);
        found = scan_judge_full(ln, policy, &scan_fuzz_arena, &hit);

        if (clean && found && ln->query.len == 0 && ln->verdict.len == 0
            && ln->outcome.len == 0)
        {
            fuzz_failed("scan passes by what is a finding", data, size);
        }

        if (found && (hit.outcome == SCAN_NOTHING
                      || hit.why == SCAN_WHY_NONE))
        {
            fuzz_failed("a finding without an outcome", data, size);
        }
    }
}


/* the lines, as they are and with a few bytes changed, over and over */

static void
scan_fuzz_log(const uint8_t *data, size_t size)
{
    size_t     i, n;
    uint8_t   *log, *p;
    uint64_t   seed;

    static const char  end[] = "\n                                           "
                               "                                          \n";

    log = malloc(SCAN_FUZZ_COPIES * (2 * size + SCAN_FUZZ_WORD) + sizeof(end)
                 + SCAN_FAST_BEHIND);
    if (log == NULL) {
        abort();
    }

    seed = size;

    for (i = 0; i < size; i++) {
        seed = (seed ^ data[i]) * 1099511628211u;
    }

    p = log;

    for (i = 0; i < SCAN_FUZZ_COPIES; i++) {
        p = (uint8_t *) mempcpy(p, data, size);
        *p++ = '\n';

        memcpy(p, data, size);
        n = scan_fuzz_damage(p, size, &seed);

        p += n;
        *p++ = '\n';
    }

    /* what is last takes the long way */

    p = (uint8_t *) mempcpy(p, end, sizeof(end) - 1);

    /* and behind it there is no more than the short way may read */

    memset(p, 0, SCAN_FAST_BEHIND);

    data = vectors_copy(log, (size_t) (p - log) + SCAN_FAST_BEHIND);
    scan_fuzz_short_way(data, (size_t) (p - log));

    free((void *) data);
    free(log);
}


static unsigned
scan_fuzz_random(uint64_t *seed, size_t n)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;

    return (unsigned) ((*seed >> 33) % n);
}


/* a word in place of p[at] to p[end] */

static size_t
scan_fuzz_replace(uint8_t *p, size_t size, size_t at, size_t end,
    const char *word)
{
    size_t  n;

    n = strlen(word);

    memmove(p + at + n, p + end, size - end);
    memcpy(p + at, word, n);

    return size - (end - at) + n;
}


/* a few bytes changed, dropped or put in; the size afterwards */

static size_t
scan_fuzz_damage(uint8_t *p, size_t size, uint64_t *seed)
{
    size_t       at, n;
    const char  *word;

    static const char  bytes[] = "\"\\ \n\r\t[]{}:,;=|('.%/+-#!?0196anps\x7f\xc3";

    static const char *const  words[] = {
        "blocked", "exploit-suspected", "/../vpns/", "template.new", "null",
        "\\\n", "\\\"", " HTTP/1.1\" 200 ", "-", "pass", "61", "{}", "", "1578639604",
        " uri=/a", ";path=/b", "\turi:/c", ",\"", "=", "\"\"", "--", " GET /d ",
        "[10/Jan/2020:08:00:00 +0100]", "] \"", "08:00:59", "2020/01/10 08:00:00 ["
    };

    do {
        at = scan_fuzz_random(seed, size);
        word = words[scan_fuzz_random(seed, sizeof(words) / sizeof(words[0]))];

        switch (scan_fuzz_random(seed, 7)) {

        case 0:
            n = 1 + scan_fuzz_random(seed, 8);
            n = n < size - at ? n : size - at;
            size -= n;
            memmove(p + at, p + at + n, size - at);
            break;

        case 1:

            /* there is room for one word more */

            return scan_fuzz_replace(p, size, at, at, word);

        case 2:
            n = at + strlen(word);

            if (n < size) {
                memcpy(p + at, word, n - at);
            }
            break;

        case 3:
            n = scan_fuzz_random(seed, size);
            p[at] = p[n];
            break;

        case 4:

            /* a string */

            p[size] = '"';
            at = (size_t) ((uint8_t *) memchr(p + at, '"', size - at + 1) - p);
            at += at < size;
            n = (size_t) ((uint8_t *) memchr(p + at, '"', size - at + 1) - p);

            return scan_fuzz_replace(p, size, at, n, word);

        default:
            p[at] = (uint8_t) bytes[scan_fuzz_random(seed,
                                                     sizeof(bytes) - 1)];
        }

    } while (size && scan_fuzz_random(seed, 2));

    return size;
}


/* the lines that both ways pass have to be the same, and their times */

static void
scan_fuzz_widths(scan_parser_t *ps, const uint8_t *p, const uint8_t *end,
    const scan_passed_t *passed, const uint8_t *nl)
{
    unsigned       i;
    scan_passed_t  other;

    if (ps->format != SCAN_CLF
        && (ps->layout.n == 0 || ps->layout.format != ps->format))
    {
        return;
    }

    other.n = 0;

    if (scan_fast_sse2(ps, p, end, &other) != nl || other.n != passed->n) {
        fuzz_failed("windows of 16 and 32 bytes differ", p, (size_t) (end - p));
    }

    for (i = 0; i < other.n; i++) {
        if (other.at[i].time != passed->at[i].time
            || other.at[i].lines != passed->at[i].lines)
        {
            fuzz_failed("times differ", p, (size_t) (end - p));
        }
    }
}


/*
 * Bytes that others may change, as in a window of a file: only these two loops
 * stop at whatever line end is there.
 */

static void
scan_fuzz_changing(scan_parser_t *ps, const uint8_t *p, const uint8_t *end)
{
    scan_passed_t  passed;

    if (ps->format != SCAN_CLF && ps->format != SCAN_JSON
        && scan_fast(ps, p, end, 0, 1, &passed) != p)
    {
        fuzz_failed("a short way on bytes that may change", p,
                    (size_t) (end - p));
    }
}


static void
scan_fuzz_short_way(const uint8_t *data, size_t size)
{
    uint64_t        lines;
    unsigned        i;
    scan_line_t     ln;
    scan_parser_t   ps, copy;
    scan_passed_t   passed;
    const uint8_t  *p, *nl, *end, *next;

    memset(&ps, 0, sizeof(scan_parser_t));

    ps.format = SCAN_UNKNOWN;
    ps.formats = &scan_fuzz_plain;
    ps.text = scan_fuzz_text(size);

    end = data + size - 1;

    /* the columns of a table, if its first line names them */

    nl = memchr(data, '\n', size);

    (void) scan_table_header(&ps.w3c, ps.formats, data, nl);

    for (p = data; p <= end; p = nl + 1) {
        copy = ps;
        scan_fuzz_changing(&copy, p, end);

        copy = ps;
        next = scan_fast(&ps, p, end, 0, 0, &passed);
        scan_fuzz_widths(&copy, p, end, &passed, next);

        for (i = 0; i < passed.n; i++) {
            for (lines = passed.at[i].lines; lines; lines--) {
                nl = memchr(p, '\n', (size_t) (end + 1 - p));
                scan_fuzz_same(&ps, p, nl, passed.at[i].time);
                p = nl + 1;
            }
        }

        if (p != next) {
            fuzz_failed("the short way does not end with a line", data, size);
        }

        if (p > end) {
            break;
        }

        nl = memchr(p, '\n', (size_t) (end + 1 - p));
        (void) scan_parse(&ps, p, nl, &ln);
        scan_document_free(&ps);
    }

    free(ps.text);
}


/* by a parser that has not seen the lines before, but knows the format */

static void
scan_fuzz_same(const scan_parser_t *ps, const uint8_t *p, const uint8_t *nl,
    int64_t time)
{
    size_t         len;
    cli_str_t      found;
    scan_hit_t     hit;
    scan_line_t    ln;
    scan_parser_t  fresh;

    len = (size_t) (nl - p);

    memset(&fresh, 0, sizeof(scan_parser_t));

    fresh.format = ps->format;
    fresh.formats = ps->formats;
    fresh.text = ps->text;
    fresh.w3c = ps->w3c;

    if (scan_parse(&fresh, p, nl, &ln) != SCAN_REQUEST
        || fresh.format != ps->format)
    {
        fuzz_failed("no request, but scan passes it by as one", p, len);
    }

    if (ln.time != time) {
        fuzz_failed("the short way has another time", p, len);
    }

    if (scan_judge_full(&ln, 0, &scan_fuzz_arena, &hit)
        || (ln.others && scan_judge(&ln, 0, &scan_fuzz_arena, &hit)))
    {
        fuzz_failed("the short way leads past a finding", p, len);
    }

    if (scan_judge_elsewhere(&ln, ps->format, p, nl, 0, &scan_fuzz_arena,
                             &hit))
    {
        fuzz_failed("the short way leads past an attack elsewhere", p, len);
    }

    if (scan_is_quiet(p, nl)
        && scan_search(p, nl, 1, &scan_fuzz_arena, &found) != CGUARD_PASS)
    {
        fuzz_failed("a line with an attack is taken for quiet", p, len);
    }
}
