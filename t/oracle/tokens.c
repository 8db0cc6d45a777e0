
/*
 * Copyright (C) ngx_citrix_guard authors
 */


#include "tokens.h"


const alphabet_t  alphabets[] = {

    { "nested", 8, { "/", ".", "%", "2", "5", "e", "vpns" } },

    { "overlong", 7, { "/", ".", "%", "c0", "ae", "2e", "\xC0", "\xAE" } },

    { "utf8", 6, { "/", ".", "\xC0", "\xC1", "\xE0", "\x80", "\xAE", "@",
                   "n", "vp", "s" } },

    { "segments", 6, { "/", "\\", ".", "..", ";", "?", "#", "\t", " ",
                       "vpns", "x" } },

    { "escapes", 7, { "/", ".", "%", "u", "0", "2", "e", "\t" } },

    { "letters", 6, { "/", "v", "P", "n", "s", "%", "7", "6", ";", "\xC1",
                      "\x7F" } },

    { "compat", 5, { "/", ".", "2", "e", "vp", "s", "%", "\xEF\xBC\x8E",
                     "\xE2\x80\xA5", "\xE2\x88\x95", "\xEF\xBC\x85",
                     "\xEF\xBC\xBC", "\xC3\xA9", "\xC5\xBF", "\xE3\x8E\xB1",
                     "\xE2\x80\x8B", "%uff0e", "\xC3", "%c3" } },

    { "strays", 6, { "/", ".", "%", "2", "e", "vpns", "\xFF", "%ff", "\xC0",
                     "%c0", "%5c" } },

    { "strict", 6, { "/", "..", "vp", "ns", "%", "2", "e", "\xC3", "\xA9",
                     "\xFF", "\t", "c3", "a9" } },

    { "ends", 6, { "/", ".", "..", "vpns", "?", "#", "%3f", "%23", "%253f",
                   ";" } },

    { "split", 7, { "..", "vp", "ns", "/", "\xC0", "\xE0", "\xFF", "\t" } },

    { "mixed", 5, { "/", ".", "%", "2", "5", "e", "f", "c0", "ae", ";", "\\",
                    "?", "#", "v", "p", "n", "s", "vpns", "..", "%u002e",
                    "\xC0", "\xC1", "\xAE", "\xE0", "\t", "u", "0" } },

    { NULL, 0, { NULL } }
};


const size_t  alphabets_count = sizeof(alphabets) / sizeof(alphabets[0]);


const char *const  pieces[] = {
    "/../", "/vpns/", "%2e%2e", "%252e", "%25252e", "%c0%ae", "%c0%2e",
    "%e0%80%ae", "%e0%40%ae", "%f0%80%80%ae", "%f8%80%80%80%ae",
    "%fc%80%80%80%80%ae", "%c1%b6", "%2f", "%5c", "%u2025", "%u2215",
    "%u017f", "%uff05", "%%32%65", "%2%65", "%25u002e", "%00", "%09", "%20",
    "%80", "%3b", "%76pns", "VPNS", "vpn", "/./", "//", ";x", "..;", "...",
    ". ", "a", "%", "%u", "\x80", "\xBF", "\xFD", "\xFE", "\xF0", NULL
};
