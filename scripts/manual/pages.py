#!/usr/bin/env python3
"""Make a manual page: prose from a template, what the program says of itself from its tables.

usage: pages.py TABLES TEMPLATE OUTPUT

A line of the template that is one of these is replaced:
  @needs NAME@       first line: without that command there is nothing to write about but its absence
  @commands@         every command in one line
  @details@          every command that has no page of its own: what it does, its options
  @synopsis NAME@ @about NAME@ @notes NAME@ @options NAME@   those of one command
  @keys cell@ @keys run@                     the keys of a scenario file's sections
  @exit@ @exit NAME@ the exit statuses, of the program or of one command
and @VERSION@ anywhere. All else is roff.
"""
import pathlib
import re
import sys
import textwrap

import tables

# Commands whose options have a page of their own.
OWN_PAGE = {"gate": "iorace-gate(1)"}
# How roff is told to show a character as it stands.
ESCAPED = {"\\": r"\e", "-": r"\-", "^": r"\(ha", "~": r"\(ti"}


def plain(text):
    """Text whose minus signs and the like can be copied to a shell."""
    return "".join(ESCAPED.get(character, character) for character in text)


def inline(text):
    """Words between backquotes and options in bold."""
    pieces = re.split(r"(`[^`]*`|(?<![\w-])--[a-z][a-z-]*)", text)
    return "".join(rf"\fB{plain(piece.strip('`'))}\fR" if piece[:1] == "`" or piece[:2] == "--" and piece[2:]
                   else re.sub(r"(?<!\w)-(?=\w)|~|\^|\\", lambda found: ESCAPED[found[0]], piece)
                   for piece in pieces)


def guarded(line):
    """A line that begins with what roff takes for a request is none."""
    return r"\&" + line if line[:1] in (".", "'") else line


def sentences(text):
    """Lines of roff, each sentence begun on a new one."""
    lines = []
    for sentence in re.split(r"(?<=[.;:?!])\s+(?=[A-Z`'])", " ".join(text.split())):
        lines += textwrap.wrap(inline(sentence), 100, break_long_words=False, break_on_hyphens=False)
    return [guarded(line) for line in lines]


def prose(text, gap=".PP"):
    """Paragraphs; lines that begin with a space as they stand."""
    lines, paragraph, literal, first = [], [], False, True

    def flush():
        nonlocal first
        if paragraph:
            lines.extend([] if first else [gap])
            lines.extend(sentences(" ".join(paragraph)))
            paragraph.clear()
            first = False

    for line in text.rstrip().split("\n") + [""]:
        if line[:1] == " ":
            flush()
            if not literal:
                lines += [gap, ".nf"]
            literal = True
            lines.append(guarded(plain(line)))
            continue
        if literal:
            lines.append(".fi")
            literal, first = False, False
        if line.strip():
            paragraph.append(line)
        else:
            flush()
    return lines


def option_lines(option):
    forms = [rf"\fB\-{option.letter}\fR"] if option.letter else []
    unit = "" if option.unit is None else rf"=\fI{plain(option.unit)}\fR"
    unit = f"[{unit}]" if option.is_optional else unit
    forms.append(rf"\fB\-\-{plain(option.name)}\fR{unit}")
    return [".TP", ", ".join(forms)] + sentences(option.help)


def options(command):
    lines = []
    for group in command.groups:
        if group.title:
            lines += [".PP", guarded(inline(group.title.rstrip(":"))) + ":"]
        for option in group.options:
            lines += option_lines(option)
    if not any(option.name == "help" for group in command.groups for option in group.options):
        lines += option_lines(command.options()[-1])
    return lines


def form(command, words):
    words = [word if word[:1] == "[" else rf"\fI{word}\fR" if word.isupper() else rf"\fB{word}\fR"
             for word in map(plain, words)]
    return " ".join([rf"\fBiorace {command.name}\fR", *words])


def forms(command):
    """Its forms, each with its words."""
    found = [[word for word in line.split() if word != "[OPTIONS]"] for line in command.usage.splitlines() or [""]]
    return [words + ["[OPTIONS]"] for words in found]


def name_of(command):
    """In one line: of several forms that with which they all begin."""
    first, *others = forms(command)
    count = next(i for i, word in enumerate(first) if any(word != words[i] for words in others) or word == "[OPTIONS]")
    return form(command, first[:count] + ["[OPTIONS]"])


def synopsis(command):
    return [line for words in forms(command) for line in (form(command, words), ".br")][:-1]


def commands(program):
    lines = []
    for command in program.commands:
        lines += [".TP", name_of(command)] + sentences(command.summary[0].upper() + command.summary[1:] + ".")
    return lines


def details(program):
    lines = []
    for command in program.commands:
        lines.append(f".SS iorace {command.name}")
        lines += prose(command.about)
        if command.name in OWN_PAGE:
            name, section = OWN_PAGE[command.name].strip(")").split("(")
            lines += [".PP", "Its options:", f".BR {plain(name)} ({section})."]
            continue
        lines += options(command)
        if command.notes:
            lines += [".PP"] + prose(command.notes)
    return lines


def keys(program, scope):
    lines = []
    options = {option.name: option for command in program.commands for group in command.groups
               for option in group.options if group.keys == scope}
    for option in options.values():
        value = rf"\fI{plain(option.unit)}\fR" if option.unit else r"\fByes\fR|\fBno\fR"
        lines += [".TP", rf"\fB{plain(option.name)}\fR = {value}"] + sentences(option.help)
    return lines


def exit_statuses(notes):
    lines = []
    for status, words in re.findall(r"(\d+) ([^;]+)[;.]", " ".join(notes.split("Exit status:")[1].split())):
        lines += [".TP", rf"\fB{status}\fR"] + sentences(words)
    return lines


def expand(program, directive, *names):
    if directive == "commands":
        return commands(program)
    if directive == "details":
        return details(program)
    if directive == "exit":
        return exit_statuses(program.command(*names).notes if names else program.notes)
    if directive == "keys":
        return keys(program, *names)
    command = program.command(*names)
    if directive == "synopsis":
        return synopsis(command)
    if directive == "about":
        return prose(command.about)
    if directive == "notes":
        return prose(command.notes.split("Exit status:")[0])  # which has a section
    if directive == "options":
        return options(command)
    raise ValueError(f"@{directive}@ is unknown")


def absent(template, page, name):
    """What stands in place of a page whose command this program does not have."""
    heading = re.search(r"(?m)^\.TH .*", template)[0]
    return [heading, ".SH NAME", rf"{plain(page)} \- not in this version", ".SH DESCRIPTION",
            rf"This build of iorace has no command \fB{name}\fR."]


def page(program, template, name):
    needs = re.match(r"@needs (\w+)@\n", template)
    if needs and not program.command(needs[1]):
        return [line.replace("@VERSION@", program.version) for line in absent(template, name, needs[1])]
    # Neither cut words nor stretch lines: what stands here is copied to a shell.
    lines = [r'.\" Made from the tables of the program and a template: bench/man, scripts/manual.',
             ".nr HY 0", ".nh", ".ad l"]
    for line in template[needs.end() if needs else 0:].rstrip("\n").split("\n"):
        directive = re.fullmatch(r"@(\w+)((?: \w+)*)@", line)
        lines += expand(program, directive[1], *directive[2].split()) if directive else \
            [line.replace("@VERSION@", program.version)]
    # A section's heading makes its own distance.
    return [line for i, line in enumerate(lines)
            if not (line == ".PP" and re.match(r"\.(PP|TP|SH|SS)", (lines + [""])[i + 1] or ""))
            and not (line == ".PP" and re.match(r"\.(SH|SS)", lines[i - 1]))]


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    program, template = tables.read(sys.argv[1]), pathlib.Path(sys.argv[2])
    name = template.name.split(".")[0]
    text = "\n".join(page(program, template.read_text(encoding="utf-8"), name)) + "\n"
    pathlib.Path(sys.argv[3]).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
