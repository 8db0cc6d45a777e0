
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Looks a code point up in the generated tables: the ASCII that it may be read
 * as.
 */


#include <stddef.h>

#include "cguard_compat.h"
#include "cguard_compat_table.h"


const char *
cguard_compat(uint32_t cp)
{
    unsigned  text;

    if (cp >= (uint32_t) CGUARD_COMPAT_PAGES << 6) {
        return NULL;
    }

    text = cguard_compat_cell[cguard_compat_page[cp >> 6]][cp & 0x3f];

    return text ? cguard_compat_text[text] : NULL;
}
