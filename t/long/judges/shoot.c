/*
 * shoot PORT MARKER CONNECTIONS MILLISECONDS [HEADERS] <targets >outcomes
 *
 * Sends request targets to an HTTP/1 server at 127.0.0.1, byte for byte, and
 * writes down what came back.  HEADERS are the lines of the head, each with
 * its CRLF; without them it is Host alone.
 *
 * Of each target its length (32 bits) and its bytes are read, and an outcome
 * of 16 bytes is written: status (16 bits), the flags of answer.h (16), zero
 * (32), the hash of the body (64), all in the machine's byte order.
 *
 * Connections are kept alive, without pipelining. A target with a control
 * byte or a blank may end the request line early and bring two answers, or
 * none; it goes over a connection of its own.
 */

#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "answer.h"


#define MAX_CONNECTIONS  64
#define MAX_ANSWER       (1024 * 1024)
#define MAX_REFUSED      200            /* then the server is gone */


typedef struct {
    uint16_t  status;
    uint16_t  flags;
    uint32_t  zero;
    uint64_t  hash;
} outcome_t;


typedef struct {
    char     *data;
    size_t    len;
} target_t;


typedef struct {
    int       fd;                       /* -1: none */
    size_t    target;
    int       busy;
    int       used;                     /* has answered before */
    int       alone;
    int       again;                    /* sent a second time */
    char     *out;
    size_t    out_len;
    size_t    sent;
    char     *in;
    size_t    in_len;
    size_t    in_size;
    long      deadline;
} connection_t;


static struct sockaddr_in   address;
static const char          *marker;
static const char          *headers = "Host: 127.0.0.1\r\n";
static long                 patience;
static target_t            *targets;
static size_t               ntargets, next_target, refused;
static outcome_t           *outcomes;


static void
fail(const char *what)
{
    fprintf(stderr, "shoot: %s\n", what);
    exit(1);
}


static void *
resized(void *p, size_t size)
{
    p = realloc(p, size);
    if (p == NULL) {
        fail("no memory");
    }

    return p;
}


static long
now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}


static void
read_targets(void)
{
    size_t    room;
    uint32_t  len;

    room = 0;

    while (fread(&len, sizeof(len), 1, stdin) == 1) {
        if (ntargets == room) {
            room = room ? room * 2 : 1024;
            targets = resized(targets, room * sizeof(target_t));
        }

        targets[ntargets].len = len;
        targets[ntargets].data = resized(NULL, len + 1);

        if (fread(targets[ntargets].data, 1, len, stdin) != len) {
            fail("the targets end early");
        }

        ntargets++;
    }

    outcomes = calloc(ntargets + 1, sizeof(outcome_t));
    if (outcomes == NULL) {
        fail("no memory");
    }
}


static int
is_odd(const target_t *target)
{
    size_t         i;
    unsigned char  c;

    for (i = 0; i < target->len; i++) {
        c = target->data[i];
        if (c <= 0x20 || c == 0x7f) {
            return 1;
        }
    }

    return 0;
}


static void
hang_up(connection_t *c)
{
    struct linger  linger = { 1, 0 };

    /* no TIME_WAIT is left behind, there are many */

    if (c->fd >= 0) {
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
        close(c->fd);
    }

    c->fd = -1;
    c->used = 0;
}


static void
wait_for_server(connection_t *c)
{
    hang_up(c);

    if (++refused > MAX_REFUSED) {
        fail("the server is gone");
    }

    usleep(10000);
}


static void
dial(connection_t *c)
{
    int  on;

    on = 1;

    for ( ;; ) {
        c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (c->fd < 0) {
            fail("no socket");
        }

        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));

        if (connect(c->fd, (struct sockaddr *) &address, sizeof(address)) == 0
            || errno == EINPROGRESS)
        {
            return;
        }

        wait_for_server(c);
    }
}


static void
write_request(connection_t *c)
{
    char      *p;
    target_t  *target;

    static const char  tail[] = " HTTP/1.1\r\n";
    static const char  last[] = "Connection: close\r\n";

    target = &targets[c->target];

    c->out = resized(c->out, target->len + strlen(headers) + 128);

    p = mempcpy(c->out, "GET ", 4);
    p = mempcpy(p, target->data, target->len);
    p = mempcpy(p, tail, sizeof(tail) - 1);
    p = mempcpy(p, headers, strlen(headers));
    if (c->alone) {
        p = mempcpy(p, last, sizeof(last) - 1);
    }
    p = mempcpy(p, "\r\n", 2);

    c->out_len = p - c->out;
    c->sent = 0;
    c->in_len = 0;
    c->deadline = now() + patience;

    if (c->fd < 0) {
        dial(c);
    }
}


static void
begin(connection_t *c)
{
    if (next_target == ntargets) {
        c->busy = 0;
        hang_up(c);
        return;
    }

    c->target = next_target++;
    c->busy = 1;
    c->again = 0;
    c->alone = is_odd(&targets[c->target]);

    if (c->alone) {
        hang_up(c);
    }

    write_request(c);
}


static void
finish(connection_t *c, const answer_t *answer)
{
    outcome_t  *outcome;

    outcome = &outcomes[c->target];

    if (answer) {
        refused = 0;
        outcome->status = answer->status;
        outcome->flags = answer->flags;
        outcome->hash = answer->hash;
    }

    if (answer == NULL || !answer->keep || c->alone) {
        hang_up(c);

    } else {
        c->used = 1;
    }

    begin(c);
}


/*
 * There was no answer. Over a connection that has been used that may be due
 * to what was there before, or to its end when it had been idle.
 */
static void
lost(connection_t *c)
{
    if (c->used && !c->again) {
        c->again = 1;
        hang_up(c);
        write_request(c);
        return;
    }

    finish(c, NULL);
}


static void
send_more(connection_t *c)
{
    ssize_t  n;

    n = send(c->fd, c->out + c->sent, c->out_len - c->sent, MSG_NOSIGNAL);

    if (n > 0) {
        c->sent += n;

    } else if (n < 0 && errno == ECONNREFUSED) {
        wait_for_server(c);
        write_request(c);

    } else if (n < 0 && errno != EAGAIN && errno != EINTR) {

        /* what it had to say may be there to be read */

        c->sent = c->out_len;
    }
}


static void
receive(connection_t *c)
{
    int             eof, on;
    ssize_t         n;
    answer_t        answer;
    answer_state_e  state;

    if (c->in_size - c->in_len < 4096) {
        c->in_size += 65536;
        c->in = resized(c->in, c->in_size);
    }

    /* some servers send head and body apart, and wait for the ACK between */

    on = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));

    n = recv(c->fd, c->in + c->in_len, c->in_size - c->in_len - 1, 0);

    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }

    eof = n <= 0;
    if (n > 0) {
        c->in_len += n;
    }

    c->in[c->in_len] = '\0';

    state = answer_read(c->in, c->in_len, eof || c->in_len > MAX_ANSWER,
                        marker, &answer);

    if (state == ANSWER_DONE) {
        finish(c, &answer);

    } else if (state == ANSWER_BAD || eof) {
        lost(c);
    }
}


/*
 * The time is over. What an answer without an end has brought is looked at.
 * Some servers never answer a bad request that is not the first one.
 */
static void
give_up(connection_t *c)
{
    answer_t  answer;

    if (c->in_len
        && answer_read(c->in, c->in_len, 1, marker, &answer) == ANSWER_DONE)
    {
        answer.keep = 0;
        finish(c, &answer);
        return;
    }

    lost(c);
}


static void
turn(connection_t *connections, size_t n)
{
    long           time;
    size_t         i, k;
    connection_t  *c, *of[MAX_CONNECTIONS];
    struct pollfd  fds[MAX_CONNECTIONS];

    k = 0;

    for (i = 0; i < n; i++) {
        c = &connections[i];
        if (!c->busy) {
            continue;
        }

        fds[k].fd = c->fd;
        fds[k].events = c->sent < c->out_len ? POLLOUT : POLLIN;
        fds[k].revents = 0;
        of[k++] = c;
    }

    poll(fds, k, 100);
    time = now();

    for (i = 0; i < k; i++) {
        c = of[i];

        if (fds[i].revents && c->sent < c->out_len) {
            send_more(c);

        } else if (fds[i].revents) {
            receive(c);

        } else if (time > c->deadline) {
            give_up(c);
        }
    }
}


int
main(int argc, char **argv)
{
    size_t        i, n, busy;
    connection_t  connections[MAX_CONNECTIONS];

    if (argc != 5 && argc != 6) {
        fail("usage: shoot PORT MARKER CONNECTIONS MILLISECONDS [HEADERS]");
    }

    /* it ends with the trial, however that ends */

    prctl(PR_SET_PDEATHSIG, SIGKILL);

    address.sin_family = AF_INET;
    address.sin_port = htons(atoi(argv[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    marker = argv[2];
    n = atoi(argv[3]);
    patience = atol(argv[4]);
    if (argc == 6) {
        headers = argv[5];
    }

    if (n < 1 || n > MAX_CONNECTIONS) {
        fail("too many connections");
    }

    read_targets();
    memset(connections, 0, sizeof(connections));

    for (i = 0; i < n; i++) {
        connections[i].fd = -1;
        begin(&connections[i]);
    }

    do {
        turn(connections, n);
        busy = 0;
        for (i = 0; i < n; i++) {
            busy += connections[i].busy;
        }
    } while (busy);

    if (fwrite(outcomes, sizeof(outcome_t), ntargets, stdout) != ntargets
        || fflush(stdout) != 0)
    {
        fail("cannot write");
    }

    return 0;
}
