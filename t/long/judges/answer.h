/*
 * An answer of an HTTP/1 server, as far as a judge's trial needs it.
 */

#ifndef ANSWER_H_INCLUDED
#define ANSWER_H_INCLUDED


#include <stddef.h>
#include <stdint.h>


/* what is known of an answer */
#define ANSWER_MARKER     0x01      /* the marker is in the body */
#define ANSWER_BLOCKED    0x02      /* the guard's refusal */
#define ANSWER_VERDICT    0x04      /* $citrix_guard_verdict was "blocked" */
#define ANSWER_FORWARDED  0x08      /* something went to the upstream */
#define ANSWER_COMPLETE   0x10      /* there is an answer */


typedef enum {
    ANSWER_MORE = 0,
    ANSWER_DONE,
    ANSWER_BAD
} answer_state_e;


typedef struct {
    unsigned  status;               /* 0: HTTP/0.9, without a head */
    unsigned  flags;
    uint64_t  hash;                 /* of the body */
    int       keep;                 /* the connection may be used again */
} answer_t;


/*
 * Looks at all bytes that have come so far; "eof" says that no more will.
 * An answer that ends with the connection is complete only then.
 */
answer_state_e answer_read(const char *p, size_t len, int eof,
    const char *marker, answer_t *answer);


#endif /* ANSWER_H_INCLUDED */
