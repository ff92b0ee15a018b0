"""The manual pages and the shells' completion: what they say is what the program says."""
import json
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import time

import support

PAGES = ("iorace.1", "iorace-gate.1", "iorace-scenario.5")


def pages_dir():
    return pathlib.Path(support.IORACE).parent / "man"


def page(name):
    return (pages_dir() / name).read_text(encoding="utf-8")


def unescaped(text):
    text = re.sub(r"\\f[BIR]", "", text)
    for roff, character in ((r"\-", "-"), (r"\(ha", "^"), (r"\(ti", "~"), (r"\&", ""), (r"\e", "\\")):
        text = text.replace(roff, character)
    return " ".join(text.split())


def entries(text):
    """{tag: words} of the .TP of a piece of a page."""
    found = {}
    for piece in re.split(r"(?m)^\.TP\n", text)[1:]:
        tag, _, rest = piece.partition("\n")
        found[unescaped(tag)] = unescaped(re.split(r"(?m)^\.", rest)[0])
    return found


def without_quotes(text):
    return " ".join(text.replace("`", "").split())


class Manual(support.Case):
    def help(self, *command):
        done = self.iorace(*command, "--help")
        self.assertStatus(done, 0)
        return done.stdout

    def commands(self):
        listed = self.help().split("Commands:\n")[1].split("\n\n")[0]
        return re.findall(r"(?m)^  ([a-z]+) ", listed)

    def described(self, command):
        """The piece of a page that has this command's options."""
        if command == "gate":
            return page("iorace-gate.1")
        found = re.search(rf"(?ms)^\.SS iorace {command}\n(.*?)(?=^\.S[SH])", page("iorace.1"))
        self.assertTrue(found, f"iorace.1 has nothing on {command}")
        return found[1]

    def test_every_command(self):
        commands = self.commands()
        self.assertGreaterEqual(len(commands), 7)
        for command in commands:
            with self.subTest(command):
                self.assertRegex(page("iorace.1"), rf"(?m)^\\fBiorace {command}\\fR")
                self.described(command)

    def test_every_option_in_the_same_words(self):
        for command in self.commands():
            with self.subTest(command):
                said = self.help(command)
                names = set(re.findall(r"(?m)^ +(?:-\w, )?--([a-z0-9-]+)", said)) - {"usage"}
                written = entries(self.described(command))
                tags = {re.search(r"--([a-z0-9-]+)", tag)[1]: tag for tag in written if "--" in tag}
                self.assertEqual(names, set(tags))
                # argp and getopt's help break lines where they like; the words are the same
                said = without_quotes(said)
                for name, tag in tags.items():
                    if name != "help":  # up to the next option or heading, and no less
                        form = tag.rpartition(", ")[2]
                        self.assertRegex(said, rf"{re.escape(f'{form} {written[tag]}')}(?= -| [A-Z][a-z ]*\b|$)")

    def test_every_key_of_a_scenario(self):
        """A key is what a scenario's file takes: tried with each option there is."""
        written = entries(page("iorace-scenario.5"))
        keys = {tag.split(" = ")[0] for tag in written if " = " in tag}
        self.assertGreater(len(keys), 20)
        options = set(re.findall(r"(?m)^  --([a-z0-9-]+)", self.help("run")))
        for name in sorted(options | keys | {"title"}):
            with self.subTest(name):
                file = self.write("a.ini", f"[run]\n{name} = \n[cell a]\nworkload = sleep\n")
                done = self.iorace("run", file, "--dry-run")
                self.assertEqual("unknown key" not in done.stderr, name in keys, done.stderr)

    def test_exit_statuses(self):
        numbers = re.findall(r"(?:^|; |: |;\n|\n)(\d+) ", self.help().split("Exit status")[1])
        self.assertEqual(numbers, ["0", "1", "2", "3", "4", "5", "6", "130"])
        written = entries(page("iorace.1").split(".SH EXIT STATUS")[1].split(".SH")[0])
        self.assertEqual(list(written), numbers)

    def test_nothing_left_of_the_templates(self):
        for name in PAGES:
            with self.subTest(name):
                self.assertNotRegex(page(name), r"(?m)^@|@VERSION@")
                self.assertLess(max(map(len, page(name).splitlines())), 200)

    def test_the_description_is_not_for_people(self):
        self.assertNotIn("--describe", self.help())
        lines = [json.loads(line) for line in self.iorace("--describe").stdout.splitlines()]
        self.assertEqual([line["name"] for line in lines[1:]], [f"iorace {name}" for name in self.commands()])


class Lint(support.Case):
    def lint(self, program, *args):
        if not shutil.which(program):
            self.skipTest(f"{program} is not installed")
        for name in PAGES:
            with self.subTest(f"{program} {name}"):
                done = subprocess.run([program, *args, pages_dir() / name], capture_output=True, text=True, timeout=30,
                                      env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80"}, check=False)
                said = done.stderr + (done.stdout if program == "mandoc" else "")
                self.assertEqual((done.returncode, said), (0, ""))
                if program == "groff":
                    # a minus sign that can be copied, and no line that has to be looked for
                    self.assertLessEqual(max(map(len, done.stdout.splitlines())), 120)
                    if name == "iorace.1":
                        self.assertIn("--runner=LIST", done.stdout)

    def test_groff(self):
        self.lint("groff", "-man", "-ww", "-Tutf8", "-P-c", "-P-b", "-P-o", "-P-u")

    def test_mandoc(self):
        self.lint("mandoc", "-T", "lint", "-W", "warning")


class Completion(support.Case):
    def words(self, kind):
        return [line.split()[0] for line in self.iorace("list", kind).stdout.splitlines()]


class Bash(Completion):
    def complete(self, *words):
        """What its function offers where the last of the words is being typed."""
        script = f"""
            source '{pages_dir() / "iorace"}'
            compopt() {{ return 1; }} # as where it is not readline that asks
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
            _iorace iorace "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD - 1]}}"
            if [ ${{#COMPREPLY[@]}} -gt 0 ]; then printf '%s\\n' "${{COMPREPLY[@]}}"; fi"""
        done = subprocess.run(["bash", "--norc", "-uc", script, "bash", support.IORACE, *words], capture_output=True,
                              text=True, timeout=30, cwd=self.dir, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split("\n")[:-1]

    def test_commands(self):
        listed = re.findall(r"(?m)^  ([a-z]+) ", self.iorace("--help").stdout)
        self.assertEqual(set(self.complete("")), {*listed, "--help", "--version"})
        self.assertEqual(self.complete("do"), ["doctor"])
        self.assertEqual(self.complete("nonsense", "--"), [])

    def test_options(self):
        for command in re.findall(r"(?m)^  ([a-z]+) ", self.iorace("--help").stdout):
            with self.subTest(command):
                said = self.iorace(command, "--help").stdout
                names = set(re.findall(r"(?m)^ +(?:-\w, )?--([a-z0-9-]+)", said)) - {"usage"}
                offered = self.complete(command, "--")
                self.assertEqual({word.strip("-=") for word in offered}, names)
                for word in offered:
                    self.assertEqual(word.endswith("="), f"{word.rstrip('=')}=" in said, word)
        self.assertEqual(self.complete("run", "--jobs-"), ["--jobs-per-worker="])

    def test_words(self):
        self.assertEqual(set(self.complete("run", "--workload", "=", "")), set(self.words("workloads")))
        self.assertEqual(set(self.complete("run", "--workload", "")), set(self.words("workloads")))
        self.assertEqual(self.complete("run", "--verify", "=", "st"), ["status"])
        self.assertEqual(self.complete("run", "--verify=st"), ["--verify=status"])  # where = does not break words
        self.assertEqual(self.complete("run", "--runner", "="), self.words("runners"))

    def test_lists(self):
        self.assertEqual(self.complete("run", "--runner", "=", "serial,thr"), ["serial,threads"])
        self.assertEqual(self.complete("run", "--runner", "serial,co"), ["serial,coroutines"])
        self.assertEqual(self.complete("run", "--runner", ""), self.words("runners"))

    def test_metrics(self):
        """All that the program takes, and a list only where it takes one."""
        said = self.iorace("compare", "a", "b", "--metric", "none").stderr
        known = re.search(r"there are ([\w, ]+)", said)[1].split(", ")
        self.assertGreater(len(known), 5)
        for command in ("compare", "history", "gate"):
            self.assertEqual(self.complete(command, "--metric", "="), known)
            self.assertEqual(self.complete(command, "--metric", ""), known)
        self.assertEqual(self.complete("compare", "--metric", "wall_s,jobs"), ["wall_s,jobs_per_s"])
        self.assertEqual(self.complete("history", "--metric", "wall_s,jobs"), [])

    def test_formats(self):
        """Behind the format's own sign stands a file."""
        self.write("page.json", "")
        (self.dir / "below").mkdir()
        formats = self.complete("gate", "--export", "=")
        self.assertEqual(self.complete("gate", "--export", ""), formats)
        self.assertGreater(len(formats), 1)
        for word in formats:
            self.assertRegex(word, "^[a-z-]+=$")
            self.assertNotIn("is accepted", self.iorace("gate", "--export", f"{word}x", "--dry-run", "--aa").stderr)
        self.assertEqual(self.complete("gate", "--export", "benc"), ["bencher="])
        self.assertEqual(self.complete("gate", "--export", "=", "bencher", "=", "p"), ["page.json"])
        self.assertEqual(set(self.complete("gate", "--export", "bencher", "=")), {"page.json", "below"})
        self.assertEqual(self.complete("gate", "--export=bencher=p"), ["--export=bencher=page.json"])
        self.assertNotIn("page.json", self.complete("gate", "bencher", ""))

    def test_scenarios_and_files(self):
        self.write("mine.ini", "")
        self.write("other.txt", "")
        (self.dir / "below").mkdir()
        self.assertEqual(set(self.complete("run", "")), {*self.words("scenarios"), "mine.ini", "below"})
        self.assertEqual(self.complete("run", "--quick", "de"), ["default"])
        self.assertEqual(self.complete("plot", ""), ["below"])
        self.assertEqual(set(self.complete("run", "--url-file", "")), {"mine.ini", "other.txt", "below"})
        self.assertEqual(self.complete("run", "--out", "=", ""), ["below"])
        self.assertEqual(self.complete("run", "--jobs", "="), [])  # a number: nothing to offer
        self.assertEqual(self.complete("list", "sc"), ["scenarios"])

    def test_a_value_that_may_be_left_out(self):
        """Behind the sign it is completed; behind a space it is not the option's."""
        self.write("page.md", "")
        (self.dir / "below").mkdir()
        self.assertEqual(self.complete("report", "--md"), ["--md"])
        self.assertEqual(self.complete("report", "--md", "=", "p"), ["page.md"])
        self.assertEqual(self.complete("report", "--md", ""), ["below"])

    def test_at_a_terminal(self):
        """The tabulator key, in a bash that somebody sits at."""
        setup = [f"source '{pages_dir() / 'iorace'}'", f"PATH='{pathlib.Path(support.IORACE).parent}':$PATH"]
        argv = ["bash", "--norc", "--noprofile", "-i"]
        self.assertIn("--verify=status", typed(argv, setup, "iorace run --verify=st", self.dir))
        self.assertIn("--runner=serial,threads", typed(argv, setup, "iorace run --runner=serial,thr", self.dir))
        self.assertIn("iorace doctor", typed(argv, setup, "iorace doc", self.dir))
        self.assertIn("--runner serial,threads", typed(argv, setup, "iorace run --runner serial,thr", self.dir))
        self.write("page.json", "")
        self.assertIn("--export=bencher=", typed(argv, setup, "iorace gate --export=benc", self.dir))
        self.assertIn("--export=bencher=page.json", typed(argv, setup, "iorace gate --export=bencher=p", self.dir))


def typed(argv, setup, line, directory):
    """What a shell on a terminal shows once a line has been typed and the tabulator key pressed."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(directory)
        os.environ.update({"TERM": "dumb", "HISTFILE": "", "HOME": str(directory), "LC_ALL": "C.UTF-8"})
        os.execvp(argv[0], argv)
    shown = ""

    def read_until(done, seconds=20):
        nonlocal shown
        deadline = time.monotonic() + seconds
        while not done() and time.monotonic() < deadline:
            if select.select([terminal], [], [], 0.2)[0]:
                shown += os.read(terminal, 65536).decode(errors="replace")

    try:
        os.write(terminal, ("; ".join(setup) + "; PS1=SET'UP>' PROMPT=SET'UP>'\n").encode())
        read_until(lambda: "SETUP>" in shown)
        shown = ""
        os.write(terminal, (line + "\t").encode())
        read_until(lambda: False, 1.5)
    finally:
        os.write(terminal, b"\x03\nexit\n")
        os.close(terminal)
        os.waitpid(process, 0)
    return shown.replace("\x07", "")


class Zsh(Completion):
    def setUp(self):
        super().setUp()
        if not shutil.which("zsh"):
            self.skipTest("zsh is not installed")

    def test_at_a_terminal(self):
        setup = [f"fpath=('{pages_dir()}' $fpath)", "autoload -Uz compinit", "compinit -u -D",
                 f"PATH='{pathlib.Path(support.IORACE).parent}':$PATH"]
        self.write("page.json", "")
        for line, wanted in (("iorace doc", "iorace doctor"), ("iorace run --verify=st", "--verify=status"),
                             ("iorace run --runner=serial,thr", "--runner=serial,threads"),
                             ("iorace compare --metric=wall_s,jobs", "--metric=wall_s,jobs_per_s"),
                             ("iorace gate --export=benc", "--export=bencher="),
                             ("iorace gate --export=bencher=p", "--export=bencher=page.json"),
                             ("iorace run --jobs-", "--jobs-per-worker="), ("iorace list sc", "list scenarios"),
                             ("iorace run def", "run default")):
            with self.subTest(line):
                self.assertIn(wanted, typed(["zsh", "-f", "-i"], setup, line, self.dir))


class Fish(Completion):
    def setUp(self):
        super().setUp()
        if not shutil.which("fish"):
            self.skipTest("fish is not installed")

    def complete(self, line):
        script = f"source '{pages_dir() / 'iorace.fish'}'; complete -C {line!r}"
        done = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, text=True, timeout=60,
                              cwd=self.dir, env={"PATH": f"{pathlib.Path(support.IORACE).parent}:{os.environ['PATH']}",
                                                 "HOME": str(self.dir), "LC_ALL": "C.UTF-8"}, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [text.split("\t")[0] for text in done.stdout.splitlines()]

    def test_words(self):
        self.assertEqual(self.complete("iorace doc"), ["doctor"])
        self.assertEqual(self.complete("iorace run --verify=st"), ["--verify=status"])
        self.assertEqual(self.complete("iorace run --runner=serial,thr"), ["--runner=serial,threads"])
        self.assertEqual(self.complete("iorace compare --metric=wall_s,jobs"), ["--metric=wall_s,jobs_per_s"])
        self.assertEqual(self.complete("iorace gate --export=benc"), ["--export=bencher="])
        self.assertIn("--jobs-per-worker", self.complete("iorace run --jobs-"))
        self.assertIn("scenarios", self.complete("iorace list "))
        self.assertIn("default", self.complete("iorace run "))


if __name__ == "__main__":
    support.main()
