
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Colours on a terminal.
 */


#ifndef _CLI_COLOUR_H_INCLUDED_
#define _CLI_COLOUR_H_INCLUDED_


#include <stdio.h>


typedef enum {
    CLI_PLAIN = 0,
    CLI_BOLD,
    CLI_RED,
    CLI_GREEN,
    CLI_AMBER
} cli_colour_e;


/*
 * The escape sequence of a colour if "f" is a terminal and NO_COLOR is not
 * set; otherwise "".  The string is constant.
 */

const char *cli_colour(FILE *f, cli_colour_e colour);


#endif /* _CLI_COLOUR_H_INCLUDED_ */
