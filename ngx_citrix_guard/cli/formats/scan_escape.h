
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Undoes the escapes that logs use for hostile bytes.
 */


#ifndef _SCAN_ESCAPE_H_INCLUDED_
#define _SCAN_ESCAPE_H_INCLUDED_


/*
 * Undoes the escapes of Apache and nginx; writes at most "len" bytes.  "dst"
 * may be "src".  Whatever is not an escape stays.
 */

size_t scan_unescape(unsigned char *dst, const unsigned char *src,
    size_t len);

/* the same for a JSON string */

size_t scan_unescape_json(unsigned char *dst, const unsigned char *src,
    size_t len);

/* the same for the references of HTML and XML */

size_t scan_unescape_html(unsigned char *dst, const unsigned char *src,
    size_t len);


#endif /* _SCAN_ESCAPE_H_INCLUDED_ */
