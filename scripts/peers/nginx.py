"""The server of the downloads: nginx, one worker on a CPU of its own, one page."""
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request

BODY_BYTES = 200


def find():
    return shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


class Nginx:
    """with Nginx(cpu) as server: server.url"""

    def __init__(self, cpu):
        self.directory = tempfile.mkdtemp(prefix="iorace-peers-")
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/page"
        with open(f"{self.directory}/page", "wb") as page:
            page.write(b"x" * (BODY_BYTES - 1) + b"\n")
        temporary = " ".join(f"{name}_temp_path {self.directory}/{name};"
                             for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        with open(f"{self.directory}/nginx.conf", "w", encoding="utf-8") as conf:
            # As root the worker would become another user, to whom the directory is closed.
            conf.write(f"""{'user root root;' if os.geteuid() == 0 else ''}
worker_processes 1; daemon off; pid {self.directory}/pid; error_log {self.directory}/error.log;
worker_rlimit_nofile 20000;
events {{ worker_connections 19000; }}
http {{
  {temporary}
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600; open_file_cache max=10;
  server {{
    listen 127.0.0.1:{self.port} backlog=16384; root {self.directory};
    location = /status {{ stub_status; }}
  }}
}}
""")
        self.cpu = cpu
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(
            [find(), "-p", self.directory, "-e", f"{self.directory}/error.log", "-c", f"{self.directory}/nginx.conf"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=lambda: os.sched_setaffinity(0, {self.cpu}))
        for _ in range(200):
            try:
                self.counters()
                return self
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
        with open(f"{self.directory}/error.log", encoding="utf-8", errors="replace") as log:
            reason = log.read()[-400:]
        self.__exit__()
        raise RuntimeError(f"nginx did not start: {reason}")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def counters(self):
        """(connections accepted, requests answered), this question included."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{self.port}/status", timeout=5) as answer:
            accepts, _, requests = map(int, answer.read().decode().splitlines()[2].split())
        return accepts, requests

    def cpu_s(self):
        """CPU time that the worker has used."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as children:
            worker = children.read().split()[0]
        with open(f"/proc/{worker}/stat", encoding="ascii", errors="replace") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
