"""The same floor in bare Python: one `socket.send` per socket and frame, nothing else.

    python -m tests.bench.floor LISTENING_FD VIEWERS SIZE      lines on standard input: ROUNDS PERIOD

Answers each line with wall and CPU seconds, as `floor.c` does.
"""

from __future__ import annotations

import socket
import sys
import time

from houseful.wire import frames

UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"


def accepted(listening: socket.socket) -> socket.socket:
    sock, _ = listening.accept()
    request = b""
    while b"\r\n\r\n" not in request:
        request += sock.recv(4096)
    sock.sendall(UPGRADED)
    return sock


def main() -> None:
    listening = socket.socket(fileno=int(sys.argv[1]))
    listening.setblocking(True)
    sockets = [accepted(listening) for _ in range(int(sys.argv[2]))]
    frame = frames.prepare(b" " * int(sys.argv[3]))
    for line in sys.stdin:
        rounds, period = line.split()
        wall, cpu = time.monotonic(), time.process_time()
        for nth in range(int(rounds)):
            time.sleep(max(0.0, wall + nth * float(period) - time.monotonic()))
            for sock in sockets:
                sock.send(frame)
        print(f"{time.monotonic() - wall:.9f} {time.process_time() - cpu:.9f}", flush=True)


if __name__ == "__main__":
    main()
