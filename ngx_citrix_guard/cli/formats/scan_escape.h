
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The escapes that logs put around hostile bytes.
 */


#ifndef _SCAN_ESCAPE_H_INCLUDED_
#define _SCAN_ESCAPE_H_INCLUDED_


/*
 * Undoes what Apache and nginx do to hostile bytes: at most "len" bytes come out;
 * "dst" may be "src".  What is no escape stays as it is.
 */

size_t scan_unescape(unsigned char *dst, const unsigned char *src,
    size_t len);

/* the same for a string of JSON */

size_t scan_unescape_json(unsigned char *dst, const unsigned char *src,
    size_t len);


#endif /* _SCAN_ESCAPE_H_INCLUDED_ */
