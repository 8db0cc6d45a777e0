
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What an answer to the attack means.
 */


#include <string.h>

#include "verify_answer.h"
#include "verify_types.h"


/* by the traces that the file, or Apache's page, leaves in an answer */

verify_meaning_e
verify_meaning(const verify_answer_t *a)
{
    if (a->failed) {
        switch (a->failed) {

        case CURLE_GOT_NOTHING:
        case CURLE_RECV_ERROR:
        case CURLE_SEND_ERROR:
        case CURLE_HTTP2:
        case CURLE_HTTP2_STREAM:
            return VERIFY_CLOSED;

        default:
            return VERIFY_UNREACHABLE;
        }
    }

    /* the file itself, whatever somebody has added to the answer */

    if (strstr(a->body, "[global]")) {
        return VERIFY_THROUGH;
    }

    /* citrix_guard_status is from 400 to 599 */

    if (a->guard) {
        return a->status >= 400 && a->status <= 599 ? VERIFY_GUARD
                                                    : VERIFY_OTHER;
    }

    if (a->status / 100 == 2) {
        return VERIFY_THROUGH;
    }

    if (a->status == 403
        && (strstr(a->body, "You don't have permission") || a->apache))
    {
        return VERIFY_THROUGH;
    }

    if (a->status == 403 && a->size == 0) {
        return VERIFY_POLICY;
    }

    return a->status == 400 ? VERIFY_BAD_REQUEST : VERIFY_OTHER;
}
