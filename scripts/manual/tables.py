"""What `iorace --describe` prints: the program's commands and their tables of options."""
import dataclasses
import json
import re


@dataclasses.dataclass
class Option:
    name: str
    letter: str | None
    unit: str | None  # None: takes no value
    help: str
    brief: str
    words: list
    is_list: bool
    is_optional: bool = False  # --md or --md=FILE

    @property
    def kind(self):
        """What completes its value: words, list, formats, file, dir, program, or nothing that is known."""
        if self.unit and self.unit.endswith("=FILE"):
            return "formats"
        if self.words:
            return "list" if self.is_list else "words"
        return {"FILE": "file", "DIR": "dir", "BIN": "program"}.get(self.unit or "", "")


@dataclasses.dataclass
class Group:
    title: str | None
    keys: str | None  # "cell" or "run": each option is also a key of a scenario file
    options: list


@dataclasses.dataclass
class Command:
    name: str  # "run"
    summary: str
    usage: str  # what stands behind it: "DIR", "[one|other]", or a line for each form
    about: str
    notes: str
    groups: list

    def options(self):
        """Its own, and the one that every command has."""
        found = [option for group in self.groups for option in group.options]
        if not any(option.name == "help" for option in found):
            found.append(Option("help", None, None, "show this help", "show this help", [], False))
        return found

    @property
    def operand(self):
        """What completes a word that is no option: scenario, dir, or words."""
        if "SCENARIO" in self.usage:
            return "scenario", []
        if re.search(r"\b(DIR|BASE)\b", self.usage):
            return "dir", []
        return "words", words_of(self.usage.strip("[]"))


@dataclasses.dataclass
class Program:
    version: str
    about: str
    notes: str
    commands: list

    def command(self, name):
        return next((command for command in self.commands if command.name == name), None)


def words_of(unit):
    """The words of a unit such as fixed|poisson."""
    return unit.split("|") if unit and re.fullmatch(r"[\w.-]+(\|[\w.-]+)+", unit) else []


def formats_of(unit, text):
    """The formats of a FORMAT=FILE, as its help names them: "this=FILE or that=FILE"."""
    return re.findall(r"([\w-]+)=FILE", text) if unit and unit.endswith("=FILE") else []


def read(path):
    with open(path, encoding="utf-8") as file:
        program, *lines = [json.loads(line) for line in file]
    summaries = {command["name"]: command["summary"] for command in program["commands"]}
    commands = []
    for line in lines:
        name = line["name"].split()[-1]
        groups = [Group(group["title"], group.get("keys"), [
            Option(option["name"], option["letter"], option["unit"], option["help"], option["brief"],
                   option.get("words") or words_of(option["unit"]) or formats_of(option["unit"], option["help"]),
                   option["list"], option["optional"])
            for option in group["options"]]) for group in line["groups"]]
        commands.append(Command(name, summaries[name], line["usage"], line["about"], line["notes"], groups))
    if [command.name for command in commands] != list(summaries):
        raise ValueError(f"{path}: the commands described are not those that there are")
    return Program(program["version"], program["about"], program["notes"], commands)
