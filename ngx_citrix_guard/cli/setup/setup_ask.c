
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Asks the operator for everything that no option has set.
 */


#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common/cli_error.h"
#include "setup_ask.h"
#include "setup_types.h"
#include "setup_value.h"


#define SETUP_TRIES  5


typedef int (*setup_value_pt)(setup_t *s, const char *text);


static int setup_question(setup_t *s, const char *option, const char *text,
    const char *proposal, setup_value_pt take);
static int setup_answer(char **line, size_t *size);
static int setup_take_names(setup_t *s, const char *text);


int
setup_ask(setup_t *s)
{
    if (s->names == 0
        && setup_question(s, "name", "The Gateway's name, or several "
                          "separated by spaces", NULL, setup_take_names) == -1)
    {
        return -1;
    }

    if (s->adc[0] == '\0'
        && setup_question(s, "adc", "The address of its virtual server on the "
                          "ADC (HOST or HOST:PORT)", NULL, setup_adc) == -1)
    {
        return -1;
    }

    if (s->certificate == NULL
        && setup_question(s, "certificate", "The file with its certificate "
                          "and the chain", NULL, setup_certificate) == -1)
    {
        return -1;
    }

    if (s->key == NULL
        && setup_question(s, "key", "The file with its key", NULL, setup_key)
           == -1)
    {
        return -1;
    }

    if (s->mode == NULL
        && setup_question(s, "mode", "on refuses the attack, detect only "
                          "records it", "on", setup_mode) == -1)
    {
        return -1;
    }

    return 0;
}


/* asks again until the answer is valid */

static int
setup_question(setup_t *s, const char *option, const char *text,
    const char *proposal, setup_value_pt take)
{
    int       rc;
    char     *line;
    size_t    size;
    unsigned  i;

    if (s->yes) {
        if (proposal) {
            return take(s, proposal);
        }

        cli_error("setup: --%s= is missing", option);
        return -1;
    }

    line = NULL;
    size = 0;
    rc = -1;

    for (i = 0; i < SETUP_TRIES && rc == -1; i++) {
        printf("%s%s%s%s: ", text, proposal ? " [" : "",
               proposal ? proposal : "", proposal ? "]" : "");
        (void) fflush(stdout);

        if (setup_answer(&line, &size) == -1) {
            putchar('\n');
            cli_error("setup: no answer, and --%s= is missing", option);
            break;
        }

        rc = take(s, line[0] == '\0' && proposal ? proposal : line);
    }

    free(line);

    return rc;
}


/* reads a line, without spaces around it */

static int
setup_answer(char **line, size_t *size)
{
    char     *p;
    ssize_t   n;

    n = getline(line, size, stdin);

    if (n <= 0) {
        return -1;
    }

    while (n && strchr(" \t\r\n", (*line)[n - 1])) {
        (*line)[--n] = '\0';
    }

    p = *line + strspn(*line, " \t");
    memmove(*line, p, strlen(p) + 1);

    return 0;
}


static int
setup_take_names(setup_t *s, const char *text)
{
    char    name[SETUP_NAME + 2];
    size_t  len;

    s->names = 0;

    do {
        len = strcspn(text, " \t,");
        snprintf(name, sizeof(name), "%.*s", (int) len, text);

        if (setup_name(s, name) == -1) {
            return -1;
        }

        text += len;
        text += strspn(text, " \t,");

    } while (*text);

    return 0;
}


int
setup_confirm(const setup_t *s)
{
    int     rc;
    char   *line;
    size_t  size;

    if (s->yes) {
        return 1;
    }

    printf("Write this, and start or reload nginx with it? [y/N]: ");
    (void) fflush(stdout);

    line = NULL;
    size = 0;

    rc = setup_answer(&line, &size) == 0
         && (strcmp(line, "y") == 0 || strcmp(line, "yes") == 0);

    if (line == NULL) {
        putchar('\n');
    }

    free(line);

    return rc;
}
