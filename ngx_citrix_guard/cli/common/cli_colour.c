
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Colours on a terminal.
 */


#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli_colour.h"


const char *
cli_colour(FILE *f, cli_colour_e colour)
{
    static const char  *codes[] = {
        "\033[0m", "\033[1m", "\033[1;31m", "\033[1;32m", "\033[1;33m"
    };

    static int   tty[2] = { -1, -1 };

    int  *is;

    is = &tty[f == stderr];

    if (*is == -1) {
        *is = isatty(fileno(f)) && getenv("NO_COLOR") == NULL;
    }

    return *is ? codes[colour] : "";
}
