
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The bind request of CGP.  Its head is the same for all clients, and has to be
 * exactly that.  Capabilities are skipped, except one: the ticket of a client
 * that reconnects has random bytes, which may look like anything.
 */


#include "cguard_cgp.h"


/* the capability of session reliability */

#define CGUARD_CGP_RELIABILITY  0x05

/* where it may have any bytes: a number and flags, and the end of a ticket */

#define CGUARD_CGP_NUMBER       12
#define CGUARD_CGP_FLAGS        16
#define CGUARD_CGP_TICKET       23
#define CGUARD_CGP_TICKET_END   35


/* states in their order; each length may have a second byte */

enum {
    cgp_length = 0,
    cgp_length_more,
    cgp_head,
    cgp_count,
    cgp_count_more,
    cgp_size,
    cgp_size_more,
    cgp_capability,
    cgp_body,
    cgp_over,
    cgp_none
};


static int cguard_cgp_length(cguard_cgp_t *c, unsigned char ch);
static int cguard_cgp_none(cguard_cgp_t *c);
static int cguard_cgp_head(cguard_cgp_t *c, unsigned char ch);
static void cguard_cgp_capability(cguard_cgp_t *c, unsigned char ch);
static void cguard_cgp_size(cguard_cgp_t *c, unsigned char ch);
static void cguard_cgp_begin(cguard_cgp_t *c);
static void cguard_cgp_service(cguard_cgp_t *c, unsigned char ch);
static void cguard_cgp_ticket(cguard_cgp_t *c, unsigned char ch);


int
cguard_cgp_byte(cguard_cgp_t *c, unsigned char ch)
{
    c->opaque = 0;

    if (c->state <= cgp_length_more) {
        return cguard_cgp_length(c, ch);
    }

    if (c->state >= cgp_over) {
        return c->state == cgp_over;
    }

    c->left--;

    if (c->state == cgp_head) {
        return cguard_cgp_head(c, ch);
    }

    cguard_cgp_capability(c, ch);

    if (c->left == 0) {
        c->state = cgp_over;
    }

    return 1;
}


/* at least the head and the number of capabilities */

static int
cguard_cgp_length(cguard_cgp_t *c, unsigned char ch)
{
    if (c->state == cgp_length) {
        c->left = ch & 0x7f;

        if (ch & 0x80) {
            c->state = cgp_length_more;
            return 1;
        }

    } else {
        c->left += ch * 128u;
    }

    if (c->left < 5) {
        return cguard_cgp_none(c);
    }

    c->state = cgp_head;
    c->at = 0;

    return 1;
}


/* not the form: every later byte is wrong as well */

static int
cguard_cgp_none(cguard_cgp_t *c)
{
    c->state = cgp_none;

    return 0;
}


/* the command, no extensions, and the reserved bytes */

static int
cguard_cgp_head(cguard_cgp_t *c, unsigned char ch)
{
    if (ch != (c->at == 0 ? 0x01 : 0x00)) {
        return cguard_cgp_none(c);
    }

    if (++c->at == 4) {
        c->state = cgp_count;
    }

    return 1;
}


static void
cguard_cgp_capability(cguard_cgp_t *c, unsigned char ch)
{
    switch (c->state) {

    case cgp_count:
        c->state = ch & 0x80 ? cgp_count_more : cgp_size;
        return;

    case cgp_count_more:
        c->state = cgp_size;
        return;

    case cgp_capability:
        cguard_cgp_service(c, ch);
        return;

    case cgp_body:
        if (c->ticket) {
            cguard_cgp_ticket(c, ch);
        }

        if (--c->at == 0) {
            c->state = cgp_size;
        }

        return;

    default:    /* cgp_size, cgp_size_more */
        cguard_cgp_size(c, ch);
    }
}


static void
cguard_cgp_size(cguard_cgp_t *c, unsigned char ch)
{
    if (c->state == cgp_size_more) {
        c->size += ch * 128u;
        cguard_cgp_begin(c);
        return;
    }

    c->size = ch & 0x7f;

    if (ch & 0x80) {
        c->state = cgp_size_more;
        return;
    }

    cguard_cgp_begin(c);
}


/* a capability without a head, or longer than the request, is unknown */

static void
cguard_cgp_begin(cguard_cgp_t *c)
{
    if (c->size <= 4 || c->size > c->left) {
        c->state = cgp_over;
        return;
    }

    c->state = cgp_capability;
    c->ticket = 1;
    c->at = 0;
}


static void
cguard_cgp_service(cguard_cgp_t *c, unsigned char ch)
{
    if (ch != (c->at == 2 ? CGUARD_CGP_RELIABILITY : 0x00)) {
        c->ticket = 0;
    }

    if (++c->at == 4) {
        c->state = cgp_body;
        c->at = c->size - 4;
    }
}


/* a byte that is not as in all such capabilities: this is another one */

static void
cguard_cgp_ticket(cguard_cgp_t *c, unsigned char ch)
{
    unsigned  i;

    static const unsigned char  form[CGUARD_CGP_TICKET] = {
        0x00, 0x00, 0x01, 0x01, 0x01, 0x02, 0x05, 0x00, 0x01, 0x02,
        0x05, 0x00, 0, 0, 0, 0, 0, 0x02, 0x10, 'N', 'S', 0x01, 0x00
    };

    i = c->size - 4 - c->at;

    if (i >= CGUARD_CGP_TICKET) {
        c->opaque = i < CGUARD_CGP_TICKET_END;
        return;
    }

    if (i >= CGUARD_CGP_NUMBER && i <= CGUARD_CGP_FLAGS) {
        c->opaque = i < CGUARD_CGP_FLAGS;
        return;
    }

    c->ticket = ch == form[i];
}
