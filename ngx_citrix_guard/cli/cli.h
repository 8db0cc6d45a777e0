
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What the commands of citrix-guard share.
 */


#ifndef _CLI_H_INCLUDED_
#define _CLI_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cguard/decision/cguard_target.h"


#define CLI_VERSION  "0.1.0"


typedef struct {
    const unsigned char  *data;
    size_t                len;
} cli_str_t;


#define cli_string(s)  { (const unsigned char *) s, sizeof(s) - 1 }


/* the commands; "argv[0]" is the command's name; each returns exit status */

int cli_check(int argc, char **argv);
int cli_scan(int argc, char **argv);
int cli_verify(int argc, char **argv);


/*
 * One line on standard error: "citrix-guard: ...".  What comes from outside
 * is given to "%s" by way of cli_plain().
 */

__attribute__((format(printf, 1, 2)))
void cli_error(const char *fmt, ...);

/* a text without what moves a terminal's cursor; good for the next 4 calls */

const char *cli_plain(const char *text);

/* no memory left: says so, and ends with status 2 */

void *cli_alloc(size_t size);
void *cli_realloc(void *p, size_t size);
char *cli_strndup(const char *text, size_t len);


/*
 * Bytes as the guard's log line has them: printable ASCII but quote and
 * backslash as it is, all else as \xHH.  So the text stands as it is in a
 * terminal and in a quoted field of CSV; JSON wants each backslash twice.
 * The first writes at most "size" bytes, with the NUL; returns the length.
 */

size_t cli_escape(char *dst, size_t size, const unsigned char *p, size_t len);
void cli_put(FILE *f, const unsigned char *p, size_t len);
void cli_put_json(FILE *f, const unsigned char *p, size_t len);

/* a text of our own as a string of JSON */

void cli_put_text(FILE *f, const char *text);

/* how many characters the above makes of a byte */

unsigned cli_width(unsigned char c);

/* undoes it; takes \\ \t \n \r as well.  In place; -1 if it is none */

int cli_unescape(unsigned char *p, size_t *len);


/* colours, where "f" is a terminal and NO_COLOR is not set; "" otherwise */

typedef enum {
    CLI_PLAIN = 0,
    CLI_BOLD,
    CLI_RED,
    CLI_GREEN,
    CLI_AMBER
} cli_colour_e;

const char *cli_colour(FILE *f, cli_colour_e colour);


/* "--sslvpn=on|off" and "--traversal=vpns|any"; -1 with a message */

int cli_policy_sslvpn(const char *value, unsigned *policy);
int cli_policy_traversal(const char *value, unsigned *policy);


/*
 * Each member of a document of JSON; "value" is NULL where an object or array
 * ends.  -1 if it is none: what was found before is to be forgotten.
 */

typedef void (*cli_json_pt)(void *data, const char *path, const char *value);

int cli_json(const char *text, size_t len, cli_json_pt found, void *data);


/* all has been written; otherwise says so, and the status is 2 */

int cli_flush(int status);


#endif /* _CLI_H_INCLUDED_ */
