"""A server process and a raw client for the tests of iorace serve; no test by itself."""
import json
import os
import re
import socket
import subprocess
import sys
import unittest

IORACE = None
HOST = "Host: h\r\n"


class Server:
    """A server process of its own, on a free port."""

    def __init__(self, *arguments, preexec=None):
        self.process = subprocess.Popen(
            [IORACE, "serve", "--port", "0", "--json", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=preexec)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("no announcement: " + self.process.stderr.read().decode())
        self.announcement = json.loads(line)
        self.url = self.announcement["url"]
        host, port = re.fullmatch(r"http://\[?([^]]*)\]?:(\d+)", self.url).groups()
        self.address = (host, int(port))

    def connect(self):
        sock = socket.create_connection(self.address, timeout=30)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Connection(sock)

    def get(self, path, **more):
        connection = self.connect()
        try:
            return connection.get(path, **more)
        finally:
            connection.close()

    def stats(self, query=""):
        return json.loads(self.get("/stats" + query).body)

    def cpu_s(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        """SIGTERM; returns the exit status and what was said on stderr."""
        if self.process.poll() is None:
            self.process.terminate()
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors.decode()


class Answer:
    def __init__(self, status, headers, body, version):
        self.status, self.headers, self.body, self.version = status, headers, body, version


class Connection:
    """Bytes out, answers in; nothing that a library would tidy up."""

    def __init__(self, sock):
        self.sock = sock
        self.buffer = b""

    def send(self, text):
        self.sock.sendall(text if isinstance(text, bytes) else text.encode())

    def close(self):
        self.sock.close()

    def fill(self):
        piece = self.sock.recv(65536)
        if not piece:
            raise EOFError("the server closed the connection; left over: %r" % self.buffer[:200])
        self.buffer += piece

    def read(self, count):
        while len(self.buffer) < count:
            self.fill()
        part, self.buffer = self.buffer[:count], self.buffer[count:]
        return part

    def answer(self, head_only=False):
        while b"\r\n\r\n" not in self.buffer:
            self.fill()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        match = re.fullmatch(r"(HTTP/1\.[01]) (\d{3}) (.+)", lines[0])
        assert match, lines[0]
        headers = {}
        for line in lines[1:]:
            name, value = line.split(": ", 1)
            assert name.lower() not in headers, line
            headers[name.lower()] = value
        status = int(match.group(2))
        no_body = head_only or status < 200 or status in (204, 304)
        body = b"" if no_body else self.read(int(headers["content-length"]))
        return Answer(status, headers, body, match.group(1))

    def get(self, path, method="GET", extra=""):
        self.send(f"{method} {path} HTTP/1.1\r\n{HOST}{extra}\r\n")
        return self.answer(head_only=method == "HEAD")

    def ended(self):
        """Whether the server has closed, after nothing more than what was read."""
        if self.buffer:
            return False
        try:
            return self.sock.recv(1) == b""
        except ConnectionResetError:
            return True


def is_running(pid):
    """Not a zombie either: in a container nobody may ever reap it."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def main():
    """What a test file ends with: the first argument is the program, the rest is unittest's."""
    global IORACE
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} PATH_TO_IORACE [unittest's arguments]")
    IORACE = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)


def iorace():
    """The path of the program under test."""
    return IORACE
