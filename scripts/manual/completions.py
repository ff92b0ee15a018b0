#!/usr/bin/env python3
"""Make a shell's completion of iorace from the program's tables.

usage: completions.py bash|zsh|fish TABLES OUTPUT

Commands, options and the words of their values are written into it; the names of scenarios are asked of the program
(`iorace list scenarios`) when they are wanted, for they are files.
"""
import dataclasses
import pathlib
import re
import sys

import tables

BASH = r"""# bash completion for iorace, made from the program's own tables.

# What begins as the current word does.
_iorace_words()
{
    mapfile -t COMPREPLY < <(compgen -W "$*" -P "$prefix" -- "$cur")
}

# The same for the last of a comma list.
_iorace_list()
{
    local before=''
    if [[ $cur == *,* ]]; then before=${cur%,*},; fi
    mapfile -t COMPREPLY < <(compgen -W "$*" -P "$prefix$before" -- "${cur##*,}")
    compopt -o nospace 2>/dev/null
    return 0 # compopt fails where it is not readline that asks
}

# FORMAT=FILE: one of the words, and behind the sign a file.
_iorace_formats()
{
    if [[ $cur == *=* ]]; then
        prefix+=${cur%%=*}= cur=${cur#*=}
        _iorace_names -f
    else
        _iorace_words "${@/%/=}"
        compopt -o nospace 2>/dev/null
        return 0
    fi
}

# compgen's -f, -d or -c.
_iorace_names()
{
    if [[ $1 != -c ]]; then compopt -o filenames 2>/dev/null; fi
    mapfile -t COMPREPLY < <(compgen "$1" -P "$prefix" -- "$cur")
}

_iorace_scenarios()
{
    local found
    compopt -o filenames 2>/dev/null
    mapfile -t found < <("${COMP_WORDS[0]}" list scenarios 2>/dev/null | while read -r name _; do echo "$name"; done)
    mapfile -t COMPREPLY < <(compgen -W "${found[*]}" -- "$cur"; compgen -f -X '!*.ini' -- "$cur"; compgen -d -- "$cur")
}

# COMMAND OPTION SIGN: complete its value; fails where the option takes none, or only behind a sign that is not there.
_iorace_value()
{
    case "$1 $2" in
@VALUES@
    *) return 1 ;;
    esac
}

_iorace()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} prefix='' command='' option='' i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} != -* ]]; then
            command=${COMP_WORDS[i]}
            break
        fi
    done
    if [[ ! $command ]]; then
        _iorace_words @COMMANDS@ --help --version
        return
    fi
    # Readline takes --name=value apart at the sign, unless somebody told it not to.
    if [[ $cur == = ]]; then
        option=$prev cur=''
    elif [[ $prev == = ]] && ((COMP_CWORD > 2)); then
        option=${COMP_WORDS[COMP_CWORD - 2]}
    elif [[ $cur == --*=* ]]; then
        option=${cur%%=*} prefix=${cur%%=*}= cur=${cur#*=}
    elif [[ $prev == -* ]] && _iorace_value "$command" "$prev"; then
        return
    fi
    if [[ $option ]]; then
        _iorace_value "$command" "$option" =
    elif [[ $cur == -* ]]; then
        case $command in
@OPTIONS@
        esac
        if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
    else
        case $command in
@OPERANDS@
        esac
    fi
}

complete -F _iorace iorace
"""

ZSH = r"""#compdef iorace
# zsh completion for iorace, made from the program's own tables.

_iorace_scenarios() {
  local -a names
  names=(${${(f)"$(_call_program scenarios $service list scenarios 2>/dev/null)"}##[[:space:]]#})
  names=(${names%%[[:space:]]*})
  _alternative "scenarios:scenario:(($names))" 'files:file:_files -g "*.ini"'
}

# FORMAT=FILE: one of the words, and behind the sign a file.
_iorace_formats() {
  _values format ${^@}:file:_files
}

_iorace() {
  local context state state_descr line curcontext="$curcontext"
  typeset -A opt_args
  _arguments -C '(- *)--help[show the commands]' '(- *)--version[print the version]' \
    '1:command:->command' '*::argument:->argument' && return
  case $state in
  command)
    local -a commands
    commands=(
@COMMANDS@
    )
    _describe -t commands command commands
    ;;
  argument)
    case $words[1] in
@ARGUMENTS@
    esac
    ;;
  esac
}

_iorace "$@"
"""

FISH = r"""# fish completion for iorace, made from the program's own tables.

function __iorace_needs_command
    not __fish_seen_subcommand_from @COMMANDS@
end

# The words of a comma list, behind those that stand there already.
function __iorace_list
    set -l word (commandline -ct | string replace -r '^--[a-z-]+=' '')
    set -l before (string match -r '.*,' -- $word)
    for name in $argv
        echo $before$name
    end
end

function __iorace_scenarios
    set -l program (commandline -opc)[1]
    command $program list scenarios 2>/dev/null | string replace -rf '^ +(\S+) *(.*)$' '$1\t$2'
    __fish_complete_suffix .ini
end

complete -c iorace -f
complete -c iorace -n __iorace_needs_command -l help -d 'show the commands'
complete -c iorace -n __iorace_needs_command -l version -d 'print the version'
"""


def quoted(text):
    """For bash and zsh."""
    return "'" + text.replace("'", r"'\''") + "'"


def bash_value(option):
    if option.is_optional:
        return '[[ ${3-} ]] || return 1; ' + bash_value(dataclasses.replace(option, is_optional=False))
    if option.kind in ("words", "list", "formats"):
        return f"_iorace_{option.kind} {' '.join(option.words)}"
    return {"file": "_iorace_names -f", "dir": "_iorace_names -d", "program": "_iorace_names -c"}.get(option.kind, ":")


def bash_operand(command):
    kind, words = command.operand
    return {"scenario": "_iorace_scenarios", "dir": "_iorace_names -d"}.get(kind, f"_iorace_words {' '.join(words)}")


def bash(program):
    values, options, operands = [], [], []
    for command in program.commands:
        by_action = {}
        for option in command.options():
            if option.unit is not None:
                by_action.setdefault(bash_value(option), []).append(f"'{command.name} --{option.name}'")
            if option.kind == "formats":  # readline takes FORMAT=FILE apart as well: the format stands for an option
                by_action.setdefault("_iorace_names -f", []).extend(f"'{command.name} {word}'" for word in option.words)
        values += [f"    {' | '.join(names)}) {action} ;;" for action, names in by_action.items()]
        names = " ".join(f"--{option.name}{'' if option.unit is None or option.is_optional else '='}"
                         for option in command.options())
        options.append(f"        {command.name}) _iorace_words {names} ;;")
        operands.append(f"        {command.name}) {bash_operand(command)} ;;")
    return filled(BASH, VALUES="\n".join(values), OPTIONS="\n".join(options), OPERANDS="\n".join(operands),
                  COMMANDS=" ".join(command.name for command in program.commands))


def zsh_option(option):
    brief = re.sub(r"([\[\]:\\])", r"\\\1", option.brief)
    if option.unit is None:
        return quoted(f"--{option.name}[{brief}]")
    action = {"words": f"({' '.join(option.words)})", "list": f"_values -s , {option.name} {' '.join(option.words)}",
              "formats": f" _iorace_formats {' '.join(option.words)}",
              "file": "_files", "dir": "_files -/", "program": "_command_names -e"}.get(option.kind, " ")
    form, colon = ("=-", "::") if option.is_optional else ("=", ":")
    return quoted(f"*--{option.name}{form}[{brief}]{colon}{option.unit.replace(':', ' ')}:{action}")


def zsh_operand(command):
    kind, words = command.operand
    if kind == "words":
        return f"'*:word:({' '.join(words)})'" if words else "'*: :'"
    return "'*:scenario:_iorace_scenarios'" if kind == "scenario" else "'*:directory:_files -/'"


def zsh(program):
    commands = [f"      {quoted(command.name + ':' + command.summary.replace(':', ' '))}"
                for command in program.commands]
    arguments = []
    for command in program.commands:
        specs = [zsh_option(option) for option in command.options()] + [zsh_operand(command)]
        joined = " \\\n        ".join(specs)
        arguments.append(f"    {command.name})\n      _arguments -S \\\n        {joined}\n      ;;")
    return filled(ZSH, COMMANDS="\n".join(commands), ARGUMENTS="\n".join(arguments))


def fish_quoted(text):
    return "'" + text.replace("\\", r"\\").replace("'", r"\'") + "'"


def fish(program):
    lines = []
    for command in program.commands:
        brief = fish_quoted(command.summary)
        lines.append(f"complete -c iorace -n __iorace_needs_command -a {command.name} -d {brief}")
    for command in program.commands:
        seen = f"complete -c iorace -n '__fish_seen_subcommand_from {command.name}'"
        lines.append("")
        for option in command.options():
            words = " ".join(option.words)
            value = "" if option.unit is None or option.is_optional else {
                "words": f" -x -a '{words}'", "list": f" -x -a '(__iorace_list {words})'",
                "formats": f" -r -F -a '{' '.join(word + '=' for word in option.words)}'", "file": " -r -F",
                "dir": " -x -a '(__fish_complete_directories)'", "program": " -x -a '(__fish_complete_command)'",
            }.get(option.kind, " -x")
            lines.append(f"{seen} -l {option.name}{value} -d {fish_quoted(option.brief)}")
        kind, words = command.operand
        operand = {"scenario": "(__iorace_scenarios)",
                   "dir": "(__fish_complete_directories)"}.get(kind, " ".join(words))
        if operand:
            lines.append(f"{seen} -a '{operand}'")
    return filled(FISH, COMMANDS=" ".join(command.name for command in program.commands)) + "\n".join(lines) + "\n"


def filled(template, **parts):
    for name, text in parts.items():
        template = template.replace(f"@{name}@", text)
    return template


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in ("bash", "zsh", "fish"):
        sys.exit(__doc__)
    text = {"bash": bash, "zsh": zsh, "fish": fish}[sys.argv[1]](tables.read(sys.argv[2]))
    pathlib.Path(sys.argv[3]).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
