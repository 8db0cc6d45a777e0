
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * replay FILE...
 *
 * A fuzz target without libFuzzer: it gets the inputs of the files, one in
 * each line, escaped as in t/data; "#" begins a comment.
 */


#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "vectors.h"


#define REPLAY_LINE_LEN  (64 * 1024)


static int replay_file(const char *name);
static int replay_lines(const char *name, FILE *f);


static unsigned long  replayed;


int
main(int argc, char **argv)
{
    int  i;

    for (i = 1; i < argc; i++) {
        if (replay_file(argv[i]) == -1) {
            return 2;
        }
    }

    printf("%lu inputs\n", replayed);

    return replayed == 0;
}


static int
replay_file(const char *name)
{
    int    rc;
    FILE  *f;

    f = fopen(name, "r");
    if (f == NULL) {
        fprintf(stderr, "%s: %s\n", name, strerror(errno));
        return -1;
    }

    rc = replay_lines(name, f);

    (void) fclose(f);

    return rc;
}


static int
replay_lines(const char *name, FILE *f)
{
    size_t            len;
    static char       line[REPLAY_LINE_LEN];
    vectors_bytes_t   input;

    while (fgets(line, sizeof(line), f)) {

        len = strcspn(line, "\n");

        if (line[0] == '#') {
            continue;
        }

        if (line[len] == '\0' || vectors_unescape(&input, line, len) == -1) {
            fprintf(stderr, "%s: not a line of escaped bytes: %s\n", name,
                    line);
            return -1;
        }

        (void) LLVMFuzzerTestOneInput(input.data, input.len);

        replayed++;
        free(input.data);
    }

    return 0;
}
