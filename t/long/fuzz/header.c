
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Any header field.  An input is a byte with the length of the name, the
 * name, and the value.
 */


#include <stdlib.h>
#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "fuzz.h"
#include "vectors.h"


static int header_is_judged(const unsigned char *name, size_t len);
static int header_folds_to(const unsigned char *name, size_t len,
    const char *wanted);
static int header_has_parent(const unsigned char *value, size_t len,
    cguard_reason_e *reason);
static void header_value(const unsigned char *name, size_t nlen,
    const unsigned char *value, size_t vlen);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t          nlen;
    unsigned char  *name, *value;

    if (size == 0) {
        return 0;
    }

    data++;
    size--;

    nlen = data[-1] < size ? data[-1] : size;

    name = vectors_copy(data, nlen);
    value = vectors_copy(data + nlen, size - nlen);

    header_value(name, nlen, value, size - nlen);

    /* most names are of no interest: the value has a turn with one that is */

    free(name);
    name = vectors_copy("nsc-user", 8);

    header_value(name, 8, value, size - nlen);

    free(name);
    free(value);

    return 0;
}


static void
header_value(const unsigned char *name, size_t nlen,
    const unsigned char *value, size_t vlen)
{
    int              parent;
    cguard_reason_e  reason;
    cguard_result_t  res;

    memset(&res, 0xa5, sizeof(cguard_result_t));

    if (cguard_header(name, nlen, value, vlen, &res) != res.reason
        || cguard_header(name, nlen, value, vlen, NULL) != res.reason
        || (res.reason != CGUARD_PASS && res.reason != CGUARD_HEADER))
    {
        fuzz_failed("two verdicts, or another reason", value, vlen);
    }

    if (res.reason == CGUARD_PASS
        ? (res.start || res.end || res.depth)
        : (res.start >= res.end || res.end > vlen || res.depth > vlen))
    {
        fuzz_failed("a range or a depth that cannot be", value, vlen);
    }

    if (!header_is_judged(name, nlen)) {
        if (res.reason != CGUARD_PASS) {
            fuzz_failed("another field is refused", name, nlen);
        }

        return;
    }

    parent = header_has_parent(value, vlen, &reason);

    /* a path may have a guessed parent, beside a plain vpns; a value has none */

    if (parent != (res.reason == CGUARD_HEADER)
        && !(parent && reason == CGUARD_TRAVERSAL))
    {
        fuzz_failed("the value is judged otherwise as a path", value, vlen);
    }
}


/* docs/readings.md once more */

static int
header_is_judged(const unsigned char *name, size_t len)
{
    return header_folds_to(name, len, "NSC_USER")
           || header_folds_to(name, len, "NSC_NONCE");
}


static int
header_folds_to(const unsigned char *name, size_t len, const char *wanted)
{
    size_t  i;

    if (len != strlen(wanted)) {
        return 0;
    }

    for (i = 0; i < len; i++) {

        if (wanted[i] == '_') {
            if (strchr("0123456789abcdefghijklmnopqrstuvwxyz"
                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ", name[i])
                && name[i])
            {
                return 0;
            }

        } else if (name[i] != wanted[i]
                   && name[i] != (wanted[i] | 0x20))
        {
            return 0;
        }
    }

    return 1;
}


/* whether the value, taken for a path, has a parent segment */

static int
header_has_parent(const unsigned char *value, size_t len,
    cguard_reason_e *reason)
{
    *reason = cguard_parts(value, len, NULL, 0,
                           CGUARD_NO_SSLVPN|CGUARD_ANY_PARENT, NULL);

    return *reason == CGUARD_TRAVERSAL || *reason == CGUARD_PARENT;
}
