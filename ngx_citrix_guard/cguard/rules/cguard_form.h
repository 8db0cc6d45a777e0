
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The forms in which rules see a target.  The signs of CVE-2019-19781 are
 * searched in all readings at once (cguard_sign.h); a pattern needs a text.  So
 * a few readings are written out: those that parsers on the way produce.
 */


#ifndef _CGUARD_FORM_H_INCLUDED_
#define _CGUARD_FORM_H_INCLUDED_


#include <stddef.h>


#pragma GCC visibility push(hidden)


/*
 * Ways to resolve a path: before decoding, after one layer and after all; each
 * with and without empty segments.
 */

#define CGUARD_FORM_RESOLUTIONS  6


typedef enum {
    CGUARD_FORM_RAW = 0,             /* as it was sent */
    CGUARD_FORM_DECODED,             /* percent-encoding taken off, all of it;
                                        control bytes are still there */
    CGUARD_FORM_READING,             /* cguard_reading(): UTF-8 as well, "\"
                                        as "/", no noise, no parameters */
    CGUARD_FORM_RESOLVED,            /* that with no empty and no dot
                                        segments in the path */
    CGUARD_FORM_OTHERWISE,           /* and the same as others resolve it */
    CGUARD_FORM_MAX = CGUARD_FORM_RESOLVED + CGUARD_FORM_RESOLUTIONS
} cguard_form_e;


typedef struct {
    const unsigned char  *data;
    size_t                len;
    size_t                path;      /* its length; "?" and query follow */
} cguard_form_t;


/* bytes of memory that the forms of a target may need, and of a value */

size_t cguard_form_size(size_t len);


/*
 * Writes the forms of a target that differ from one another to "form",
 * the raw one first, and returns their number; 0 if "size" bytes of "buf" do
 * not hold them, which cguard_form_size() bytes do.  Of a target without
 * anything to decode or to resolve there is one.  Linear.
 */

unsigned cguard_form_target(const unsigned char *p, size_t len,
    unsigned char *buf, size_t size, cguard_form_t form[CGUARD_FORM_MAX]);


/*
 * The same for a header's value, or a part of a body: raw and decoded, where
 * "+" in a body's decoded form is a blank, as forms have it.
 */

unsigned cguard_form_value(const unsigned char *p, size_t len, int body,
    unsigned char *buf, size_t size, cguard_form_t form[CGUARD_FORM_MAX]);


#pragma GCC visibility pop


#endif /* _CGUARD_FORM_H_INCLUDED_ */
