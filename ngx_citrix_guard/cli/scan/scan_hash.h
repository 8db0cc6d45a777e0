
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A hash table that grows up to a bound, and then counts what it leaves out.
 */


#ifndef _SCAN_HASH_H_INCLUDED_
#define _SCAN_HASH_H_INCLUDED_


#include "cli/formats/scan_types.h"


/* an empty table of entries of this size, "max" of them at most */

void scan_hash_table_init(scan_hash_table_t *t, size_t size, size_t max);

/* frees the table */

void scan_hash_table_free(scan_hash_table_t *t);

/* entry number "i", in the order in which they came */

void *scan_hash_table_entry(const scan_hash_table_t *t, size_t i);

/*
 * The entry for the key, a new one of zeros, or NULL if there are too many.
 */

void *scan_hash_table_get(scan_hash_table_t *t, uint64_t hash,
    int (*same)(const void *entry, const void *key), const void *key);

/* the same without adding one: NULL if it is not there */

void *scan_hash_table_find(const scan_hash_table_t *t, uint64_t hash,
    int (*same)(const void *entry, const void *key), const void *key);

/* adds bytes to a hash that begins with 0 */

uint64_t scan_hash(uint64_t hash, const void *p, size_t len);


#endif /* _SCAN_HASH_H_INCLUDED_ */
