
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The oracle knows some code points of each kind, the core has a table of
 * thousands (t/core/unit/compat_test.c compares that with its sources).  Where
 * both are compared, the core's table has those only that the oracle knows.
 * This file stands for cguard_compat.c.
 */


#define cguard_compat  listed_compat
#include "cguard/decision/cguard_compat.c"
#undef cguard_compat

#include "oracle.h"


__attribute__((visibility("hidden")))
const char *
cguard_compat(uint32_t cp)
{
    return oracle_knows(cp) ? listed_compat(cp) : NULL;
}
