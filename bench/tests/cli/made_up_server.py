"""A server for gates: HTTP/1.1 with keep-alive that waits and burns CPU before each answer, as its command line says.

    python3 made_up_server.py PORT [--sleep-ms N] [--burn-us N] [--fork] [--mib N]

--fork: a child of the process that was started serves, as a server with workers does. --mib: that much memory is used.
Nothing is imported that a gate would have to wait for: it starts a server for each trial.
"""
import os
import signal
import socket
import sys
import threading
import time


def option(name, otherwise=0.0):
    return float(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else otherwise


def burn(us):
    until = time.thread_time_ns() + us * 1000
    while time.thread_time_ns() < until:
        pass


def answer(connection, sleep_s, burn_us):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    rest = b""
    while piece := connection.recv(65536):
        rest += piece
        while b"\r\n\r\n" in rest:
            rest = rest[rest.index(b"\r\n\r\n") + 4:]
            if sleep_s:
                time.sleep(sleep_s)
            if burn_us:
                burn(burn_us)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    connection.close()


def main():
    if "--fork" in sys.argv and (child := os.fork()):
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
        os.waitpid(child, 0)
        return
    ballast = bytearray(int(option("--mib")) << 20)
    for i in range(0, len(ballast), 4096):
        ballast[i] = 1
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=64)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, daemon=True,
                         args=(connection, option("--sleep-ms") / 1000, option("--burn-us"))).start()


if __name__ == "__main__":
    main()
