"""What there is on this machine: tools and their versions, what is missing and which package would bring it, and the
peers' programs that have to be compiled first."""
import json
import os
import platform
import re
import shutil
import subprocess
import sys

from nginx import find as find_nginx
from trial import Missing

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable

# tool: what it is called for people, Debian's package
TOOLS = {
    "nginx": ("nginx", "nginx-light"),
    "cc": ("a C compiler", "gcc"),
    "go": ("Go", "golang-go"),
    "node": ("Node.js", "nodejs"),
    "aiohttp": ("aiohttp", "python3-aiohttp"),
    "uvloop": ("uvloop", "python3-uvloop"),
    "requests": ("requests", "python3-requests"),
    "curl": ("curl", "curl"),
    "wrk": ("wrk", "wrk"),
    "h2load": ("h2load", "nghttp2-client"),
    "libuv": ("libuv", "libuv1-dev"),
    "boost": ("Boost.Context", "libboost-context-dev"),
    "libev": ("libev", "libev-dev"),
    "libcurl": ("libcurl", "libcurl4-openssl-dev"),
    "strace": ("strace", "strace"),
    "gnuplot": ("gnuplot", "gnuplot-nox"),
}
COMMANDS = {"go", "node", "curl", "wrk", "h2load", "strace", "gnuplot"}  # those tools that are a command of that name
# What our own lanes cannot do without.
OWN = {"downloads": ["nginx"]}


def output(*command):
    """What a command prints, first line that is not empty; "" if it cannot."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return next((line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()), "")


def module_version(name):
    """Of a module of Python; "" where it cannot be imported, whatever Python says of that."""
    if not shutil.which(PYTHON):
        return ""
    done = subprocess.run([PYTHON, "-c", f"import {name}; print({name}.__version__)"], capture_output=True, text=True,
                          check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def header_version(header, *macros):
    """A library's version by the macros of its header, through the preprocessor; "" without it."""
    try:
        done = subprocess.run([os.environ.get("CC", "cc"), "-E", "-P", "-include", header, "-"], capture_output=True,
                              text=True, input="iorace_version " + " ".join(macros), timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(r"iorace_version\s+(.+)", done.stdout) if done.returncode == 0 else None
    return found.group(1).strip().strip('"').replace(" ", ".").replace("_", ".") if found else ""


def find_versions():
    """{tool: version} of those that are here."""
    probes = {
        "nginx": lambda: output(find_nginx(), "-v").rpartition("/")[2] if find_nginx() else "",
        "cc": lambda: output(os.environ.get("CC", "cc"), "--version"),
        "go": lambda: output("go", "version"),
        "node": lambda: output("node", "--version"),
        "aiohttp": lambda: module_version("aiohttp"),
        "uvloop": lambda: module_version("uvloop"),
        "requests": lambda: module_version("requests"),
        "curl": lambda: output("curl", "--version").partition(" (")[0],
        "wrk": lambda: output("wrk", "-v").partition(" [")[0],
        "h2load": lambda: output("h2load", "--version"),
        "libuv": lambda: header_version("uv.h", "UV_VERSION_MAJOR", "UV_VERSION_MINOR", "UV_VERSION_PATCH"),
        "boost": lambda: header_version("boost/version.hpp", "BOOST_LIB_VERSION"),
        "libev": lambda: header_version("ev.h", "EV_VERSION_MAJOR", "EV_VERSION_MINOR"),
        "libcurl": lambda: header_version("curl/curlver.h", "LIBCURL_VERSION"),
        "strace": lambda: output("strace", "--version"),
        "gnuplot": lambda: output("gnuplot", "--version"),
    }
    found = {}
    for tool, probe in probes.items():
        if tool in COMMANDS and not shutil.which(tool):
            continue
        version = probe()
        if version and "Error" not in version and "not found" not in version:
            found[tool] = version
    return found


def require(versions, tools):
    for tool in tools:
        if tool not in versions:
            name, package = TOOLS[tool]
            raise Missing(f"{name} is not installed (Debian: {package})")


def machine():
    """[(what, value)]: what the figures depend on, apart from the peers."""
    cpu = "unknown"
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as info:
        for line in info:
            if line.startswith("model name"):
                cpu = line.partition(":")[2].strip()
                break
    commit = output("git", "-C", SOURCE, "describe", "--always", "--dirty")
    return [("kernel", f"{platform.system()} {platform.release()}"), ("CPU", f"{cpu}, {os.cpu_count()} online"),
            ("memory", f"{available_kib('MemTotal') >> 20} GiB"), ("libc", " ".join(platform.libc_ver())),
            ("CPython", output(PYTHON, "--version").partition(" ")[2]), ("iort", commit or "unknown commit")]


def available_kib(what="MemAvailable"):
    with open("/proc/meminfo", encoding="ascii") as info:
        return next(int(line.split()[1]) for line in info if line.startswith(what + ":"))


def build_type(build):
    """What the build directory was set up with: "release", or with a warning in it."""
    try:
        done = subprocess.run(["meson", "introspect", "--buildoptions", build], capture_output=True, text=True,
                              check=False)
        options = {option["name"]: option["value"] for option in json.loads(done.stdout)}
    except (OSError, ValueError):
        return "unknown"
    sanitize = options.get("b_sanitize", "none")
    return options["buildtype"] + (f", sanitizers: {sanitize}" if sanitize not in ("none", []) else "")


class Builder:
    """Compiles a peer's program when a lane first asks for it, into the build directory."""

    def __init__(self, build):
        self.directory = os.path.join(build, "peers")
        self.done = {}  # what was built: None, or why it was not

    def program(self, name, command, environment=None):
        path = os.path.join(self.directory, name)
        if name not in self.done:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            done = subprocess.run(command(path), capture_output=True, text=True, check=False,
                                  cwd=os.path.join(HERE, "go"), env={**os.environ, **(environment or {})})
            lines = (done.stderr or done.stdout).strip().splitlines()
            self.done[name] = None if done.returncode == 0 else (lines or ["the compiler failed"])[-1]
        if self.done[name]:
            raise RuntimeError(f"{name} does not compile: {self.done[name]}")
        return path

    def c(self, source, *libraries):
        """A program of c/. Linked statically to what it measures where that can be, as our own programs are."""
        def compile_with(name, linker_options):
            return self.program(name, lambda path: [
                os.environ.get("CC", "cc"), "-std=gnu17", "-D_GNU_SOURCE", "-O3", f"-I{SOURCE}/runtime/perf",
                f"{HERE}/c/{source}.c", "-o", path, "-pthread", *linker_options])
        try:
            return compile_with(source, ["-Wl,-Bstatic", *libraries, "-Wl,-Bdynamic", "-lm"])
        except RuntimeError:
            return compile_with(f"{source}-dynamic", libraries)

    def go(self, work):
        return self.program(f"go-{work}", lambda path: ["go", "build", "-buildvcs=false", "-o", path, f"./{work}"],
                            {"GOCACHE": os.path.join(self.directory, "go-cache"), "GOFLAGS": ""})
