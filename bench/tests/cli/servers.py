"""Servers for the tests of the command line: nginx, one that says what a test wants it to, and none at all."""
import contextlib
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import threading
import unittest

import support


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@contextlib.contextmanager
def dead_port():
    """A port that nobody listens on, and that nobody else can take meanwhile."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


def need_localhost():
    """Skip where the name leads nowhere: a bare root has no /etc/hosts."""
    try:
        socket.getaddrinfo("localhost", None)
    except OSError as error:
        raise unittest.SkipTest(f"localhost does not resolve: {error}")


# So that a name that does not exist is found out soon, also where the name server does not answer.
IMPATIENT = {"RES_OPTIONS": "timeout:1 attempts:1"}


class Nginx:
    """nginx that serves a directory, with its configuration, log and pid in a directory of the test's.

    tls: (certificate, key); access_log holds a line a request, written as `log` says.
    """

    def __init__(self, directory, root, tls=None, log="$request_method $uri $http_user_agent"):
        self.program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")
        if not self.program:
            raise unittest.SkipTest("nginx is not installed")
        self.directory = pathlib.Path(directory) / "nginx"
        self.directory.mkdir()
        self.access_log = self.directory / "access.log"
        self.port = free_port()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        certificate = f"ssl_certificate {tls[0]}; ssl_certificate_key {tls[1]};" if tls else ""
        workers = "user root;" if os.getuid() == 0 else ""  # the directory is closed to others
        temporary = "\n".join(f"  {name}_temp_path {self.directory}/{name};"
                              for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.directory / "nginx.conf").write_text(f"""
daemon off; master_process on; worker_processes 1; {workers}
pid {self.directory}/nginx.pid; error_log {self.directory}/error.log;
events {{ worker_connections 4096; }}
http {{
{temporary}
  log_format short '{log}';
  access_log {self.access_log} short;
  keepalive_requests 1000000;
  server {{ listen 127.0.0.1:{self.port}{" ssl" if tls else ""} backlog=4096; root {root}; {certificate} }}
}}
""")
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(
            [self.program, "-p", self.directory, "-e", self.directory / "error.log", "-c",
             self.directory / "nginx.conf"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        support.wait_until(self._answers, what="nginx to listen")
        return self

    def _answers(self):
        if self.process.poll() is not None:
            raise RuntimeError("nginx ended: " + (self.directory / "error.log").read_text())
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=20)


class RawServer:
    """A server that says what a test wants it to: answer(connection, request) is called for each request that comes,
    in a thread a connection, until it returns false. A request is its bytes, body included."""

    def __init__(self, answer, host="127.0.0.1"):
        self.answer = answer
        self.requests = []  # as they came
        self.connections = 0
        self.lock = threading.Lock()
        self.open = set()
        self.listener = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET,
                                             backlog=512)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            for connection in self.open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
                self.open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError), connection:
            try:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                rest = b""
                while True:
                    request, rest = read_request(connection, rest)
                    if not request:
                        break
                    with self.lock:
                        self.requests.append(request)
                    if not self.answer(connection, request):
                        break
            finally:
                with self.lock:
                    self.open.discard(connection)

    def job_requests(self):
        """Those of the jobs: not what the run looked at beforehand."""
        with self.lock:
            return [request for request in self.requests if support.WARMUP_AGENT not in request]


def read_request(connection, buffer):
    """Returns one request, body included, and what came behind it; an empty one at the end."""
    while b"\r\n\r\n" not in buffer:
        piece = connection.recv(65536)
        if not piece:
            return b"", b""
        buffer += piece
    size = buffer.index(b"\r\n\r\n") + 4
    for line in buffer[:size].split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            size += int(value)
    while len(buffer) < size:
        piece = connection.recv(65536)
        if not piece:
            return b"", b""
        buffer += piece
    return buffer[:size], buffer[size:]


def path_of(request):
    return request.split(b" ", 2)[1].decode()


def answer_with(body=b"", status=b"200 OK", headers=b""):
    return (b"HTTP/1.1 " + status + b"\r\nContent-Length: %d\r\n" % len(body) + headers + b"\r\n" + body)


def reset(connection):
    """Close with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
