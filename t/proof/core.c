
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The core in one piece, for Frama-C: so that an inline function is proved
 * once, and the tables are seen.
 */


#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cguard_byte.c"

#undef HEX
#undef U
#undef CONT
#undef PCT
#undef OPEN
#undef LEAD
#undef NOISE
#undef CELL
#undef OFFER
#undef BEGIN

#include "cguard_sign.c"
#include "cguard_compat.c"
#include "cguard_clean.c"
#include "cguard_reading.c"
#include "cguard_strict.c"
#include "cguard_target.c"
