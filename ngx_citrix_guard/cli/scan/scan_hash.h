
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A hash table that grows up to a limit, and then counts what it leaves out.
 */


#ifndef _SCAN_HASH_H_INCLUDED_
#define _SCAN_HASH_H_INCLUDED_


#include "cli/formats/scan_types.h"


/* creates an empty table for at most "max" entries of this size */

void scan_hash_table_init(scan_hash_table_t *t, size_t size, size_t max);

/* frees the table */

void scan_hash_table_free(scan_hash_table_t *t);

/* entry number "i", in the order of insertion */

void *scan_hash_table_entry(const scan_hash_table_t *t, size_t i);

/* The entry for the key; a new one, all zero; or NULL if the table is full. */

void *scan_hash_table_get(scan_hash_table_t *t, uint64_t hash,
    int (*same)(const void *entry, const void *key), const void *key);

/* the same without adding one: NULL if there is none */

void *scan_hash_table_find(const scan_hash_table_t *t, uint64_t hash,
    int (*same)(const void *entry, const void *key), const void *key);

/* adds bytes to a hash, which begins with 0 */

uint64_t scan_hash(uint64_t hash, const void *p, size_t len);


#endif /* _SCAN_HASH_H_INCLUDED_ */
