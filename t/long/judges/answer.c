#define _GNU_SOURCE

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "answer.h"


/* how the end of the body is known */
typedef enum {
    BODY_EOF = 0,
    BODY_LENGTH,
    BODY_CHUNKED
} body_e;


typedef struct {
    body_e  body;
    size_t  length;
    int     minor;                  /* HTTP/1.x */
    int     close;
    int     keep_alive;
} head_t;


static int
field(const char *line, size_t len, const char *name, const char **value,
    size_t *vlen)
{
    size_t  nlen;

    nlen = strlen(name);

    if (len <= nlen || line[nlen] != ':' || strncasecmp(line, name, nlen)) {
        return 0;
    }

    line += nlen + 1;
    len -= nlen + 1;

    while (len && (*line == ' ' || *line == '\t')) {
        line++;
        len--;
    }

    *value = line;
    *vlen = len;

    return 1;
}


static int
is(const char *value, size_t len, const char *wanted)
{
    return len == strlen(wanted) && strncasecmp(value, wanted, len) == 0;
}


static void
head_line(const char *line, size_t len, head_t *head, answer_t *answer)
{
    size_t       vlen;
    const char  *value;

    if (field(line, len, "Content-Length", &value, &vlen)) {
        if (head->body == BODY_EOF) {
            head->body = BODY_LENGTH;
            head->length = strtoul(value, NULL, 10);
        }

    } else if (field(line, len, "Transfer-Encoding", &value, &vlen)) {
        if (is(value, vlen, "chunked")) {
            head->body = BODY_CHUNKED;
        }

    } else if (field(line, len, "Connection", &value, &vlen)) {
        head->close |= is(value, vlen, "close");
        head->keep_alive |= is(value, vlen, "keep-alive");

    } else if (field(line, len, "X-Citrix-Guard", &value, &vlen)) {
        if (is(value, vlen, "blocked")) {
            answer->flags |= ANSWER_BLOCKED;
        }

    } else if (field(line, len, "X-Verdict", &value, &vlen)) {
        if (is(value, vlen, "blocked")) {
            answer->flags |= ANSWER_VERDICT;
        }

    } else if (field(line, len, "X-Upstream", &value, &vlen)) {
        answer->flags |= ANSWER_FORWARDED;
    }
}


/*
 * One line without its end, which may be a single LF; NULL if it is not
 * whole yet, else where the next one begins.
 */
static const char *
next_line(const char *p, const char *end, size_t *len)
{
    const char  *lf;

    lf = memchr(p, '\n', end - p);
    if (lf == NULL) {
        return NULL;
    }

    *len = lf - p;
    if (*len && p[*len - 1] == '\r') {
        (*len)--;
    }

    return lf + 1;
}


/* Reads status line and header; where the body begins, NULL if not whole. */
static const char *
read_head(const char *p, const char *end, head_t *head, answer_t *answer)
{
    size_t       len;
    const char  *line;

    memset(head, 0, sizeof(head_t));

    line = p;
    p = next_line(line, end, &len);
    if (p == NULL) {
        return NULL;
    }

    /* "HTTP/1.1 200" */

    head->minor = len > 7 ? line[7] - '0' : 0;
    answer->status = len > 8 ? strtoul(line + 8, NULL, 10) : 0;

    for ( ;; ) {
        line = p;
        p = next_line(line, end, &len);
        if (p == NULL) {
            return NULL;
        }

        if (len == 0) {
            return p;
        }

        head_line(line, len, head, answer);
    }
}


static void
read_body(const char *p, size_t len, const char *marker, answer_t *answer)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        answer->hash = (answer->hash ^ (unsigned char) p[i])
                       * 1099511628211ULL;
    }

    if (memmem(p, len, marker, strlen(marker))) {
        answer->flags |= ANSWER_MARKER;
    }
}


/*
 * The marker is looked for in the joined chunks, since it may be cut in two.
 * Returns where the body ends, NULL if it is not whole.
 */
static const char *
read_chunks(const char *p, const char *end, const char *marker,
    answer_t *answer, answer_state_e *state)
{
    char        *body, *stop;
    size_t       len, line, used;
    const char  *data;

    *state = ANSWER_BAD;
    used = 0;

    body = malloc(end - p + 1);
    if (body == NULL) {
        return NULL;
    }

    for ( ;; ) {
        data = next_line(p, end, &line);
        if (data == NULL) {
            *state = ANSWER_MORE;
            break;
        }

        len = strtoul(p, &stop, 16);
        if (stop == p) {
            break;
        }

        if (len == 0) {

            /* trailers are skipped, up to an empty line */

            do {
                p = data;
                data = next_line(p, end, &line);
            } while (data && line);

            *state = data ? ANSWER_DONE : ANSWER_MORE;
            break;
        }

        if ((size_t) (end - data) < len + 2) {
            *state = ANSWER_MORE;
            break;
        }

        memcpy(body + used, data, len);
        used += len;

        p = next_line(data + len, end, &line);
        if (p == NULL || line) {
            break;
        }
    }

    if (*state == ANSWER_DONE) {
        read_body(body, used, marker, answer);
    }

    free(body);

    return data;
}


/*
 * HTTP/0.9 has no head: only the page tells the refusal, by the guard or by
 * nginx itself.
 */
static answer_state_e
read_simple(const char *p, size_t len, int eof, const char *marker,
    answer_t *answer)
{
    static const char  page[] = "<center>citrix_guard</center>";
    static const char  nginx[] = "<h1>400 Bad Request</h1></center>\r\n"
                                 "<hr><center>nginx";

    if (!eof) {
        return ANSWER_MORE;
    }

    answer->keep = 0;
    answer->flags |= ANSWER_COMPLETE;
    read_body(p, len, marker, answer);

    if (memmem(p, len, page, sizeof(page) - 1)) {
        answer->flags |= ANSWER_BLOCKED;

    } else if (memmem(p, len, nginx, sizeof(nginx) - 1)) {
        answer->status = 400;
    }

    return ANSWER_DONE;
}


answer_state_e
answer_read(const char *p, size_t len, int eof, const char *marker,
    answer_t *answer)
{
    head_t           head;
    const char      *end, *body;
    answer_state_e   state;

    end = p + len;
    memset(answer, 0, sizeof(answer_t));
    answer->hash = 14695981039346656037ULL;

    if (len == 0) {
        return eof ? ANSWER_BAD : ANSWER_MORE;
    }

    if (memcmp(p, "HTTP/1.", len < 7 ? len : 7) != 0) {
        return read_simple(p, len, eof, marker, answer);
    }

    do {
        answer->flags = 0;
        body = read_head(p, end, &head, answer);
        if (body == NULL) {
            return eof ? ANSWER_BAD : ANSWER_MORE;
        }

        p = body;
    } while (answer->status >= 100 && answer->status < 200);

    if (answer->status == 204 || answer->status == 304) {
        head.body = BODY_LENGTH;
        head.length = 0;
    }

    answer->flags |= ANSWER_COMPLETE;
    answer->keep = head.minor ? !head.close : head.keep_alive;

    switch (head.body) {

    case BODY_CHUNKED:
        body = read_chunks(body, end, marker, answer, &state);
        if (state != ANSWER_DONE) {
            return eof ? ANSWER_BAD : state;
        }

        answer->keep &= body == end;
        return ANSWER_DONE;

    case BODY_LENGTH:
        if ((size_t) (end - body) < head.length) {
            if (!eof) {
                return ANSWER_MORE;
            }

            head.length = end - body;
        }

        answer->keep &= (size_t) (end - body) == head.length;
        read_body(body, head.length, marker, answer);
        return ANSWER_DONE;

    default:
        answer->keep = 0;
        if (!eof) {
            return ANSWER_MORE;
        }

        read_body(body, end - body, marker, answer);
        return ANSWER_DONE;
    }
}
