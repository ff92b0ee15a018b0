#!/usr/bin/python3
"""Is a run.ndjson valid, and would its schema notice if it were not?

    test_schema.py RUN_NDJSON SCHEMA

Every line must be valid. Then every field of every kind of line is damaged in turn (taken away, given a wrong type, put out
of range), and the schema must reject each damaged line. A field that no value would be out of range for is an error:
its range is missing from the schema. Exit status: 0, 1, or 77 (skipped) where python3-jsonschema is not installed.
"""

import collections
import json
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(77)

TOO_LONG = "x" * 200_000
# A difference.
MAY_BE_NEGATIVE = {"trial.lag_growth_ms"}
# Fields that the first files of the schema do not have: a line without one is as good as ever.
ADDED = {f"{line}.{name}" for line in ("trial", "summary.lanes[]") for name in
         ("offered_per_s response_p50_ms response_p99_ms queue_p50_ms queue_p99_ms service_p50_ms service_p99_ms "
          "pacing_p99_ms").split()}
ADDED |= {"trial.lag_growth_ms", "trial.queued", "summary.lanes[].queued_median", "summary.lanes[].saturated",
          "sample.intended"}
# Maps whose keys are names of something else: none of them is required.
FREE_MAPS = {"env.unknown", "trial.held.curl_options"}
# A command line is kept as it was, so it may hold anything but be too long.
ANY_CHARACTERS = {"run.argv[]"}
# An option of libcurl is a text or a number.
TEXT_OR_NUMBER = {"trial.held.curl_options.*"}


def kind_of(value):
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return {str: "text", list: "array", dict: "object", type(None): "null"}[type(value)]


class Damager:
    def __init__(self, validator):
        self.validator = validator
        self.seen = set()
        self.counts = collections.Counter()
        self.ranged = {}  # path: whether some value was out of its range
        self.empty = set()  # arrays that were empty somewhere: how many are too many cannot be tried
        self.errors = []

    def must_reject(self, line, path, what, number):
        self.counts[what] += 1
        if self.validator.is_valid(line):
            self.errors.append(f"line {number}: {path}: accepted although {what}")
            return False
        return True

    def must_accept(self, line, path, what, number):
        self.counts["it may be missing"] += 1
        if not self.validator.is_valid(line):
            self.errors.append(f"line {number}: {path}: rejected because {what}")

    def replaced(self, line, holder, key, values, path, what, number):
        """Put each value in the field's place; every one must be rejected."""
        original = holder[key]
        rejected = True
        for value in values:
            holder[key] = value
            rejected = self.must_reject(line, path, what, number) and rejected
        holder[key] = original
        return rejected

    def walk(self, line, holder, key, path, number, in_map=False):
        """Damage holder[key], which lies within line, and what lies within it."""
        value = holder[key]
        kind = kind_of(value)
        mark = (path, kind, bool(value))
        if kind in ("array", "object") or mark not in self.seen:
            if mark not in self.seen:
                self.seen.add(mark)
                self.damage(line, holder, key, path, number, kind, in_map)
            if kind == "object":
                for name in list(value):
                    free = path in FREE_MAPS
                    self.walk(line, value, name, f"{path}.{'*' if free else name}", number, free)
            elif kind == "array":
                for i in sorted({0, len(value) // 2, len(value) - 1} if value else set()):
                    self.walk(line, value, i, f"{path}[]", number)

    def damage(self, line, holder, key, path, number, kind, in_map):
        if isinstance(holder, dict) and not in_map:
            original = holder.pop(key)
            if path in ADDED:
                self.must_accept(line, path, "it is missing", number)
            else:
                self.must_reject(line, path, "it is missing", number)
            holder[key] = original

        wrong = {
            "text": [True, {}, []] + ([] if path in TEXT_OR_NUMBER else [0.5]),
            "number": [True, {}, []] + ([] if path in TEXT_OR_NUMBER else ["1"]),
            "boolean": ["true", 1, {}, []],
            "array": [True, {}, "text", 0.5],
            "object": [True, [], "text", 0.5],
            "null": [{"unheard-of": []}, [[]]],
        }[kind]
        self.replaced(line, holder, key, wrong, path, "it is of a wrong type", number)
        self.damage_range(line, holder, key, path, number, kind)

    def damage_range(self, line, holder, key, path, number, kind):
        value, what = holder[key], "it is out of range"
        values = None
        if kind == "number":
            values = [-1e300, 1e300] + ([] if path in TEXT_OR_NUMBER | MAY_BE_NEGATIVE else [-1])
        elif kind == "text":
            values = [TOO_LONG] + ([] if path in ANY_CHARACTERS else [value + "\u0007", value + "\n"])
        elif kind == "null":
            values = [-1e300, 1e300, TOO_LONG]
        elif kind == "object":
            values = [{**value, "Unheard of!": 1}, {**value, "Unheard of!": "x"}]
        if values is not None:
            self.ranged[path] = self.replaced(line, holder, key, values, path, what, number) or self.ranged.get(path, False)
        elif kind == "array" and value:
            # One of too few and too many must be too much.
            self.ranged.setdefault(path, False)
            for candidate in ([], value * (12_000 // len(value) + 1)):
                holder[key] = candidate
                self.counts[what] += 1
                if not self.validator.is_valid(line):
                    self.ranged[path] = True
                    break
            holder[key] = value
        elif kind == "array":
            self.empty.add(path)
        else:
            self.counts["its type (boolean) is its range"] += 1


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[2], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    damager = Damager(jsonschema.Draft202012Validator(schema))
    kinds = collections.Counter()
    with open(sys.argv[1], encoding="utf-8") as file:
        for number, text in enumerate(file, 1):
            line = json.loads(text)
            kind = line.get("type") if isinstance(line, dict) else None
            errors = sorted(damager.validator.iter_errors(line), key=lambda error: list(map(str, error.path)))
            for error in errors[:5]:
                place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.absolute_path)
                damager.errors.append(f"line {number}: {kind}{place}: {error.message[:200]}")
            kinds[kind] += 1
            if not errors:
                for name in list(line):
                    damager.walk(line, line, name, f"{kind}.{name}", number)
                damager.must_reject({**line, "unheard-of": 1}, kind, "there is an unknown field", number)
    for path, ranged in sorted(damager.ranged.items()):
        if not ranged:
            damager.errors.append(f"{path}: no value is out of its range")

    print("lines: " + ", ".join(f"{count} {kind}" for kind, count in kinds.items()))
    print(f"fields: {len(damager.ranged)} with a range; damaged lines rejected: "
          + ", ".join(f"{count} where {what}" for what, count in damager.counts.items()))
    untried = sorted(damager.empty - set(damager.ranged))
    if untried:
        print("empty in every line, so their length was not tried: " + ", ".join(untried))
    for error in damager.errors[:50]:
        print(error)
    missing = {"run", "env", "trial", "summary"} - set(kinds)
    if missing:
        print("no line of type " + ", ".join(sorted(missing)))
    sys.exit(1 if damager.errors or missing else 0)


main()
