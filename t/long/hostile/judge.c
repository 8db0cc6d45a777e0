
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * judge < LINES
 *
 * Says for each line what the core makes of it, by the name of the reason:
 *
 *     POLICY TAB TARGET            POLICY is a number, cguard.h
 *     header TAB NAME TAB VALUE
 *
 * Bytes are escaped as in t/data.
 */


#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "vectors.h"


#define JUDGE_LINE_LEN  (1024 * 1024)


static cguard_reason_e judge_line(char *line);
static vectors_bytes_t judge_field(const char *text, size_t len);


int
main(void)
{
    static char  line[JUDGE_LINE_LEN];

    while (fgets(line, sizeof(line), stdin)) {

        if (strchr(line, '\n') == NULL) {
            fprintf(stderr, "judge: a line is too long\n");
            return 2;
        }

        puts(cguard_reason_name(judge_line(line)));
    }

    return 0;
}


static cguard_reason_e
judge_line(char *line)
{
    size_t            n;
    cguard_reason_e   reason;
    vectors_bytes_t   a, b;

    line[strcspn(line, "\n")] = '\0';

    n = strcspn(line, "\t");
    line[n] = '\0';

    if (strcmp(line, "header") != 0) {
        a = judge_field(line + n + 1, strlen(line + n + 1));
        reason = cguard_target(a.data, a.len, (unsigned) atoi(line), NULL);

        free(a.data);

        return reason;
    }

    line += n + 1;
    n = strcspn(line, "\t");

    a = judge_field(line, n);
    b = judge_field(line + n + 1, strlen(line + n + 1));
    reason = cguard_header(a.data, a.len, b.data, b.len, NULL);

    free(a.data);
    free(b.data);

    return reason;
}


static vectors_bytes_t
judge_field(const char *text, size_t len)
{
    vectors_bytes_t  b;

    if (vectors_unescape(&b, text, len) == -1) {
        fprintf(stderr, "judge: bad escape: %s\n", text);
        exit(2);
    }

    return b;
}
