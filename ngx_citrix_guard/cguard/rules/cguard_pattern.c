
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Compiles and matches patterns with PCRE2.
 */


#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH  8
#include <pcre2.h>

#include "cguard_pattern.h"


struct cguard_matcher_s {
    pcre2_match_context  *context;
    pcre2_match_data     *data;
    pcre2_jit_stack      *stack;
};


cguard_matcher_t *
cguard_matcher_create(void)
{
    cguard_matcher_t  *m;

    m = calloc(1, sizeof(cguard_matcher_t));
    if (m == NULL) {          /* not covered: no memory */
        return NULL;
    }

    m->context = pcre2_match_context_create(NULL);
    m->data = pcre2_match_data_create(1, NULL);

    /* not covered: no memory */
    if (m->context == NULL || m->data == NULL) {
        cguard_matcher_free(m);
        return NULL;
    }

    pcre2_set_match_limit(m->context, CGUARD_PATTERN_STEPS);
    pcre2_set_heap_limit(m->context, CGUARD_PATTERN_HEAP);

    /* NULL if PCRE2 JIT compiled nothing; then it is not needed */

    m->stack = pcre2_jit_stack_create(32 * 1024, CGUARD_PATTERN_JIT_STACK,
                                      NULL);
    if (m->stack) {           /* not covered: no JIT, or no memory */
        pcre2_jit_stack_assign(m->context, NULL, m->stack);
    }

    return m;
}


void
cguard_matcher_free(cguard_matcher_t *m)
{
    if (m == NULL) {
        return;
    }

    pcre2_jit_stack_free(m->stack);
    pcre2_match_data_free(m->data);
    pcre2_match_context_free(m->context);

    free(m);
}


int
cguard_pattern_compile(cguard_pattern_t *p, const char *text, size_t len,
    unsigned flags, char error[CGUARD_PATTERN_ERROR], size_t *offset)
{
    int         code;
    size_t      size;
    uint32_t    options;
    PCRE2_SIZE  at;

    options = PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF
              | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C;

    if (!(flags & CGUARD_PATTERN_CASE)) {
        options |= PCRE2_CASELESS;
    }

    p->jit = 0;
    p->code = pcre2_compile((PCRE2_SPTR) text, len, options, &code, &at,
                            NULL);

    if (p->code == NULL) {
        (void) pcre2_get_error_message(code, (PCRE2_UCHAR *) error,
                                       CGUARD_PATTERN_ERROR);
        *offset = at;
        return -1;
    }

    /*
     * Without JIT code the pattern is interpreted: slower, same result.
     * pcre2_jit_compile() also returns 0 for "(*NO_JIT)", but compiles
     * nothing.
     */

    size = 0;

    (void) pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE);
    (void) pcre2_pattern_info(p->code, PCRE2_INFO_JITSIZE, &size);

    p->jit = (size != 0);

    return 0;
}


void
cguard_pattern_free(cguard_pattern_t *p)
{
    pcre2_code_free(p->code);
    p->code = NULL;
}


int
cguard_pattern_match(cguard_matcher_t *m, const cguard_pattern_t *p,
    const unsigned char *subject, size_t len)
{
    int  rc;

    if (len == 0) {

        /* some versions of PCRE2 do not accept NULL for an empty subject */

        subject = (const unsigned char *) "";
    }

    /* pcre2_match() would call the same code after a few checks */

    rc = p->jit ? pcre2_jit_match(p->code, subject, len, 0, 0, m->data,
                                  m->context)
                : pcre2_match(p->code, subject, len, 0, 0, m->data,
                              m->context);

    if (rc == PCRE2_ERROR_NOMATCH) {
        return 0;
    }

    return rc >= 0 ? 1 : rc;
}
