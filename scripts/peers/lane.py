"""The words of the harness: a case is a work at a size, a lane a program that does it, a metric one of its figures."""
import dataclasses
from typing import Callable

from programs import HERE, PYTHON, require
from trial import run_json

OURS, PEER, YARDSTICK = "iort", "peer", "yardstick"
CALLBACKS, GENERATOR, IN_CALL = "callbacks", "load generator", "no scheduler"
# A lane of these does not do the same kind of thing; the tables set it apart and the sentence says why.
APART = {
    YARDSTICK: "the least that the same work can cost in C: no tasks, written for this one purpose",
    CALLBACKS: "a callback for each timer: no straight-line code of a job's own, no stack, nothing to return to",
    IN_CALL: "it is what one writes there, but the function runs to its end within the call: nothing is scheduled, and "
             "no two are ever in progress side by side",
    GENERATOR: "it counts bytes and is no HTTP client: no header is parsed for its meaning, no body handed to anybody",
}


ECHO_CONNECTIONS = 1000


class Unsupported(Exception):
    """Why a lane cannot do this case at all: not a failure."""


@dataclasses.dataclass(frozen=True)
class Lane:
    name: str
    kind: str
    run: Callable  # of a Context: returns figures; raises TrialError, Missing or Unsupported
    note: str = ""
    metrics: tuple = ()  # those that can be compared, where not all of the case's can


@dataclasses.dataclass(frozen=True)
class Metric:
    name: str
    unit: str
    more_is_better: bool = False


@dataclasses.dataclass
class Case:
    work: str
    size: int
    what: str  # for people
    metrics: list  # the first is the one that is drawn
    lanes: list

    @property
    def base(self):
        return self.lanes[0]


@dataclasses.dataclass
class Context:
    """What a lane may use."""
    build: str
    builder: object
    versions: dict
    client_cpus: set
    server_cpus: set
    server: object = None  # nginx, while there are downloads

    def ours(self, program, *arguments, timeout_s=120):
        return run_json([f"{self.build}/runtime/perf/{program}", *arguments], self.client_cpus, timeout_s)

    def go(self, work, *arguments, timeout_s=120):
        require(self.versions, ["go"])
        return run_json([self.builder.go(work), *arguments], self.client_cpus, timeout_s, {"GOMAXPROCS": "1"})

    def python(self, program, *arguments, tools=(), timeout_s=120):
        loop = [argument for argument in arguments[:1] if argument == "uvloop"]
        require(self.versions, [*tools, *loop])
        return run_json([PYTHON, f"{HERE}/python/{program}.py", *arguments], self.client_cpus, timeout_s)

    def node(self, program, *arguments, timeout_s=120, flags=()):
        require(self.versions, ["node"])
        return run_json(["node", *flags, f"{HERE}/node/{program}.js", *arguments], self.client_cpus, timeout_s)

    def c(self, tool, source, *arguments, libraries=(), timeout_s=120):
        require(self.versions, ["cc", *tool])
        return run_json([self.builder.c(source, *libraries), *arguments], self.client_cpus, timeout_s)
