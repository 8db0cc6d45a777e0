
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The forms in which rules see a target.
 *
 * The signs of CVE-2019-19781 are searched in all readings at once
 * (cguard_sign.h), but a pattern needs a text.  So a few readings are written
 * as text: those that real parsers produce.
 */


#ifndef _CGUARD_FORM_H_INCLUDED_
#define _CGUARD_FORM_H_INCLUDED_


#include <stddef.h>


#pragma GCC visibility push(hidden)


/*
 * Ways to resolve a path: before decoding, after one layer, and after all
 * layers; each with and without empty segments.
 */

#define CGUARD_FORM_RESOLUTIONS  6


typedef enum {
    CGUARD_FORM_RAW = 0,             /* as it was sent */
    CGUARD_FORM_DECODED,             /* all percent-encoding removed;
                                        control bytes are kept */
    CGUARD_FORM_READING,             /* cguard_reading(): UTF-8 decoded,
                                        too; "\" as "/"; no noise or
                                        parameters */
    CGUARD_FORM_RESOLVED,            /* the reading, with empty and dot
                                        segments resolved */
    CGUARD_FORM_OTHERWISE,           /* the first of the other resolutions */
    CGUARD_FORM_MAX = CGUARD_FORM_RESOLVED + CGUARD_FORM_RESOLUTIONS
} cguard_form_e;


typedef struct {
    const unsigned char  *data;
    size_t                len;
    size_t                path;      /* length of the path; "?" and query
                                        follow */
} cguard_form_t;


/* bytes of memory for the forms of a target, and of a value, at most */

size_t cguard_form_size(size_t len);


/*
 * Writes the different forms of a target to "form", the raw one first, and
 * returns their number: 1 if there is nothing to decode or resolve.  The texts
 * are in "p" and "buf", which has "size" bytes; returns 0 if they do not fit,
 * which cannot happen with cguard_form_size() bytes.  Allocates nothing;
 * linear.
 */

unsigned cguard_form_target(const unsigned char *p, size_t len,
    unsigned char *buf, size_t size, cguard_form_t form[CGUARD_FORM_MAX]);


/*
 * The same for the value of a header field or a part of a body: raw and
 * decoded.  In the decoded form of a body "+" is a space, as in HTML forms.
 */

unsigned cguard_form_value(const unsigned char *p, size_t len, int body,
    unsigned char *buf, size_t size, cguard_form_t form[CGUARD_FORM_MAX]);


#pragma GCC visibility pop


#endif /* _CGUARD_FORM_H_INCLUDED_ */
