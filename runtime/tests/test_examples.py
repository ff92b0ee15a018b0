#!/usr/bin/python3
"""Do the examples do what they say?  test_examples.py HELLO DOWNLOADER"""
import http.server
import subprocess
import sys
import threading

HELLO, DOWNLOADER = sys.argv[1:3]


class Pages(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        number = int(self.path.lstrip("/")) if self.path[1:].isdigit() else None
        body = b"x" * (number or 0)
        self.send_response(200 if number is not None else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def main():
    failed = 0

    def check(number, name, good, seen):
        nonlocal failed
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {name}")
        if not good:
            print("# saw: " + repr(seen))

    print("1..3")
    out = subprocess.run([HELLO], capture_output=True, text=True, timeout=60).stdout
    check(1, "hello: both tasks begin before either ends",
          out == "first: one\nsecond: one\nfirst: two\nsecond: two\n", out)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    sizes = list(range(100, 150))
    done = subprocess.run([DOWNLOADER] + [f"{base}/{n}" for n in sizes], capture_output=True, text=True, timeout=60)
    check(2, "downloader: every page, with its size",
          done.returncode == 0 and sorted(done.stdout.splitlines()) == sorted(f"{base}/{n}: {n} bytes (No error)" for n in sizes),
          done.stdout + done.stderr)
    done = subprocess.run([DOWNLOADER, f"{base}/7", f"{base}/none"], capture_output=True, text=True, timeout=60)
    check(3, "downloader: a page that is not there is an error, the other comes all the same",
          done.returncode == 1 and f"{base}/7: 7 bytes (No error)\n" in done.stdout and
          f"{base}/none: 0 bytes (HTTP response code said error)\n" in done.stdout, done.stdout)
    server.shutdown()
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
