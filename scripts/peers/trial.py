"""One program, run once: pinned, bounded in time, its JSON lines read."""
import json
import os
import resource
import signal
import subprocess
import tempfile
import threading
import time


class TrialError(Exception):
    """Why a trial has no figures, on one line."""


class Missing(Exception):
    """What is not installed, and the package that would bring it."""


def raise_descriptor_limit():
    """As many as the kernel lets us have. Returns how many those are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for most in (1 << 20, 1 << 16, hard):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(most, soft), max(most, hard)))
            break
        except (ValueError, OSError):
            continue
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


class PeakReader(threading.Thread):
    """VmHWM of a program that does not report its own; wait4's ru_maxrss would remember its parent's."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.kib, self.ended = pid, 0, threading.Event()

    def run(self):
        while not self.ended.wait(0.02):
            try:
                with open(f"/proc/{self.pid}/status", encoding="ascii", errors="replace") as status:
                    for line in status:
                        if line.startswith("VmHWM:"):
                            self.kib = max(self.kib, int(line.split()[1]))
            except OSError:
                return


def run(command, cpus, timeout_s, environment=None, input_text=None, watch_memory=False):
    """Run it to its end. Returns its stdout, and wall_s, cpu_s and rss_peak_kib of the whole process, from outside."""
    def file():
        return tempfile.TemporaryFile("w+")
    with file() as out, file() as errors, file() as given:
        given.write(input_text or "")
        given.seek(0)
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        try:
            process = subprocess.Popen([str(word) for word in command], stdin=given, stdout=out, stderr=errors,
                                       start_new_session=True, env={**os.environ, **(environment or {})},
                                       preexec_fn=lambda: os.sched_setaffinity(0, cpus))
        except OSError as error:
            raise TrialError(f"{command[0]}: {error.strerror}") from error
        peak = PeakReader(process.pid)
        if watch_memory:
            peak.start()
        try:
            status = process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise TrialError(f"not done after {timeout_s} s") from None
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)  # it, or what it left behind
            except ProcessLookupError:
                pass
            process.wait()
            peak.ended.set()
        wall_s, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        out.seek(0)
        errors.seek(0)
        if status != 0:
            lines = [line.strip() for line in errors.read().splitlines() if line.strip()]
            how = f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
            raise TrialError(f"{how}{': ' + lines[-1][:200] if lines else ''}")
        cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return out.read(), {"wall_s": wall_s, "cpu_s": cpu_s, "rss_peak_kib": peak.kib or ""}  # too short to be seen


def read_lines(text):
    """The JSON objects of a program's output, one a line."""
    try:
        lines = [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError as error:
        raise TrialError(f"its output is not JSON: {error}") from None
    if not lines:
        raise TrialError("it printed nothing")
    return lines


def run_json(command, cpus, timeout_s, environment=None):
    """Run a program that prints one line of JSON. Returns it."""
    figures = read_lines(run(command, cpus, timeout_s, environment)[0])[-1]
    if figures.get("failed"):
        raise TrialError(f"{figures['failed']} of its requests failed")
    return figures
