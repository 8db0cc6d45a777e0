
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A hash table that grows up to a limit, and then counts what it leaves out.
 */


#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common/cli_memory.h"
#include "cli/formats/scan_types.h"
#include "scan_hash.h"


#define SCAN_TABLE_SLOTS  1024


static void scan_hash_table_grow(scan_hash_table_t *t);


void
scan_hash_table_init(scan_hash_table_t *t, size_t size, size_t max)
{
    memset(t, 0, sizeof(scan_hash_table_t));

    /* each entry begins with its hash */

    t->size = sizeof(uint64_t) + size;
    t->max = max;
    t->slots = SCAN_TABLE_SLOTS;
    t->slot = cli_alloc(t->slots * sizeof(unsigned));
    t->entry = cli_alloc(t->slots / 2 * t->size);
}


void
scan_hash_table_free(scan_hash_table_t *t)
{
    free(t->slot);
    free(t->entry);
}


void *
scan_hash_table_entry(const scan_hash_table_t *t, size_t i)
{
    return (char *) t->entry + i * t->size + sizeof(uint64_t);
}


static uint64_t *
scan_hash_table_hash(const scan_hash_table_t *t, size_t i)
{
    return (uint64_t *) ((char *) t->entry + i * t->size);
}


void *
scan_hash_table_find(const scan_hash_table_t *t, uint64_t hash,
    int (*same)(const void *entry, const void *key), const void *key)
{
    size_t  i, n;

    for (i = hash & (t->slots - 1); t->slot[i]; i = (i + 1) & (t->slots - 1)) {
        n = t->slot[i] - 1;

        if (*scan_hash_table_hash(t, n) == hash
            && same(scan_hash_table_entry(t, n), key))
        {
            return scan_hash_table_entry(t, n);
        }
    }

    return NULL;
}


void *
scan_hash_table_get(scan_hash_table_t *t, uint64_t hash,
    int (*same)(const void *entry, const void *key), const void *key)
{
    size_t  i, n;
    void   *entry;

    entry = scan_hash_table_find(t, hash, same, key);

    if (entry) {
        return entry;
    }

    if (t->n == t->max) {
        t->left_out++;
        return NULL;
    }

    if (t->n == t->slots / 2) {
        scan_hash_table_grow(t);
        return scan_hash_table_get(t, hash, same, key);
    }

    for (i = hash & (t->slots - 1); t->slot[i]; i = (i + 1) & (t->slots - 1)) {
        /* void */
    }

    n = t->n++;
    t->slot[i] = (unsigned) n + 1;
    *scan_hash_table_hash(t, n) = hash;

    entry = scan_hash_table_entry(t, n);

    return memset(entry, 0, t->size - sizeof(uint64_t));
}


static void
scan_hash_table_grow(scan_hash_table_t *t)
{
    size_t  i, n;

    t->slots *= 2;
    t->entry = cli_realloc(t->entry, t->slots / 2 * t->size);

    free(t->slot);
    t->slot = cli_alloc(t->slots * sizeof(unsigned));

    for (n = 0; n < t->n; n++) {
        i = *scan_hash_table_hash(t, n) & (t->slots - 1);

        while (t->slot[i]) {
            i = (i + 1) & (t->slots - 1);
        }

        t->slot[i] = (unsigned) n + 1;
    }
}


/* FNV-1a with a final mix, because the low bits choose the slot */

uint64_t
scan_hash(uint64_t hash, const void *p, size_t len)
{
    size_t  i;

    hash ^= 14695981039346656037u;

    for (i = 0; i < len; i++) {
        hash = (hash ^ ((const unsigned char *) p)[i]) * 1099511628211u;
    }

    return hash ^ hash >> 32;
}
