"""From every single figure to medians, intervals and ratios; and the two CSV files."""
import csv
import os

import stats
from measure import FIGURES, OK

DISTURBED = 0.05  # of its CPU

COLUMNS = ("work", "size", "lane", "kind", "block", "position", "state", "reason", *FIGURES)
SUMMARY_COLUMNS = ("work", "size", "lane", "kind", "metric", "unit", "better", "trials", "median", "ci_lo", "ci_hi",
                   "ratio_to", "ratio", "ratio_ci_lo", "ratio_ci_hi", "state", "reason")


class Series:
    """The figures of a run, by lane and metric."""

    def __init__(self, rows):
        self.rows = rows

    def __call__(self, work, size, lane, metric):
        """{block: figure}; size None: whatever size the work has."""
        return {int(row["block"]): float(row[metric]) for row in self.rows
                if row["work"] == work and row["lane"] == lane and (size is None or int(row["size"]) == size)
                and row["state"] == OK and row[metric] != ""}

    def state(self, case, lane):
        """(state, reason) of the lane: the first that is not well stands for all."""
        bad = [row for row in self.rows if (row["work"], int(row["size"]), row["lane"]) ==
               (case.work, case.size, lane.name) and row["state"] != OK]
        return (bad[0]["state"], bad[0]["reason"]) if bad else (OK, "")


def disturbed(row):
    """Whether others had so much of its CPU that a figure by wall time is not to be believed."""
    return row["state"] == OK and float(row["other_cpu_share"]) + float(row["steal_share"]) > DISTURBED


def summarize(cases, series):
    """The rows of summary.csv, as numbers; None is unknown."""
    found = []
    for case in cases:
        for lane in case.lanes:
            state, reason = series.state(case, lane)
            for metric in case.metrics:
                figures = series(case.work, case.size, lane.name, metric.name)
                base = series(case.work, case.size, case.base.name, metric.name)
                comparable = not lane.metrics or metric.name in lane.metrics
                ratio = stats.paired_ratio(figures, base) if figures and comparable else None
                interval = stats.median_interval(figures.values()) if figures else None
                lo, hi = interval or (None, None)
                ratio_lo, ratio_hi = ratio[1] if ratio and ratio[1] else (None, None)
                found.append({
                    "work": case.work, "size": case.size, "lane": lane.name, "kind": lane.kind, "metric": metric.name,
                    "unit": metric.unit, "better": "more" if metric.more_is_better else "less", "trials": len(figures),
                    "median": stats.median(figures.values()) if figures else None, "ci_lo": lo, "ci_hi": hi,
                    "ratio_to": case.base.name, "ratio": ratio[0] if ratio else None, "ratio_ci_lo": ratio_lo,
                    "ratio_ci_hi": ratio_hi, "state": state, "reason": reason})
    return found


def write_csv(path, columns, rows):
    """Whole or not at all. Empty is unknown."""
    with open(path + ".part", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(columns)
        for row in rows:
            out.writerow(["" if row[name] is None else f"{row[name]:.9g}" if isinstance(row[name], float) else row[name]
                          for name in columns])
    os.replace(path + ".part", path)
