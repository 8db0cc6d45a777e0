
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * To a tolerant parser any bytes may be a method, so a request needs no line
 * of its own here: it begins at whitespace of any kind that is followed by a
 * word which is a target.
 */


#include "cguard_hello.h"


/* a word of this many bytes with a slash or an escape in it is a target */

#define CGUARD_HELLO_WORD  6


static int cguard_hello_word(cguard_hello_t *h, unsigned char ch);
static int cguard_hello_line_end(cguard_hello_t *h);
static int cguard_hello_escapes(cguard_hello_t *h, unsigned char ch);
static int cguard_hello_is_blank(uint32_t last, unsigned char ch);
static int cguard_hello_texts(cguard_hello_t *h, unsigned char ch);
static int cguard_hello_text(unsigned *state, const char *text, unsigned len,
    unsigned char ch);
static unsigned char cguard_hello_ascii(uint32_t last, unsigned char ch);


int
cguard_hello_byte(cguard_hello_t *h, unsigned char ch, unsigned opaque)
{
    int  found;

    if (h->opaque && !opaque) {

        /* a line that began inside a ticket; a word may go on behind it */

        h->target = 0;
    }

    h->opaque = opaque;

    found = cguard_hello_word(h, ch);
    found |= cguard_hello_escapes(h, ch);
    found |= cguard_hello_texts(h, cguard_hello_ascii(h->last, ch));

    h->last = h->last << 8 | ch;

    return found;
}


static int
cguard_hello_word(cguard_hello_t *h, unsigned char ch)
{
    if (ch == '\n') {
        return cguard_hello_line_end(h);
    }

    if (cguard_hello_is_blank(h->last, ch)) {
        h->target |= h->word > 1;
        h->word = 1;
        h->path = 0;
        h->blank = 1;

        return 0;
    }

    /*
     * A parser may drop these bytes, and so the word goes on.  In a ticket its
     * length is counted anew: few random words are then long enough.
     */

    if (ch >= 0x7f && !h->brief) {

        if (h->opaque && h->word) {
            h->word = 1;
            h->path = 0;
        }

        return 0;
    }

    if (h->word == 0 || ch <= 0x20 || ch >= 0x7f) {
        h->word = 0;
        return 0;
    }

    /* "/" is a target by itself in HTTP/0.9, whatever follows */

    if (h->word == 1 && ch == '/' && !h->opaque) {
        return 1;
    }

    h->path |= ch == '/' || ch == '\\' || ch == '%';
    h->word++;

    return h->path && h->word > CGUARD_HELLO_WORD;
}


/* a line end counts as whitespace: a target may follow it */

static int
cguard_hello_line_end(cguard_hello_t *h)
{
    int  found;

    found = (h->target || h->word > 1) && !h->opaque;

    h->target = 0;
    h->word = 1;
    h->path = 0;
    h->blank = 1;

    return found;
}


/*
 * The texts below may be written with escapes, with any bytes in between.  A
 * climb needs one, and so does its destination.
 */

static int
cguard_hello_escapes(cguard_hello_t *h, unsigned char ch)
{
    h->escapes += h->blank && ch == '%';

    return h->escapes > 1;
}


/* Whitespace in C, in Python, and in Unicode as Latin-1 and UTF-8. */

static int
cguard_hello_is_blank(uint32_t last, unsigned char ch)
{
    uint32_t  code;

    if (ch == ' ' || (ch >= 0x09 && ch <= 0x0d) || (ch >= 0x1c && ch <= 0x1f)
        || ch == 0x85 || ch == 0xa0)
    {
        return 1;
    }

    code = (last & 0xffff) << 8 | ch;

    return (code >= 0xe28080 && code <= 0xe2808f)       /* U+2000 to U+200F */
           || (code >= 0xe280a8 && code <= 0xe280af)    /* U+2028 to U+202F */
           || code == 0xe2819f                          /* U+205F */
           || code == 0xe19a80                          /* U+1680 */
           || code == 0xe38080                          /* U+3000 */
           || code == 0xefbbbf;                         /* U+FEFF */
}


/*
 * These texts end a session anywhere, also with the top bit set, in overlong
 * UTF-8, and with zeros in between.
 */

static int
cguard_hello_texts(cguard_hello_t *h, unsigned char ch)
{
    int  found;

    if (ch == 0) {
        return 0;
    }

    if (ch == '\\') {
        ch = '/';
    }

    if (ch >= 'A' && ch <= 'Z') {
        ch |= 0x20;
    }

    found = cguard_hello_text(&h->root, "/vpn", 4, ch);
    found |= cguard_hello_text(&h->parent, "/..", 3, ch);
    found |= cguard_hello_text(&h->version, "http/", 5, ch);

    return found;
}


/*
 * the first byte of the text occurs only once in it, so only that restarts it
 */

static int
cguard_hello_text(unsigned *state, const char *text, unsigned len,
    unsigned char ch)
{
    if (ch == (unsigned char) text[*state]) {
        ++*state;

    } else {
        *state = ch == (unsigned char) text[0];
    }

    if (*state == len) {
        *state = 0;
        return 1;
    }

    return 0;
}


/* 0 while a character is incomplete */

static unsigned char
cguard_hello_ascii(uint32_t last, unsigned char ch)
{
    uint32_t  before;

    before = last & 0xff;

    if (ch >= 0x80 && ch <= 0xbf) {

        /* C1 B6 is an overlong "v", and so is E0 81 B6 */

        if (before == 0xc0 || before == 0xc1
            || ((before == 0x80 || before == 0x81)
                && (last & 0xff00) == 0xe000))
        {
            return (unsigned char) ((before & 1) << 6 | (ch & 0x3f));
        }

        if (ch <= 0x81 && before == 0xe0) {
            return 0;
        }
    }

    return ch == 0xc0 || ch == 0xc1 || ch == 0xe0 ? 0 : ch & 0x7f;
}
