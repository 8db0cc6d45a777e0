
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Runs other programs: nginx, systemctl, diff.  No shell is involved.
 */


#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli_memory.h"
#include "cli_run.h"


#define CLI_SAID  (1024 * 1024)


static void cli_exec(const char *const *argv, int to);
static char *cli_read(int from);


int
cli_run(const char *const *argv, char **said)
{
    int    status, fd[2];
    pid_t  pid;

    *said = NULL;

    if (pipe2(fd, O_CLOEXEC) == -1) {
        return 127;
    }

    pid = fork();

    if (pid == 0) {
        cli_exec(argv, fd[1]);
    }

    close(fd[1]);

    if (pid == -1) {
        close(fd[0]);
        return 127;
    }

    /* a daemon closes what it inherits: do not wait for its end */

    *said = cli_read(fd[0]);

    close(fd[0]);

    while (waitpid(pid, &status, 0) == -1) {
        if (errno != EINTR) {
            return 127;
        }
    }

    return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}


static void
cli_exec(const char *const *argv, int to)
{
    int  null;

    /* setup ignores interrupts while files change; the program does not */

    (void) signal(SIGINT, SIG_DFL);
    (void) signal(SIGTERM, SIG_DFL);
    (void) signal(SIGHUP, SIG_DFL);

    null = open("/dev/null", O_RDONLY);

    if (null != -1) {
        (void) dup2(null, STDIN_FILENO);
    }

    (void) dup2(to, STDOUT_FILENO);
    (void) dup2(to, STDERR_FILENO);

    /* argv is only read */

    (void) execvp(argv[0], (char *const *) argv);

    _exit(127);
}


static char *
cli_read(int from)
{
    char     *text;
    size_t    len;
    ssize_t   n;

    text = cli_alloc(CLI_SAID + 1);
    len = 0;

    for ( ;; ) {
        n = read(from, text + len, CLI_SAID - len);

        if (n == -1 && errno == EINTR) {
            continue;
        }

        if (n <= 0) {
            break;
        }

        len += (size_t) n;
    }

    text[len] = '\0';

    return text;
}
