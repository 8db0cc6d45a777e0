
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Reads a file of simple directives as nginx does (ngx_conf_read_token):
 * words, quotes, escapes, comments, ";".  There are no blocks in it.
 */


#ifndef _CONF_H_INCLUDED_
#define _CONF_H_INCLUDED_


#include <stddef.h>

#include "cguard/rules/cguard_rule.h"


#define CONF_WORDS  64


typedef struct {
    unsigned              line;
    size_t                n;
    cguard_word_t         word[CONF_WORDS];
} conf_directive_t;


typedef struct {
    char                 *text;      /* words point into it, unescaped */
    conf_directive_t     *directive;
    size_t                n;
} conf_t;


/* 0, or -1 and a message on stderr that names the file and the line */

int conf_read(conf_t *c, const char *file);
void conf_free(conf_t *c);


#endif /* _CONF_H_INCLUDED_ */
