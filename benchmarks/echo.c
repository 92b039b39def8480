/* The limit a server is measured against: an epoll loop that sends every TPKT back, one send for each message.
 *
 *   cc -O2 -o echo echo.c ; ./echo            prints its port (127.0.0.1)
 *   ./echo batch                              one send for everything a read brought
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    int fd;
    size_t kept;
    uint8_t input[1 << 17];
} Connection;

static int echo(Connection *c, int batch) {
    ssize_t n = recv(c->fd, c->input + c->kept, sizeof c->input - c->kept, MSG_DONTWAIT);
    if (n <= 0) return -1;
    c->kept += n;
    size_t place = 0;
    while (c->kept - place >= 4) {
        size_t length = c->input[place + 2] << 8 | c->input[place + 3];
        if (length < 4) return -1;
        if (c->kept - place < length) break;
        if (!batch) send(c->fd, c->input + place, length, MSG_NOSIGNAL);
        place += length;
    }
    if (batch && place) send(c->fd, c->input, place, MSG_NOSIGNAL);
    memmove(c->input, c->input + place, c->kept - place);
    c->kept -= place;
    return 0;
}

int main(int argc, char **argv) {
    int batch = argc > 1 && !strcmp(argv[1], "batch"), on = 1;
    int listener = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0);
    struct sockaddr_in where = {.sin_family = AF_INET};
    socklen_t size = sizeof where;
    struct epoll_event e = {.events = EPOLLIN}, ready[64];
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(listener, (struct sockaddr *)&where, sizeof where);
    getsockname(listener, (struct sockaddr *)&where, &size);
    listen(listener, 512);
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &e);
    printf("%d\n", ntohs(where.sin_port));
    fflush(stdout);
    for (;;) {
        int count = epoll_wait(poll, ready, 64, -1);
        for (int i = 0; i < count; i++) {
            Connection *c = ready[i].data.ptr;
            if (!c) {
                c = calloc(1, sizeof *c);
                c->fd = accept(listener, NULL, NULL);
                setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                e.data.ptr = c;
                epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &e);
            } else if (echo(c, batch)) {
                close(c->fd);
                free(c);
            }
        }
    }
}
