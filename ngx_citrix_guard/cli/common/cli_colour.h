
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Colours, for a terminal.
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
 * The escape sequence of a colour, where "f" is a terminal and NO_COLOR is not
 * set; "" otherwise.
 */

const char *cli_colour(FILE *f, cli_colour_e colour);


#endif /* _CLI_COLOUR_H_INCLUDED_ */
