#!/usr/bin/python3
"""Does gdb see the tasks that nobody runs?  test_gdb.py SCRIPT TARGET"""
import re
import shutil
import subprocess
import sys

SCRIPT, TARGET = sys.argv[1:3]


def gdb(*commands):
    """What gdb prints, in batch mode, once the target has come to look_here."""
    words = ["gdb", "-nx", "-batch", "-iex", "set debuginfod enabled off", "-ex", f"source {SCRIPT}",
             "-ex", "set confirm off", "-ex", "set startup-with-shell off", "-ex", "break look_here", "-ex", "run"]
    for command in commands:
        words += ["-ex", f"echo \\n== {command}\\n", "-ex", command]
    done = subprocess.run(words + [TARGET], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", timeout=120)
    return done.stdout


def main():
    if not shutil.which("gdb"):
        print("1..0 # SKIP gdb is not installed")
        return 0
    commands = ["iort-tasks", "info registers rsp rip", "iort-bt waiter", "iort-bt sleeper", "iort-bt main",
                "iort-bt fresh", "iort-bt aside", "iort-bt nobody", "iort-bt", "info registers rsp rip", "bt", "continue"]
    out = gdb(*commands)
    if "== iort-tasks" not in out or "Breakpoint 1, look_here" not in out:
        print("1..0 # SKIP gdb cannot run a program here: " + " ".join(out.split())[-300:])
        return 0
    parts = re.split(r"\n== .*\n", out)[1:]
    tasks, before, waiter, sleeper, running, fresh, aside, nobody, nothing, after, bt, rest = parts
    failed = 0
    number = 0

    def check(name, good, seen):
        nonlocal failed, number
        number += 1
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {name}")
        if not good:
            print("\n".join("# " + line for line in str(seen).splitlines()))

    def lists(name, state, function):
        return re.search(rf"^0x[0-9a-f]+  {name} +{state}; {function} \(.*gdb_target\.c:\d+\)$", tasks, re.M)

    print("1..10")
    check("iort-tasks: every task, what it waits for and where its function is",
          lists("main", "runs", "gdb_main") and lists("sleeper", "waits for sleep", "sleeper") and
          lists("waiter", "waits for event", "waiter") and lists("joiner", 'waits for task "sleeper"', "joiner") and
          lists("fresh", "has not begun", "never_begun") and tasks.rstrip().endswith("7 tasks"), tasks)
    check("iort-tasks: a stack that is put aside", lists("aside", r"waits for sleep \(put aside\)", "sleeper"), tasks)
    check("iort-bt: the frames of a task that waits, and no others",
          len(re.findall(r" wait_deep_down \(depth", waiter)) == 4 and " rt_event_wait (" in waiter and
          " waiter (" in waiter and "look_here" not in waiter and "gdb_main" not in waiter, waiter)
    address = re.search(r"^(0x[0-9a-f]+)  sleeper", tasks, re.M)
    check("iort-bt: another", " rt_sleep_until (" in sleeper and " sleeper (" in sleeper and "look_here" not in sleeper,
          sleeper)
    check("iort-bt: the task that runs", "look_here ()" in running and " gdb_main (" in running, running)
    check("iort-bt: one that has not begun", "it has not begun; it will with never_begun" in fresh, fresh)
    check("iort-bt: refusals say why", "put aside" in aside and "no task that is not done" in nobody and
          "which task?" in nothing, aside + nobody + nothing)
    check("the registers are as they were", "rsp" in before and before == after and "look_here ()" in bt, before + after + bt)
    check("the program goes on to its end", "all well" in rest and "exited normally" in rest, rest)
    # Addresses are those of the run before: gdb switches their randomness off.
    by_address = gdb(f"iort-bt {address.group(1)}") if address else ""
    check("iort-bt: by address", " rt_sleep_until (" in by_address and " sleeper (" in by_address, by_address)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
