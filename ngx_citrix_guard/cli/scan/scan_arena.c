
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Memory for the findings in a piece of a log: allocated one by one, freed all
 * at once.
 */


#include <stdlib.h>
#include <string.h>

#include "cli/common/cli_memory.h"
#include "cli/common/cli_types.h"
#include "cli/formats/scan_types.h"
#include "scan_arena.h"


#define SCAN_BLOCK  (64 * 1024)


struct scan_block_s {
    scan_block_t         *next;
    size_t                size;
    size_t                used;
    unsigned char         data[];
};


cli_str_t
scan_arena_copy(scan_arena_t *arena, const unsigned char *p, size_t len)
{
    size_t         size;
    cli_str_t      s;
    scan_block_t  *b;

    b = arena->block;

    if (b == NULL || b->size - b->used < len) {
        size = len > SCAN_BLOCK ? len : SCAN_BLOCK;

        b = cli_realloc(NULL, sizeof(scan_block_t) + size);

        b->next = arena->block;
        b->size = size;
        b->used = 0;

        arena->block = b;
    }

    s.data = memcpy(b->data + b->used, p, len);
    s.len = len;

    b->used += len;

    return s;
}


/* the same memory at each call */

unsigned char *
scan_arena_scratch(scan_arena_t *arena, size_t size)
{
    if (size > arena->size) {
        arena->scratch = cli_realloc(arena->scratch, size);
        arena->size = size;
    }

    return arena->scratch;
}


void
scan_arena_reset(scan_arena_t *arena)
{
    scan_block_t  *b;

    while (arena->block && arena->block->next) {
        b = arena->block;
        arena->block = b->next;
        free(b);
    }

    if (arena->block) {
        arena->block->used = 0;
    }
}


void
scan_arena_free(scan_arena_t *arena)
{
    scan_arena_reset(arena);
    free(arena->block);
    free(arena->scratch);
}
