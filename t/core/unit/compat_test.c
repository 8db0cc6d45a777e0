
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What code points are read as; prints TAP.
 */


#include <stdio.h>
#include <string.h>

#include "cguard/decision/cguard_compat.h"
#include "cguard/decision/cguard_compat_table.h"


typedef struct {
    uint32_t      cp;
    const char   *ascii;
    const char   *name;
} compat_case_t;


static unsigned compat_ok(unsigned n, int ok, uint32_t cp, const char *name,
    const char *want);
static int compat_same(const char *have, const char *want);
static int compat_whole(void);


static const compat_case_t  compat_cases[] = {

    /* dots */

    { 0xff0e, ".", "fullwidth full stop" },
    { 0xfe52, ".", "small full stop" },
    { 0x2024, ".", "one dot leader" },
    { 0x2025, "..", "two dot leader" },
    { 0x2026, "...", "horizontal ellipsis" },
    { 0xfe30, "..", "vertical two dot leader" },
    { 0x3002, ".", "ideographic full stop" },
    { 0xff61, ".", "halfwidth ideographic full stop" },
    { 0xf029, ".", "private use full stop" },
    { 0x00b7, ".", "middle dot, glibc" },

    /* separators */

    { 0xff0f, "/", "fullwidth solidus" },
    { 0x2215, "/", "division slash" },
    { 0x2044, "/", "fraction slash" },
    { 0x29f8, "/", "big solidus" },
    { 0x00b4, "/", "acute accent, code page 1253" },
    { 0xf022, "/", "private use solidus" },
    { 0x00f7, "/", "division sign, glibc" },
    { 0x2571, "/", "light diagonal, glibc" },
    { 0x2572, "\\", "light diagonal, glibc" },
    { 0x215f, "1/", "fraction numerator one" },
    { 0xff3c, "\\", "fullwidth reverse solidus" },
    { 0xfe68, "\\", "small reverse solidus" },
    { 0x2216, "\\", "set minus" },
    { 0x29f5, "\\", "reverse solidus operator" },
    { 0x29f9, "\\", "big reverse solidus" },
    { 0x00a5, "\\", "yen sign, code page 932" },
    { 0x20a9, "\\", "won sign, code page 949" },
    { 0xf025, "\\", "private use reverse solidus" },
    { 0xf026, "\\", "private use reverse solidus" },
    { 0xefc8, "\\", "private use reverse solidus" },

    /* letters */

    { 0xff36, "V", "fullwidth capital v" },
    { 0xff56, "v", "fullwidth small v" },
    { 0x24e5, "v", "circled small v" },
    { 0x1d42f, "v", "mathematical bold small v" },
    { 0x2174, "v", "small roman numeral five" },
    { 0x1e7d, "v", "small v with tilde" },
    { 0x221a, "v", "square root, code page 1252" },
    { 0xff50, "p", "fullwidth small p" },
    { 0x03c0, "p", "pi, code page 1252" },
    { 0x20a7, "P", "peseta sign, code page 1252" },
    { 0x207f, "n", "superscript small n" },
    { 0x00f1, "n", "small n with tilde" },
    { 0x2229, "n", "intersection, code page 1252" },
    { 0x017f, "s", "long s" },
    { 0x02e2, "s", "modifier small s" },
    { 0x00df, "s", "sharp s, code page 932" },
    { 0x03a3, "S", "capital sigma, code page 1252" },
    { 0x33b1, "ns", "square ns" },
    { 0x33b6, "V", "square mu v: what is ASCII of it" },
    { 0x0149, "n", "n preceded by apostrophe: what is ASCII of it" },
    { 0x0412, "V", "cyrillic capital ve, glibc" },
    { 0x0441, "s", "cyrillic small es, glibc" },
    { 0x028b, "v", "v with hook, glibc and ICU" },
    { 0xdc2f, "v", "low surrogate of mathematical bold small v" },
    { 0xdc49, "V", "low surrogate of mathematical italic capital v" },
    { 0x0192, "f", "small f with hook, code page 1250" },
    { 0x00f0, "e", "eth, code page 936" },

    /* digits and marks */

    { 0xff0b, "+", "fullwidth plus sign" },
    { 0xff05, "%", "fullwidth percent sign" },
    { 0xfe6a, "%", "small percent sign" },
    { 0x066a, "%", "arabic percent sign, code page 1252" },
    { 0xff12, "2", "fullwidth digit two" },
    { 0x0665, "5", "arabic-indic digit five, code page 1256" },
    { 0x2081, "1", "subscript one" },
    { 0xff1b, ";", "fullwidth semicolon" },
    { 0x037e, ";", "greek question mark" },
    { 0xff1f, "?", "fullwidth question mark" },
    { 0x2047, "??", "double question mark" },
    { 0xff03, "#", "fullwidth number sign" },
    { 0x33af, "rad/s2", "square rad over s squared" },

    /* spaces and invisible characters */

    { 0x0080, " ", "c1 control" },
    { 0x0085, " ", "next line" },
    { 0x009f, " ", "c1 control" },
    { 0x00a0, " ", "no-break space" },
    { 0x00ad, " ", "soft hyphen" },
    { 0x0591, " ", "hebrew accent" },
    { 0x20dd, " ", "combining enclosing circle" },
    { 0xd800, " ", "high surrogate" },
    { 0xd835, " ", "high surrogate" },
    { 0xdfff, "9", "low surrogate of mathematical monospace digit nine" },
    { 0x200b, " ", "zero width space" },
    { 0x2028, " ", "line separator" },
    { 0x3000, " ", "ideographic space" },
    { 0xfe0f, " ", "variation selector" },
    { 0xfeff, " ", "zero width no-break space" },
    { 0xf028, " ", "private use space" },
    { 0xe0041, " ", "tag capital a" },
    { 0xe0100, " ", "variation selector" },
    { 0xe0fff, " ", "last code point of the table" },

    /* none */

    { 0x0000, NULL, "NUL" },
    { 0x0041, NULL, "capital a is ASCII" },
    { 0x007f, NULL, "delete is ASCII" },
    { 0x4e00, NULL, "an ideograph" },
    { 0x4e2d, NULL, "an ideograph" },
    { 0x65e5, NULL, "an ideograph" },
    { 0xe1000, NULL, "first code point behind the table" },
    { 0x10ffff, NULL, "last code point" },
    { 0x110000, NULL, "no code point" },
    { 0x80000000, NULL, "no code point" },
    { 0xffffffff, NULL, "no code point" },
};


int
main(void)
{
    unsigned              failed;
    size_t                i, n;
    const compat_case_t  *c;

    n = sizeof(compat_cases) / sizeof(compat_cases[0]);
    failed = 0;

    printf("1..%u\n", (unsigned) n + 1);

    for (i = 0; i < n; i++) {
        c = &compat_cases[i];

        failed += compat_ok((unsigned) i + 1,
                            compat_same(cguard_compat(c->cp), c->ascii),
                            c->cp, c->name, c->ascii);
    }

    failed += compat_ok((unsigned) n + 1, compat_whole(), 0,
                        "the table as a whole", NULL);

    return failed ? 1 : 0;
}


static unsigned
compat_ok(unsigned n, int ok, uint32_t cp, const char *name,
    const char *want)
{
    const char  *have;

    printf("%sok %u - U+%04lX %s\n", ok ? "" : "not ", n, (unsigned long) cp,
           name);

    if (ok) {
        return 0;
    }

    have = cguard_compat(cp);

    printf("# have \"%s\", want \"%s\"\n", have ? have : "(none)",
           want ? want : "(none)");

    return 1;
}


static int
compat_same(const char *have, const char *want)
{
    if (have == NULL || want == NULL) {
        return have == want;
    }

    return strcmp(have, want) == 0;
}


/*
 * Every expansion is ASCII with a relevant character; none is missing.  A "%"
 * stands alone: what follows the first character is not fed where nothing is
 * pending, see cguard_decode().
 */

static int
compat_whole(void)
{
    size_t       len, max;
    uint32_t     cp, entries;
    const char  *p, *text;

    entries = 0;
    max = 0;

    for (cp = 0; cp <= 0x120000; cp++) {

        text = cguard_compat(cp);

        if (text == NULL) {
            continue;
        }

        if (cp < 0x80) {
            return 0;
        }

        len = strlen(text);

        if (len > max) {
            max = len;
        }

        for (p = text; *p; p++) {
            if (*p < ' ' || *p > '~') {
                return 0;
            }
        }

        if (strpbrk(text, "./\\;?#%+ 0123456789abcdefABCDEFuUvVpPnNsS")
            == NULL)
        {
            return 0;
        }

        if (len > 1 && strchr(text, '%') != NULL) {
            return 0;
        }

        entries++;
    }

    return entries == CGUARD_COMPAT_ENTRIES && max == CGUARD_COMPAT_MAX;
}
