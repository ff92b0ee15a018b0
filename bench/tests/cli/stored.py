"""Stored runs for the tests of what is made of them: the fixture of schema 1, as it is or changed."""
import json
import random
import shutil

import support


def fixture():
    return support.SOURCE / "bench" / "tests" / "fixtures" / "schema-1"


def lines():
    return support.read_ndjson(fixture())


def good_lanes():
    """(cell, runner) of the lanes all whose trials went well."""
    trials = [line for line in lines() if line["type"] == "trial"]
    bad = {(trial["cell"], trial["runner"]) for trial in trials if trial["state"] != "ok"}
    return {(trial["cell"], trial["runner"]) for trial in trials} - bad


def write(directory, changed):
    directory.mkdir(parents=True)
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in changed)
    (directory / "run.ndjson").write_text(text, encoding="utf-8")
    return directory


def copy(directory):
    shutil.copytree(fixture(), directory)
    return directory


def change_cells(changed, key, value):
    """Of every lane, planned, run and summed up."""
    for line in changed:
        for holder in [line] + (line["lanes"] if "lanes" in line else []):
            if key in holder and "cell" in holder:
                holder[key] = value
                if key == "jobs" and holder.get("ok"):
                    done = value - holder["failed"]
                    holder["jobs_per_s"] *= done / holder["ok"]
                    holder["ok"] = done


def scale(trial, factor):
    """As if the jobs took so many times as long."""
    for key in ("wall_s", "cpu_user_s", "cpu_sys_s", "cpu_us_per_job", "latency_p50_ms", "latency_p90_ms",
                "latency_p99_ms"):
        if trial[key] is not None:
            trial[key] *= factor
    if trial["jobs_per_s"] is not None:
        trial["jobs_per_s"] /= factor


def steady(changed, seed, noise=0.01):
    """Each lane's trials at their median, but for some noise: what comes out does not hang on one machine's day."""
    stream = random.Random(seed)
    medians = {}
    for line in changed:
        if line["type"] == "trial" and line["wall_s"]:
            medians.setdefault((line["cell"], line["runner"]), []).append(line["wall_s"])
    for line in changed:
        if line["type"] == "trial" and line["wall_s"]:
            values = sorted(medians[line["cell"], line["runner"]])
            scale(line, values[len(values) // 2] / line["wall_s"] * (1 + stream.uniform(-noise, noise)))
    return changed


def a_run(directory, number, factor=1.0, env={}, cells={}, keep=lambda line: True, name="history", of_run={}):
    """A run of its own, an hour after the one before, its times so many times those of the fixture."""
    changed = steady(lines(), number)
    run_id = of_run.get("id", f"20260201T{number:02}0000Z-{name}")
    for line in changed:
        if line["type"] == "run":
            line.update({"id": run_id, "started": f"2026-02-01T{number:02}:00:00Z", **of_run})
        elif line["type"] == "env":
            line.update(env)
        elif line["type"] == "trial":
            line["run"] = run_id
            scale(line, factor(line) if callable(factor) else factor)
    for key, value in cells.items():
        change_cells(changed, key, value)
    return write(directory, [line for line in changed if keep(line)])
