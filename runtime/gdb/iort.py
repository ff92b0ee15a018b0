"""Tasks in gdb: the stacks that `bt` does not know, since nobody runs on them.

    (gdb) source .../share/iort/iort.py
    (gdb) iort-tasks            every task of the loop of the selected thread
    (gdb) iort-bt NAME          the backtrace of one that waits, by its name or address

Needs libiort's debug information (meson setup --buildtype=debugoptimized). iort-tasks works on core files, too; iort-bt
does not, since it lends the thread the task's registers, and gives it back its own.
"""
import gdb

# Where rt__context_swap and rt__context_call put what they save (src/context/*.S), in bytes from the stack pointer.
SAVED = {
    "x86-64": ({"r15": 8, "r14": 16, "r13": 24, "r12": 32, "rbx": 40, "rbp": 48, "rip": 56}, "rsp", 64),
    "aarch64": ({**{f"x{19 + i}": 8 * i for i in range(12)}, "pc": 88}, "sp", 176),
}


def field(value, name):
    try:
        return value[name]
    except gdb.error:
        raise gdb.GdbError("libiort has no debug information here: build it with --buildtype=debugoptimized")


def current_loop():
    try:
        loop = gdb.parse_and_eval("rt__loop")
    except gdb.error as error:
        raise gdb.GdbError(f"no libiort, or one without debug information: {error}")
    if loop.type.strip_typedefs().code != gdb.TYPE_CODE_PTR:
        raise gdb.GdbError("libiort has no debug information here: build it with --buildtype=debugoptimized")
    if not loop:
        raise gdb.GdbError("the selected thread runs no loop (see: thread apply all print rt__loop)")
    return loop


def tasks_of(loop):
    """Every task that is not done, as rt__task_pool_each."""
    done = int(gdb.parse_and_eval("(int)RT_TASK_DONE"))
    slab = field(loop, "tasks")["slabs"]
    while slab:
        tasks = field(slab, "tasks")
        first, last = tasks.type.range()
        for i in range(first, last + 1):
            if tasks[i]["references"] > 0 and int(tasks[i]["state"]) < done:
                yield tasks[i].address
        slab = slab["next"]


def name_of(task):
    return task["name"].string(errors="replace") if task["name"] else ""


def label_of(task):
    return f'"{name_of(task)}"' if task["name"] else f"at {int(task):#x}"


def is_parked(task):
    return bool(task["parkable"]) and not task["fresh"] and task["loop"]["stage"]["occupant"] != task


def state_of(task):
    if task["loop"]["current"] == task:
        return "runs"
    if task["fresh"]:
        return "has not begun"
    if not task["waiting"]:
        return "is ready to run"
    what = task["waits_for"].string()
    item = task["wait_item"]
    if task["waits_for"] == gdb.parse_and_eval("(const char *)&rt__waits_task"):
        what += " " + label_of(item.cast(task.type))
    elif task["waits_for"] in (gdb.parse_and_eval("(const char *)&rt__waits_read"),
                               gdb.parse_and_eval("(const char *)&rt__waits_write")):
        what += f" {int(item)}"
    return "waits for " + what + (" (put aside)" if is_parked(task) else "")


def function_of(task):
    address = int(task["fn"])
    block = gdb.block_for_pc(address)
    name = str(block.function) if block and block.function else f"{address:#x}"
    place = gdb.find_pc_line(address)
    return f"{name} ({place.symtab.filename}:{place.line})" if place.symtab else name


class Tasks(gdb.Command):
    """List every task of the loop that the selected thread runs: address, name, state, function.
Usage: iort-tasks"""

    def __init__(self):
        super().__init__("iort-tasks", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        count = 0
        for task in tasks_of(current_loop()):
            print(f"{int(task):#x}  {name_of(task) or '-':16}  {state_of(task)}; {function_of(task)}")
            count += 1
        print(f"{count} tasks")


def find(argument):
    tasks = list(tasks_of(current_loop()))
    found = [task for task in tasks if task["name"] and name_of(task) == argument]
    if not found:
        try:
            address = int(gdb.parse_and_eval(argument))
        except (gdb.error, ValueError):
            address = None
        found = [task for task in tasks if int(task) == address]
    if not found:
        raise gdb.GdbError(f"no task that is not done has the name or address {argument} (see iort-tasks)")
    if len(found) > 1:
        raise gdb.GdbError(f"{len(found)} tasks have that name; take an address: "
                           + " ".join(f"{int(task):#x}" for task in found))
    return found[0]


def registers_of(task):
    """{register: value} of a task that has left its stack."""
    context = task["context"]
    if "sp" not in [part.name for part in context.type.fields()]:
        raise gdb.GdbError("this libiort switches by ucontext: its stacks are not known here")
    architecture = gdb.selected_frame().architecture().name()
    for name, (saved, sp_name, frame_bytes) in SAVED.items():
        if name in architecture:
            word = gdb.lookup_type("unsigned long").pointer()
            sp = int(context["sp"])
            registers = {register: int(gdb.Value(sp + offset).cast(word).dereference())
                         for register, offset in saved.items()}
            return {sp_name: sp + frame_bytes, **registers}
    raise gdb.GdbError(f"nothing is known of stacks on {architecture}")


class Backtrace(gdb.Command):
    """Show the backtrace of a task that waits or is ready: of a process that is being debugged, not of a core file.
Usage: iort-bt NAME|ADDRESS"""

    def __init__(self):
        super().__init__("iort-bt", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        if not argument:
            raise gdb.GdbError("which task? iort-bt NAME|ADDRESS (see iort-tasks)")
        task = find(argument)
        if task["loop"]["current"] == task:
            gdb.execute("bt")
        elif task["fresh"]:
            print(f"it has not begun; it will with {function_of(task)}")
        elif is_parked(task):
            raise gdb.GdbError("its stack is put aside, and packed: it can be seen once the task is ready again")
        else:
            self.show(registers_of(task))

    @staticmethod
    def show(registers):
        selected = gdb.selected_frame().level()
        gdb.newest_frame().select()
        kept = {name: int(gdb.parse_and_eval(f"(unsigned long)${name}")) for name in registers}
        try:
            for name, value in registers.items():
                gdb.execute(f"set var ${name} = {value:#x}", to_string=True)
            gdb.newest_frame().select()
            gdb.execute("bt")
        finally:
            for name, value in kept.items():
                gdb.execute(f"set var ${name} = {value:#x}", to_string=True)
            gdb.execute(f"frame {selected}", to_string=True)


Tasks()
Backtrace()
