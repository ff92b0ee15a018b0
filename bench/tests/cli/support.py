"""What the tests of the command line share: a directory and an environment for each test, iorace in them, the test server,
and a runner that prints TAP. Other servers are in servers.py.

Each test_*.py is called as `test_x.py PATH_TO_IORACE SOURCE_DIR [NAME...]`; NAMEs leave out the tests whose names
contain none of them.
"""
import contextlib
import csv
import ctypes
import ctypes.util
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import unittest

IORACE = SOURCE = None  # absolute paths, set by main()
WARMUP_AGENT = b"iorace-warmup"
RUNNERS = ("serial", "threads", "coroutines")


# --- one test ---

class Case(unittest.TestCase):
    """A test with a directory of its own. Whatever iorace started in it must be gone when the test ends."""

    maxDiff = 2000

    def setUp(self):
        self.workspace = Workspace()
        self.addCleanup(self.workspace.remove)
        self.addCleanup(self.check_nothing_left)
        self.dir = self.workspace.dir

    def check_nothing_left(self):
        left = self.workspace.wait_for_processes_to_end()
        self.assertEqual(left, [], "processes left behind")

    def iorace(self, *args, **options):
        return self.workspace.iorace(*args, **options)

    def write(self, name, text):
        return self.workspace.write(name, text)

    def assertStatus(self, done, status):
        self.assertEqual(done.returncode, status, f"{done.args[1:]}\nstdout: {done.stdout}\nstderr: {done.stderr}")

    def run_ok(self, *args, **options):
        done = self.iorace("run", *args, **options)
        self.assertStatus(done, 0)
        return done

    def assertOneLine(self, done, status, *words):
        """It said on one line of stderr what is wrong, with these words, and nothing elsewhere."""
        self.assertStatus(done, status)
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr, r"\Aiorace[^\n]*: [^\n]+\n\Z")
        for word in words:
            self.assertIn(str(word), done.stderr)


class SharedCase(Case):
    """Tests that look at one thing that was done once: prepare() fills the class."""

    @classmethod
    def setUpClass(cls):
        cls.workspace = Workspace()
        cls.dir = cls.workspace.dir
        try:
            cls.prepare()
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.workspace.remove()

    @classmethod
    def prepare(cls):
        raise NotImplementedError

    def setUp(self):
        pass  # Case's: the directory is the class's


class Workspace:
    """A temporary directory, and iorace in it."""

    def __init__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="iorace-cli-"))
        self.mark = f"{os.getpid()}-{random.getrandbits(64):016x}"

    def remove(self):
        shutil.rmtree(self.dir, ignore_errors=True)

    def write(self, name, text):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def environment(self, more):
        """A known one, and a mark by which processes can be found whatever became of their parents."""
        kept = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS",
                "LSAN_OPTIONS", "IORACE_DATADIR")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        environment.update({"LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "IORACE_TEST_MARK": self.mark})
        environment.update(more)
        return {name: value for name, value in environment.items() if value is not None}

    def popen(self, *args, env={}, cwd=None, user=None, limits={}, program=None, **options):
        """Start iorace. user: become this uid first; limits: {resource.RLIMIT_X: most}."""
        def prepare():
            for what, most in limits.items():
                resource.setrlimit(what, (most, most))
            if user is not None:
                os.setgroups([])
                os.setgid(user)
                os.setuid(user)

        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen([str(program or IORACE), *map(str, args)], cwd=cwd or self.dir,
                                env=self.environment(env), preexec_fn=prepare if user is not None or limits else None,
                                stdout=options.pop("stdout", subprocess.PIPE),
                                stderr=options.pop("stderr", subprocess.PIPE), **options)

    def iorace(self, *args, input=None, timeout=60, **options):
        """Run it to its end. Returns a CompletedProcess with texts."""
        if input is not None:
            options["stdin"] = subprocess.PIPE
        with self.popen(*args, **options) as process:
            try:
                out, errors = process.communicate(input.encode() if input is not None else None, timeout)
            except BaseException:
                process.kill()
                raise
        text = [piece.decode(errors="replace") if piece is not None else "" for piece in (out, errors)]
        return subprocess.CompletedProcess(process.args, process.returncode, *text)

    def processes(self):
        """(pid, command line) of every process that this workspace's iorace became or started."""
        mark = b"IORACE_TEST_MARK=" + self.mark.encode()
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) == os.getpid():
                continue
            with contextlib.suppress(OSError):
                with open(f"/proc/{entry}/environ", "rb") as file:
                    if mark not in file.read().split(b"\0"):
                        continue
                with open(f"/proc/{entry}/stat") as file:
                    if file.read().rsplit(")", 1)[1].split()[0] == "Z":
                        continue
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    found.append((int(entry), file.read().replace(b"\0", b" ").decode().strip()))
        return found

    def child(self, word):
        """The pid of the run's child that is called `iorace WORD`, once there is one."""
        return wait_until(lambda: [pid for pid, line in self.processes() if line.startswith(f"iorace {word} ")],
                          what=f"iorace {word}")[0]

    def wait_for_processes_to_end(self, seconds=3):
        """Returns those that have not, which are ended."""
        deadline = time.monotonic() + seconds
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.01)
        for pid, _ in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return left


# --- the files of a run ---

def latest(directory):
    return pathlib.Path(directory) / "results" / "latest"


def read_ndjson(directory, kind=None):
    """The lines of run.ndjson, whole ones only; of one type, or all."""
    text = (pathlib.Path(directory) / "run.ndjson").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.split("\n")[:-1]]
    return [line for line in lines if kind in (None, line["type"])]


def read_trials(directory):
    return read_ndjson(directory, "trial")


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, strict=True))


def by_runner(trials):
    """{runner: its trial}, of a run with one cell and one block."""
    found = {trial["runner"]: trial for trial in trials}
    assert len(found) == len(trials), "one cell and one block are wanted"
    return found


def wait_until(condition, seconds=20, what="it"):
    """Returns what condition() gives once that is true."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.005)
    return value


def build_preload(workspace, name, source):
    """Compile a library that comes between iorace and the libraries it calls. Returns what LD_PRELOAD must be."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise unittest.SkipTest("no C compiler")
    library = workspace.dir / f"{name}.so"
    built = subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-w", "-o", library, workspace.write(f"{name}.c", source),
                            "-ldl"], capture_output=True, text=True)
    if built.returncode:
        raise unittest.SkipTest("the library cannot be built: " + built.stderr.strip().splitlines()[-1])
    # A sanitizer's runtime insists on coming first.
    runtimes = [subprocess.run([compiler, f"-print-file-name={runtime}"], capture_output=True, text=True).stdout.strip()
                for name, runtime in (("address", "libasan.so"), ("thread", "libtsan.so")) if name in sanitizers()]
    return " ".join(runtimes + [str(library)])


class Hog:
    """Somebody else, who uses all that he gets of each of some CPUs: `with Hog({0}):`."""

    def __init__(self, cpus):
        self.cpus = cpus
        self.processes = []

    def __enter__(self):
        for cpu in self.cpus:
            process = subprocess.Popen([sys.executable, "-c", f"""
import os
os.sched_setaffinity(0, {{{cpu}}})
print(flush=True)
while os.getppid() == {os.getpid()}:
    for _ in range(100000): pass
"""], stdout=subprocess.PIPE)
            self.processes.append(process)
            process.stdout.readline()
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
            process.communicate()


# --- servers ---

class Origin:
    """The built-in test server, by itself: `with Origin() as origin: origin.url`."""

    def __init__(self, *args):
        self.process = subprocess.Popen([IORACE, "serve", "--port", "0", "--json", *args], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, env={"PATH": os.environ["PATH"]})
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            raise RuntimeError("iorace serve did not announce itself")
        self.url = json.loads(line)["url"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=20)
        self.process.stdout.close()


# --- bytes ---

def xxh3(data):
    """The hash that a url-file may hold, as text. None of ours: the system's libxxhash."""
    library = ctypes.CDLL(ctypes.util.find_library("xxhash") or "libxxhash.so.0")
    library.XXH3_64bits.restype = ctypes.c_uint64
    library.XXH3_64bits.argtypes = ctypes.c_char_p, ctypes.c_size_t
    return f"{library.XXH3_64bits(data, len(data)):016x}"


def tree(directory):
    """{path below it: bytes} of every file."""
    directory = pathlib.Path(directory)
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def sanitizers():
    """Which the program was built with: a set of "address", "thread"."""
    code = pathlib.Path(IORACE).read_bytes()
    return {name for name, symbol in (("address", b"__asan_init"), ("thread", b"__tsan_init")) if symbol in code}


def other_user():
    """A uid that owns nothing and runs nothing; skips the test where we may not become it."""
    if os.getuid() != 0:
        raise unittest.SkipTest("not root: cannot become another user")
    return 61000 + os.getpid() % 4000


# --- TAP ---

class TapResult(unittest.TestResult):
    """Prints a line for each test, or for each subtest of a test that has some."""

    def __init__(self):
        super().__init__()
        self.count = 0
        self.with_subtests = None
        self.started = 0.0

    def startTest(self, test):
        super().startTest(test)
        self.with_subtests = False
        self.started = time.monotonic()

    def line(self, good, test, more="", error=None):
        self.count += 1
        name = str(test).replace("#", "").replace("\n", " ").replace("__main__.", "")
        seconds = time.monotonic() - self.started
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}{more}")
        self.started = time.monotonic()
        print(f"# {seconds:.2f} s")
        if error:
            for text in "".join(traceback.format_exception(*error)).splitlines():
                print("# " + text[:1000])
        sys.stdout.flush()

    def addSuccess(self, test):
        if not self.with_subtests:
            self.line(True, test)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        self.with_subtests = True
        self.line(error is None, subtest, error=error)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.line(False, test, error=error)

    def addError(self, test, error):
        super().addError(test, error)
        self.line(False, test, error=error)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.with_subtests = True
        self.line(True, test, f" # SKIP {reason}")


def main():
    global IORACE, SOURCE
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} PATH_TO_IORACE SOURCE_DIR [NAME...]")
    IORACE, SOURCE = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    names = sys.argv[3:]
    suite = unittest.TestSuite()
    for tests in unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]):
        chosen = [test for test in tests if not names or any(name in test.id() for name in names)]
        if chosen:
            suite.addTest(unittest.TestSuite(chosen))
    print("TAP version 13")
    result = TapResult()
    suite.run(result)
    print(f"1..{result.count}")
    sys.exit(0 if result.wasSuccessful() else 1)
