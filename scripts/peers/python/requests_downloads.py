"""requests_downloads.py URL BODY_BYTES CONNECTIONS REQUESTS: a thread and a requests.Session for each connection."""
import itertools
import os
import sys
import threading

import requests

import measure


def main(url, body_bytes, connections, request_count):
    taken = itertools.count()  # next() of it is atomic
    spans = []
    # The action runs before any thread goes on: a clock that the main thread started would wait for its turn among them.
    warm = threading.Barrier(connections, action=lambda: spans.append(measure.Span()))

    def get(session):
        response = session.get(url)
        assert response.status_code == 200 and len(response.content) == body_bytes

    def work():
        try:
            with requests.Session() as session:
                session.trust_env = False  # no look at the environment and ~/.netrc for each request
                get(session)  # opens the connection
                warm.wait()
                while next(taken) < request_count:
                    get(session)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)

    threading.stack_size(256 << 10)
    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spans[0].report("requests", request_count, lambda wall: {"requests_per_s": request_count / wall})


main(sys.argv[1], *map(int, sys.argv[2:]))
