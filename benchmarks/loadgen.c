/* Raw load for servers that speak TPKT: sends ready-made requests, counts answers, decodes nothing.
 *
 *   cc -O2 -o loadgen loadgen.c
 *   loadgen -p PORT -r HEX [-H HEX,HEX] [-o OFFSET] [-n OFFSET] [-d DEPTH] [-c CONNECTIONS] [-t SECONDS] [-w WARM-UP]
 *   loadgen -p PORT -H HEX,HEX -a COUNT          open and close COUNT associations one after the other
 *   loadgen -p PORT -H HEX,HEX -c N -k SECONDS   hold N associations open
 *   loadgen -p PORT -H HEX,HEX -s FILE [-t SECONDS] [-w WARM-UP]   only count what the server sends by itself
 *
 * -H  messages of the handshake; each is sent, then one answer is awaited
 * -o  place of the request's one-octet invoke id, which then counts 1..126
 * -n  place of four octets, most significant first, that grow by one with each request
 * -s  one hexadecimal message a line, each for a connection of its own: it is sent once, one answer is awaited, and
 *     everything after that is counted; the warm-up begins with "ready" on stdout
 * -d  requests outstanding on each connection; as answers come, as many requests follow in one send
 *
 * Everything is on 127.0.0.1. The result is one line of JSON. An answer that comes in several data TPDUs counts once.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BUFFER (1 << 18)
#define SAMPLES 2000000

typedef struct {
    uint8_t *octets;
    size_t length;
} Message;

typedef struct {
    int fd;
    uint8_t id;
    size_t kept;
    uint8_t *input;
} Connection;

static Message request, handshake[8];
static int handshakes, id_place = -1, count_place = -1, port = 102;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static void fail(const char *what) {
    printf("{\"error\": \"%s\"}\n", what);
    exit(1);
}

static Message from_hex(const char *text, size_t digits) {
    Message m = {malloc(digits / 2 + 1), digits / 2};
    for (size_t i = 0; i < m.length; i++)
        if (sscanf(text + 2 * i, "%2hhx", &m.octets[i]) != 1) fail("not hexadecimal");
    return m;
}

static void send_all(int fd, const uint8_t *octets, size_t length) {
    for (size_t sent = 0; sent < length;) {
        ssize_t n = send(fd, octets + sent, length - sent, MSG_NOSIGNAL);
        if (n > 0) sent += n;
        else if (n < 0 && (errno == EAGAIN || errno == EINTR)) usleep(20);
        else fail("connection lost while sending");
    }
}

/* Takes whole TPKTs off the input; gives how many answers they complete. */
static int take_answers(Connection *c) {
    size_t place = 0;
    int answers = 0;
    while (c->kept - place >= 7) {
        const uint8_t *p = c->input + place;
        size_t length = p[2] << 8 | p[3];
        if (length < 7) fail("not TPKT");
        if (c->kept - place < length) break;
        int more_follows = p[5] == 0xF0 && !(p[6] & 0x80);
        answers += !more_follows;
        place += length;
    }
    memmove(c->input, c->input + place, c->kept - place);
    c->kept -= place;
    return answers;
}

static void await_answer(Connection *c) {
    do {
        ssize_t n = recv(c->fd, c->input + c->kept, BUFFER - c->kept, 0);
        if (n <= 0) fail("no answer to the handshake");
        c->kept += n;
    } while (!take_answers(c));
}

static Connection *open_connection(void) {
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct timeval patience = {.tv_sec = 10};
    Connection *c = calloc(1, sizeof *c);
    int on = 1;
    c->input = malloc(BUFFER);
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(c->fd, (struct sockaddr *)&where, sizeof where)) fail("cannot connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    for (int i = 0; i < handshakes; i++) {
        send_all(c->fd, handshake[i].octets, handshake[i].length);
        await_answer(c);
    }
    return c;
}

static void close_connection(Connection *c) {
    close(c->fd);
    free(c->input);
    free(c);
}

static void ask(Connection *c, int count) {
    static uint8_t output[1 << 20];
    size_t length = 0;
    while (count--) {
        if (length + request.length > sizeof output) fail("requests too long for this depth");
        if (id_place >= 0) request.octets[id_place] = c->id = c->id % 126 + 1;
        if (count_place >= 0)
            for (int i = 3; i >= 0 && !++request.octets[count_place + i]; i--) {}
        memcpy(output + length, request.octets, request.length);
        length += request.length;
    }
    send_all(c->fd, output, length);
}

static int by_size(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static void percentiles(float *samples, size_t count, float *middle, float *late) {
    *middle = *late = 0;
    if (!count) return;
    qsort(samples, count, sizeof *samples, by_size);
    *middle = samples[count / 2];
    *late = samples[(size_t)(count * 0.99)];
}

static void associate(int count) {
    float *took = malloc(count * sizeof *took), middle, late;
    double start = now();
    for (int i = 0; i < count; i++) {
        double before = now();
        Connection *c = open_connection();
        took[i] = (now() - before) * 1e6;
        close_connection(c);
    }
    double rate = count / (now() - start);
    percentiles(took, count, &middle, &late);
    printf("{\"per_s\": %.1f, \"p50_us\": %.1f, \"p99_us\": %.1f}\n", rate, middle, late);
}

static void hold(int count, double seconds) {
    double start = now();
    for (int i = 0; i < count; i++) open_connection();
    printf("{\"held\": %d, \"per_s\": %.1f}\n", count, count / (now() - start));
    fflush(stdout);
    usleep(seconds * 1e6);
}

static void load(int connections, int depth, double warm_up, double seconds) {
    int poll = epoll_create1(0);
    for (int i = 0; i < connections; i++) {
        Connection *c = open_connection();
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
        fcntl(c->fd, F_SETFL, O_NONBLOCK);
        epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &e);
        ask(c, depth);
    }
    int one_at_a_time = connections == 1 && depth == 1, measuring = 0;
    float *samples = malloc(SAMPLES * sizeof *samples), middle, late;
    size_t sampled = 0;
    uint64_t answers = 0, octets = 0;
    double begin = now(), since = begin, asked = begin;
    for (;;) {
        struct epoll_event ready[64];
        int count = epoll_wait(poll, ready, 64, 2000);
        double t = now();
        if (count == 0) fail("the server fell silent");
        if (!measuring && t - begin >= warm_up) {
            measuring = 1;
            answers = octets = sampled = 0;
            since = t;
        }
        if (measuring && t - since >= seconds) break;
        for (int i = 0; i < count; i++) {
            Connection *c = ready[i].data.ptr;
            ssize_t n = recv(c->fd, c->input + c->kept, BUFFER - c->kept, 0);
            if (n <= 0) fail("connection lost");
            c->kept += n;
            octets += n;
            int done = take_answers(c);
            answers += done;
            if (!done) continue;
            if (one_at_a_time && sampled < SAMPLES) samples[sampled++] = (now() - asked) * 1e6;
            ask(c, done);
            if (one_at_a_time) asked = now();
        }
    }
    double took = now() - since;
    percentiles(samples, sampled, &middle, &late);
    printf("{\"per_s\": %.1f, \"octets\": %.1f, \"p50_us\": %.2f, \"p99_us\": %.2f}\n", answers / took,
           answers ? (double)octets / answers : 0, middle, late);
}

static void sink(const char *file, double warm_up, double seconds) {
    static char line[1 << 16];
    int poll = epoll_create1(0), connections = 0, measuring = 0;
    FILE *messages = fopen(file, "r");
    if (!messages) fail("no such file of messages");
    while (fgets(line, sizeof line, messages)) {
        Message m = from_hex(line, strcspn(line, "\r\n"));
        Connection *c = open_connection();
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
        send_all(c->fd, m.octets, m.length);
        await_answer(c);
        free(m.octets);
        fcntl(c->fd, F_SETFL, O_NONBLOCK);
        epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &e);
        connections++;
    }
    fclose(messages);
    printf("{\"ready\": %d}\n", connections);
    fflush(stdout);
    uint64_t reports = 0, octets = 0;
    double begin = 0, since = 0, t = 0;
    for (;;) {
        struct epoll_event ready[64];
        int count = epoll_wait(poll, ready, 64, 5000);
        t = now();
        if (count == 0) fail("nothing comes");
        if (!begin) begin = t;
        if (!measuring && t - begin >= warm_up) {
            measuring = 1;
            reports = octets = 0;
            since = t;
        }
        if (measuring && t - since >= seconds) break;
        for (int i = 0; i < count; i++) {
            Connection *c = ready[i].data.ptr;
            ssize_t n = recv(c->fd, c->input + c->kept, BUFFER - c->kept, 0);
            if (n <= 0) fail("connection lost");
            c->kept += n;
            octets += n;
            reports += take_answers(c);
        }
    }
    printf("{\"per_s\": %.1f, \"octets\": %.1f}\n", reports / (t - since), reports ? (double)octets / reports : 0);
}

int main(int argc, char **argv) {
    const char *messages = NULL;
    int option, connections = 1, depth = 1, associations = 0;
    double seconds = 1, warm_up = 0.2, keep = 0;
    while ((option = getopt(argc, argv, "p:r:H:o:n:d:c:t:w:a:k:s:")) != -1) switch (option) {
        case 'p': port = atoi(optarg); break;
        case 'r': request = from_hex(optarg, strlen(optarg)); break;
        case 'H':
            for (char *part = strtok(optarg, ","); part && handshakes < 8; part = strtok(NULL, ","))
                handshake[handshakes++] = from_hex(part, strlen(part));
            break;
        case 'o': id_place = atoi(optarg); break;
        case 'n': count_place = atoi(optarg); break;
        case 'd': depth = atoi(optarg); break;
        case 'c': connections = atoi(optarg); break;
        case 't': seconds = atof(optarg); break;
        case 'w': warm_up = atof(optarg); break;
        case 'a': associations = atoi(optarg); break;
        case 'k': keep = atof(optarg); break;
        case 's': messages = optarg; break;
        default: return 2;
        }
    if (messages) sink(messages, warm_up, seconds);
    else if (associations) associate(associations);
    else if (keep > 0) hold(connections, keep);
    else if (request.length) load(connections, depth, warm_up, seconds);
    else return 2;
    return 0;
}
