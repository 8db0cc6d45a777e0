
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Reads a JSON document, member by member.  A member is named by its path:
 * keys joined by dots, "#" for an element of an array.
 */


#include <stdio.h>
#include <string.h>

#include "cli_json.h"


#define CLI_JSON_DEPTH  16
#define CLI_JSON_PATH   128
#define CLI_JSON_VALUE  1024


typedef struct {
    const char           *p;
    const char           *last;
    cli_json_pt           found;
    void                 *data;
    unsigned              depth;
    char                  path[CLI_JSON_PATH];
    char                  value[CLI_JSON_VALUE];
} cli_json_t;


static int cli_json_value(cli_json_t *js, size_t path);
static int cli_json_members(cli_json_t *js, size_t path, char end);
static int cli_json_string(cli_json_t *js, char *to, size_t size);
static int cli_json_word(cli_json_t *js);


int
cli_json(const char *text, size_t len, cli_json_pt found, void *data)
{
    cli_json_t  js;

    memset(&js, 0, sizeof(cli_json_t));

    /* "p" may be NULL if there are no bytes */

    if (len == 0) {
        text = "";
    }

    js.p = text;
    js.last = text + len;
    js.found = found;
    js.data = data;

    return cli_json_value(&js, 0);
}


static char
cli_json_next(cli_json_t *js)
{
    while (js->p < js->last && *js->p && strchr(" \t\r\n", *js->p)) {
        js->p++;
    }

    return js->p < js->last ? *js->p : '\0';
}


/* "path" is the length of this value's path */

static int
cli_json_value(cli_json_t *js, size_t path)
{
    int   rc;
    char  c;

    c = cli_json_next(js);

    if (c == '{' || c == '[') {

        if (js->depth == CLI_JSON_DEPTH) {
            return -1;
        }

        js->p++;
        js->depth++;

        rc = cli_json_members(js, path, c == '{' ? '}' : ']');

        js->depth--;
        js->path[path] = '\0';

        if (rc == 0) {
            js->found(js->data, js->path, NULL);
        }

        return rc;
    }

    rc = c == '"' ? cli_json_string(js, js->value, sizeof(js->value))
                  : cli_json_word(js);

    if (rc == 0) {
        js->found(js->data, js->path, js->value);
    }

    return rc;
}


static int
cli_json_members(cli_json_t *js, size_t path, char end)
{
    char    key[CLI_JSON_PATH];
    size_t  len;

    if (cli_json_next(js) == end) {
        js->p++;
        return 0;
    }

    for ( ;; ) {
        strcpy(key, "#");

        if (end == '}') {
            if (cli_json_next(js) != '"'
                || cli_json_string(js, key, sizeof(key)) == -1
                || cli_json_next(js) != ':')
            {
                return -1;
            }

            js->p++;
        }

        len = path + (path > 0) + strlen(key);

        if (len >= sizeof(js->path)) {
            return -1;
        }

        snprintf(js->path + path, sizeof(js->path) - path, "%s%s",
                 path ? "." : "", key);

        if (cli_json_value(js, len) == -1) {
            return -1;
        }

        switch (cli_json_next(js)) {

        case ',':
            js->p++;
            continue;

        default:
            if (js->p == js->last || *js->p++ != end) {
                return -1;
            }

            return 0;
        }
    }
}


/* cut if it is too long; bytes that are not ASCII, and \u, become "?" */

static int
cli_json_string(cli_json_t *js, char *to, size_t size)
{
    char         c;
    size_t       n;
    const char  *found;

    static const char  letters[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";

    n = 0;

    for (js->p++; js->p < js->last && *js->p != '"'; js->p++) {
        c = *js->p;

        if (c == '\\') {

            if (++js->p == js->last) {
                return -1;
            }

            found = *js->p ? strchr(letters, *js->p) : NULL;
            c = found ? bytes[found - letters] : '?';

            if (*js->p == 'u') {

                if (js->last - js->p < 5) {
                    return -1;
                }

                js->p += 4;
            }
        }

        if (n + 1 < size) {
            to[n++] = (c >= 0x20 && c < 0x7f) ? c : '?';
        }
    }

    to[n] = '\0';

    return js->p++ < js->last ? 0 : -1;
}


/* a number, true, false or null */

static int
cli_json_word(cli_json_t *js)
{
    size_t  n;

    for (n = 0;
         js->p < js->last && n + 1 < sizeof(js->value)
         && ((*js->p >= '0' && *js->p <= '9') || (*js->p >= 'a'
             && *js->p <= 'z') || (*js->p && strchr("+-.E", *js->p)));
         js->p++)
    {
        js->value[n++] = *js->p;
    }

    js->value[n] = '\0';

    return n ? 0 : -1;
}
