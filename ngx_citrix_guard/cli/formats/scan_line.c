
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What the formats share: a log line as a request.
 */


#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

#include "cli/common/cli_types.h"
#include "scan_line.h"
#include "cli/bytes/scan_prefilter.h"
#include "scan_time.h"
#include "scan_types.h"


static int scan_is_address(const unsigned char *p, size_t len);


void
scan_line_init(scan_line_t *ln)
{
    static const scan_line_t  none = {
        .client = cli_string(""), .method = cli_string(""),
        .target = cli_string(""), .query = cli_string(""),
        .verdict = cli_string(""), .outcome = cli_string(""),
        .reason = cli_string(""), .id = cli_string(""),
        .time = SCAN_NO_TIME, .bytes = -1, .size = cli_string(""),
        .others = 0, .more = 0
    };

    *ln = none;
}


/*
 * "METHOD target PROTOCOL", with any number of spaces.  The target may contain
 * spaces; HTTP/0.9 has no protocol.  A text without a space is not a request,
 * but something sent by a client that does not speak HTTP.
 */

void
scan_request(scan_line_t *ln, const unsigned char *p,
    const unsigned char *last)
{
    const unsigned char  *blank;

    blank = scan_find_near(p, last, ' ');

    if (blank == NULL) {
        return;
    }

    ln->method.data = p;
    ln->method.len = (size_t) (blank - p);

    for (p = blank; p < last && *p == ' '; p++) { /* void */ }

    while (last > p && last[-1] == ' ') {
        last--;
    }

    if (last - p > 9 && memcmp(last - 9, " HTTP/", 6) == 0) {
        blank = last - 9;

    } else {
        blank = memrchr(p, ' ', (size_t) (last - p));

        if (blank && (last - blank < 6
                      || strncasecmp((const char *) blank + 1, "HTTP/", 5)))
        {
            blank = NULL;
        }
    }

    if (blank) {
        for (last = blank; last > p && last[-1] == ' '; last--) { /* void */ }
    }

    ln->target.data = p;
    ln->target.len = (size_t) (last - p);
}


/* the number that ends at "last"; -1 if there is none */

int
scan_number(const unsigned char *p, const unsigned char *last, int64_t *n)
{
    int64_t  value;

    if (p == last || last - p > 18) {
        return -1;
    }

    for (value = 0; p < last; p++) {
        if (*p < '0' || *p > '9') {
            return -1;
        }

        value = value * 10 + (*p - '0');
    }

    *n = value;

    return 0;
}


/*
 * The address in the part before a request: after the "FILE:" of grep, after a
 * server's name, the first of several.  If there is none, the first word,
 * because some logs have names.
 */

cli_str_t
scan_client(cli_str_t client)
{
    cli_str_t             word, first;
    const unsigned char  *p, *last, *colon;

    p = client.data;
    last = p + client.len;

    /* the first line of a file in a tar archive, after its header */

    colon = memrchr(p, '\0', client.len);
    p = colon ? colon + 1 : p;

    first.data = p;
    first.len = 0;

    while (p < last) {

        for ( /* void */ ; p < last && *p == ' '; p++) { /* void */ }

        word.data = p;

        for ( /* void */ ; p < last && *p != ' ' && *p != ','; p++) {
            /* void */
        }

        word.len = (size_t) (p - word.data);

        if (p < last) {
            p++;
        }

        if (first.len == 0) {
            first = word;
        }

        /* the byte order mark of a message in syslog; NAME=ADDRESS */

        if (word.len > 3 && memcmp(word.data, "\xef\xbb\xbf", 3) == 0) {
            word.data += 3;
            word.len -= 3;
        }

        colon = memchr(word.data, '=', word.len);

        if (colon) {
            word.len -= (size_t) (colon + 1 - word.data);
            word.data = colon + 1;
        }

        for ( ;; ) {
            if (scan_is_address(word.data, word.len)) {
                return word;
            }

            /* "FILE:", "FILE:LINE:"; "FILE-LINE-" for context lines */

            colon = memchr(word.data, ':', word.len);

            if (colon == NULL) {
                colon = memchr(word.data, '-', word.len);
            }

            if (colon == NULL) {
                break;
            }

            word.len -= (size_t) (colon + 1 - word.data);
            word.data = colon + 1;
        }
    }

    return first;
}


static int
scan_is_address(const unsigned char *p, size_t len)
{
    char           text[INET6_ADDRSTRLEN + 1];
    unsigned char  address[16];

    if (len < 2 || len > INET6_ADDRSTRLEN) {
        return 0;
    }

    if (p[0] == '[' && p[len - 1] == ']') {
        p++;
        len -= 2;
    }

    memcpy(text, p, len);
    text[len] = '\0';

    return inet_pton(AF_INET, text, address) == 1
           || inet_pton(AF_INET6, text, address) == 1;
}


int
scan_is_client(cli_str_t s)
{
    return scan_is_address(s.data, s.len);
}


/* digits, or "-" for none */

void
scan_line_size(scan_line_t *ln)
{
    int64_t               bytes;
    const unsigned char  *p, *last;

    if (ln->size.len == 0) {
        return;
    }

    p = ln->size.data;
    last = p + ln->size.len;

    if (*p == '-' && (ln->size.len == 1 || p[1] == ' ')) {
        ln->bytes = 0;
        return;
    }

    for (bytes = 0; p < last && *p >= '0' && *p <= '9'; p++) {
        if (bytes < INT64_MAX / 16) {
            bytes = bytes * 10 + (*p - '0');
        }

        ln->bytes = bytes;
    }
}


void
scan_set(scan_parser_t *ps, scan_line_t *ln, scan_field_e field,
    const unsigned char *p, const unsigned char *last)
{
    int64_t    n;
    cli_str_t  s;

    s.data = p;
    s.len = (size_t) (last - p);

    switch (field) {

    case SCAN_F_CLIENT:
        ln->client = s;
        break;

    case SCAN_F_METHOD:
        ln->method = s;
        break;

    case SCAN_F_TARGET:
        ln->target = s;
        break;

    case SCAN_F_QUERY:
        ln->query = s;
        break;

    case SCAN_F_REQUEST:
        scan_request(ln, p, last);
        break;

    case SCAN_F_STATUS:
        if (scan_number(p, last, &n) == 0 && n < 1000) {
            ln->status = (unsigned) n;
        }
        break;

    case SCAN_F_BYTES:
        if (scan_number(p, last, &n) == 0) {
            ln->bytes = n;

        } else if (s.len == 1 && *p == '-') {
            ln->bytes = 0;
        }
        break;

    case SCAN_F_VERDICT:
        ln->verdict = s;
        break;

    case SCAN_F_OUTCOME:
        ln->outcome = s;
        break;

    case SCAN_F_REASON:
        ln->reason = s;
        break;

    case SCAN_F_ID:
        ln->id = s;
        break;

    case SCAN_F_CANARY:
        ln->canary = s.len == 4 && memcmp(p, "true", 4) == 0;
        break;

    case SCAN_F_TIME_CLF:
        ln->time = s.len == SCAN_CLF_LEN
                   ? scan_time_cached_clf(&ps->clock, p) : SCAN_NO_TIME;
        break;

    case SCAN_F_TIME_ISO:
    case SCAN_F_TIME_EPOCH:
    case SCAN_F_TIME:
        ln->time = scan_time_cached(&ps->clock, p, s.len);
        break;

    default:
        break;
    }
}


scan_field_e
scan_field_named(const char *name, size_t len)
{
    size_t  i;

    static const struct {
        const char        *name;
        scan_field_e       field;
    } names[] = {
        { "client", SCAN_F_CLIENT },
        { "method", SCAN_F_METHOD },
        { "target", SCAN_F_TARGET },
        { "query", SCAN_F_QUERY },
        { "request", SCAN_F_REQUEST },
        { "status", SCAN_F_STATUS },
        { "bytes", SCAN_F_BYTES },
        { "verdict", SCAN_F_VERDICT },
        { "outcome", SCAN_F_OUTCOME },
        { "reason", SCAN_F_REASON },
        { "time", SCAN_F_TIME },
    };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strlen(names[i].name) == len
            && memcmp(names[i].name, name, len) == 0)
        {
            return names[i].field;
        }
    }

    return SCAN_F_NONE;
}


int
scan_is(cli_str_t s, const char *text)
{
    return s.len == strlen(text) && memcmp(s.data, text, s.len) == 0;
}
