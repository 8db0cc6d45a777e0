
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Types that the commands share.
 */


#ifndef _CLI_TYPES_H_INCLUDED_
#define _CLI_TYPES_H_INCLUDED_


#include <stddef.h>


typedef struct {
    const unsigned char  *data;
    size_t                len;
} cli_str_t;


#define cli_string(s)  { (const unsigned char *) s, sizeof(s) - 1 }


#endif /* _CLI_TYPES_H_INCLUDED_ */
