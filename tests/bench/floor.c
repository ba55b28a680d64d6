/* The floor of fan-out: N upgraded sockets, then ROUNDS frames of SIZE payload bytes to each, one
 * write per socket and frame. Each line on standard input is one measurement: so many rounds, one
 * at most each PERIOD seconds (0: back to back). The answer is a line with wall and CPU seconds.
 *
 *   floor LISTENING_FD N SIZE     lines: ROUNDS PERIOD
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char upgraded[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

static double seconds(clockid_t clock) {
  struct timespec at;
  clock_gettime(clock, &at);
  return at.tv_sec + at.tv_nsec / 1e9;
}

static int accept_viewer(int listening) {
  char request[4096];
  int fd = accept(listening, NULL, NULL);
  size_t length = 0;
  while (fd >= 0) {
    ssize_t got = read(fd, request + length, sizeof request - 1 - length);
    if (got <= 0) return -1;
    length += got;
    request[length] = 0;
    if (strstr(request, "\r\n\r\n")) break;
  }
  if (fd < 0 || write(fd, upgraded, strlen(upgraded)) < 0) return -1;
  return fd;
}

static size_t make_frame(unsigned char *frame, size_t size) {
  size_t head = size < 126 ? 2 : 4;
  frame[0] = 0x81;
  frame[1] = size < 126 ? size : 126;
  if (size >= 126) {
    frame[2] = size >> 8;
    frame[3] = size & 255;
  }
  memset(frame + head, ' ', size);
  return head + size;
}

static void write_all(int fd, const unsigned char *frame, size_t length) {
  while (length > 0) {
    ssize_t put = send(fd, frame, length, MSG_NOSIGNAL);
    if (put < 0) {
      struct pollfd wait = {.fd = fd, .events = POLLOUT};
      if (errno != EAGAIN || poll(&wait, 1, 5000) <= 0) return;
      continue;
    }
    frame += put;
    length -= put;
  }
}

int main(int count, char **given) {
  if (count != 4) return 2;
  int listening = atoi(given[1]), viewers = atoi(given[2]), rounds;
  static unsigned char frame[65540];
  size_t length = make_frame(frame, atoi(given[3]));
  int *sockets = malloc(viewers * sizeof *sockets);
  for (int i = 0; i < viewers; i++)
    if ((sockets[i] = accept_viewer(listening)) < 0) return 1;
  double period;
  while (scanf("%d %lf", &rounds, &period) == 2) {
    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (int round = 0; round < rounds; round++) {
      double wait = wall + round * period - seconds(CLOCK_MONOTONIC);
      if (period > 0 && wait > 0) usleep(wait * 1e6);
      for (int i = 0; i < viewers; i++) write_all(sockets[i], frame, length);
    }
    printf("%.9f %.9f\n", seconds(CLOCK_MONOTONIC) - wall, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    fflush(stdout);
  }
  return 0;
}
