
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Reads a JSON document, member by member.
 */


#ifndef _CLI_JSON_H_INCLUDED_
#define _CLI_JSON_H_INCLUDED_


#include <stddef.h>


typedef void (*cli_json_pt)(void *data, const char *path, const char *value);


/*
 * Calls "found" for each member of a JSON document; "value" is NULL where an
 * object or array ends.  Returns -1 if it is not JSON: then what was found
 * before does not count.  Allocates nothing; linear.
 */

int cli_json(const char *text, size_t len, cli_json_pt found, void *data);


#endif /* _CLI_JSON_H_INCLUDED_ */
