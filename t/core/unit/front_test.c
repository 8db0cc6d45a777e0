
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The counters of the front; prints TAP.
 */


#include <stdio.h>

#include "cguard/zone/cguard_front.h"
#include "tap.h"


int
main(void)
{
    tap_t                  t = { 0, 0 };
    char                   name[16];
    unsigned               i;
    static cguard_front_t  front, other;

    cguard_front_init(&front);

    tap_ok(&t, cguard_front_fits(&front), "one of this layout");
    tap_ok(&t, !cguard_front_fits(&other), "and one that is not");

    tap_ok(&t, cguard_front_row(&front, "cgp", "request") == 0, "the first");
    tap_ok(&t, cguard_front_row(&front, "cgp", "slow") == 1, "another reason");
    tap_ok(&t, cguard_front_row(&front, "ica", "slow") == 2, "and protocol");
    tap_ok(&t, cguard_front_row(&front, "cgp", "slow") == 1, "the same again");
    tap_ok(&t, cguard_front_row(&front, "abcdefghijk", "x") == 3, "as long");
    tap_ok(&t, cguard_front_row(&front, "abcdefghijkl", "x")
               == CGUARD_FRONT_ROWS, "as may be");
    tap_ok(&t, cguard_front_row(&front, "x", "abcdefghijkl")
               == CGUARD_FRONT_ROWS, "either");
    tap_ok(&t, front.rows == 4, "four rows");

    cguard_front_count(&front, 1, 7);
    cguard_front_count(&front, 1, 9);
    cguard_front_count(&front, 4, 9);
    cguard_front_count(&front, CGUARD_FRONT_ROWS, 9);

    tap_ok(&t, front.row[1].count == 2 && front.row[1].last == 9, "counted");
    tap_ok(&t, front.row[0].count == 0 && front.row[2].count == 0
               && front.row[4].count == 0, "and nothing else is");

    for (i = 4; i < CGUARD_FRONT_ROWS; i++) {
        (void) snprintf(name, sizeof(name), "n%u", i);
        (void) cguard_front_row(&front, name, "x");
    }

    tap_ok(&t, front.rows == CGUARD_FRONT_ROWS, "all rows");
    tap_ok(&t, cguard_front_row(&front, "more", "x") == CGUARD_FRONT_ROWS,
           "and no more");
    tap_ok(&t, cguard_front_row(&front, "n9", "x") == 9, "who is there stays");

    return tap_done(&t);
}
