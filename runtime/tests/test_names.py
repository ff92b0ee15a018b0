#!/usr/bin/python3
"""Is everything that the headers offer used by a test?  test_names.py INCLUDE_DIRECTORY TESTS_DIRECTORY

Functions must be called, and constants be named, in the tests' C files; comments and strings do not count.
"""
import pathlib
import re
import sys

COMMENTS_AND_STRINGS = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.DOTALL)


def read_code(directory, pattern):
    return {path.name: COMMENTS_AND_STRINGS.sub(" ", path.read_text()) for path in sorted(directory.glob(pattern))}


def main():
    headers = read_code(pathlib.Path(sys.argv[1]), "*.h")
    tests = "\n".join(read_code(pathlib.Path(sys.argv[2]), "*.c").values())
    called = set(re.findall(r"\b(rt_\w+)\s*\(", tests))
    named = set(re.findall(r"\bRT_\w+", tests))
    print(f"1..{len(headers)}")
    failed = False
    for number, (header, code) in enumerate(headers.items(), 1):
        missing = set(re.findall(r"\b(rt_\w+)\s*\(", code)) - called
        missing |= set(re.findall(r"\bRT_[A-Z0-9_]+", code)) - named
        print(f"{'not ok' if missing else 'ok'} {number} - {header}")
        if missing:
            print(f"# no test uses {', '.join(sorted(missing))}")
        failed |= bool(missing)
    return failed


if __name__ == "__main__":
    sys.exit(main())
