
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The counters of the stream module (cguard_front.h).
 */


#include <string.h>

#include "cguard_front.h"


#define CGUARD_FRONT_MAGIC  0x746e6f7266677263  /* "crgfront" */


void
cguard_front_init(cguard_front_t *f)
{
    memset(f, 0, sizeof(cguard_front_t));

    f->magic = CGUARD_FRONT_MAGIC;
}


int
cguard_front_fits(const cguard_front_t *f)
{
    return f->magic == CGUARD_FRONT_MAGIC;
}


unsigned
cguard_front_row(cguard_front_t *f, const char *protocol, const char *why)
{
    unsigned             i;
    cguard_front_row_t  *row;

    for (i = 0; i < f->rows; i++) {
        row = &f->row[i];

        if (strcmp(row->protocol, protocol) == 0
            && strcmp(row->why, why) == 0)
        {
            return i;
        }
    }

    if (i == CGUARD_FRONT_ROWS
        || strlen(protocol) >= CGUARD_FRONT_NAME
        || strlen(why) >= CGUARD_FRONT_NAME)
    {
        return CGUARD_FRONT_ROWS;
    }

    strcpy(f->row[i].protocol, protocol);
    strcpy(f->row[i].why, why);

    f->rows++;

    return i;
}


void
cguard_front_count(cguard_front_t *f, unsigned row, uint64_t msec)
{
    if (row >= f->rows) {
        return;
    }

    atomic_fetch_add_explicit(&f->row[row].count, 1, memory_order_relaxed);
    atomic_store_explicit(&f->row[row].last, msec, memory_order_relaxed);
}
