"""peers.svg and peers.png: for each work, how many times iort's cost the others have. Drawn by gnuplot, in the style of
the other charts (scripts/charts/style.gp)."""
import os
import shutil
import subprocess

from lane import APART, OURS
from programs import SOURCE
from report import number, scaled

WIDTH, COLUMN, ROW, HEAD, FOOT, TOP, GAP = 1600, 780, 40, 84, 50, 150, 26
NAMES, VALUES = 190, 150  # px beside the bars, for names on the left and figures on the right
BLUE, OTHERS, FAINT = 3, 2, 4  # linetypes of the style: what is ours, the peers, what is set apart

NOT_DRAWN = {"iorace coroutines", "iorace threads", "h2load", "iort, own stacks"}  # for the tables
# What is drawn: the work, the size (None: each there is), the metric, what stands above it.
PANELS = (
    ("yield", None, "ns_per_op", "Yield to another task"),
    ("spawn", None, "ns_per_op", "Start a task and await it"),
    ("skynet", None, "ns_per_op", "Skynet: a tree with {:,} leaves, each"),
    ("switch", None, "ns_per_op", "Bare switch"),
    ("sleepers", 1000000, "beyond_s", "1,000,000 asleep at once: time"),
    ("sleepers", 1000000, "rss_peak_kib", "1,000,000 asleep at once: memory"),
    ("downloads", 64, "cpu_us_per_op", "Downloads, 64 connections: CPU"),
    ("downloads", 1000, "cpu_us_per_op", "Downloads, 1000 connections: CPU"),
    ("downloads", 8000, "cpu_us_per_op", "Downloads, 8000 connections: CPU"),
    ("downloads", 8000, "rss_peak_kib", "Downloads, 8000 connections: memory"),
)


def draw(directory, cases, summaries, about):
    """Returns whether there is a chart."""
    panels = [panel for panel in (make_panel(cases, summaries, *wanted) for wanted in PANELS) if panel]
    if not panels or not shutil.which("gnuplot"):
        return False
    texts, height = place(panels, about)
    with open(f"{directory}/peers.dat", "w", encoding="utf-8") as data:
        for index, panel in enumerate(panels, start=1):
            for row, (_, kind, ratio, _) in enumerate(panel["rows"], start=1):
                colour = BLUE if kind == OURS else FAINT if kind in APART else OTHERS
                data.write(f"{index}\t{row}\t{colour}\t{ratio:.6g}\n")
    with open(f"{directory}/peers-text.dat", "w", encoding="utf-8") as file:
        for _, _, block in texts:
            file.writelines(f"{x:.1f}\t{y:.1f}\t{text}\t{text}\n" for x, y, text in block)
            file.write("\n\n")
    with open(f"{directory}/peers.gp", "w", encoding="utf-8") as script:
        script.write(gnuplot_script(panels, texts, height))
    done = subprocess.run(["gnuplot", "peers.gp"], cwd=directory, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"gnuplot: {done.stderr.strip()}")
    return True


def make_panel(cases, summaries, work, size, metric, title):
    case = next((case for case in cases if case.work == work and size in (None, case.size)), None)
    if not case:
        return None
    rows = []
    for row in summaries:
        if (row["work"], row["size"], row["metric"]) != (work, case.size, metric) or row["lane"] in NOT_DRAWN:
            continue
        if row["ratio"] is not None:
            value, unit = scaled([row["median"]], row["unit"])
            rows.append((row["lane"], row["kind"], row["ratio"], f"{number(value[0])}{unit}"))
    return {"title": title.format(case.size), "rows": sorted(rows, key=lambda row: row[2])} if len(rows) > 1 else None


def place(panels, about):
    """Put the panels into rows of two, and every text where it belongs: [(style, alignment, [(x, y, text)])]."""
    ends = [TOP, TOP]
    titles, names, values = [], [], []
    for index, panel in enumerate(panels):
        column = index % 2
        if column == 0:
            ends = [max(ends)] * 2
        left = 40 + column * COLUMN
        panel["left"], panel["right"] = left + NAMES, left + COLUMN - 60 - VALUES
        panel["top"] = ends[column] + HEAD - 30
        panel["bottom"] = panel["top"] + ROW * len(panel["rows"])
        titles.append((left, panel["top"] - 24, panel["title"]))
        for row, (lane, _, ratio, value) in enumerate(panel["rows"]):
            y = panel["top"] + (row + 0.5) * ROW
            names.append((panel["left"] - 12, y, lane))
            values.append((panel["right"] + 12, y, value if ratio == 1 else f"{number(ratio, 2)}×  {value}"))
        ends[column] = panel["bottom"] + FOOT + GAP
    height = max(ends) + 40
    interval = "" if about["blocks"] >= 6 else "; too few blocks for conclusions"
    caption = [(40, height - 28, f"Medians of {about['blocks']} interleaved blocks, one CPU each{interval}. Grey: "
                                 "not the same kind of thing (see peers.md).")]
    head = [(40, 44, "The same work by others: how many times iort's cost")]
    body = [(40, 92, "to the right of the line: costs more than iort; to the left: less; each mark is ten times the "
                     "last")]
    return [(1, 0, head), (4, 0, body), (2, 0, titles), (5, 2, names), (5, 0, values), (6, 0, caption)], height


def gnuplot_script(panels, texts, height):
    def array(name, values):
        return f"array {name}[{len(values)}] = [{', '.join(map(str, values))}]\n"
    ratios = [ratio for panel in panels for _, _, ratio, _ in panel["rows"]]
    with open(os.path.join(SOURCE, "scripts", "charts", "style.gp"), encoding="utf-8") as file:
        style = file.read()
    return ("# peers: drawn from summary.csv by scripts/peers. `gnuplot peers.gp` in this directory draws it again.\n\n"
            f"NAME = 'peers'\nFORMATS = 'svg png'\nWIDTH = {WIDTH}\nHEIGHT = {height:.0f}\nPANELS = {len(panels)}\n"
            + "".join(array(name.upper(), [panel[name] for panel in panels])
                      for name in ("left", "right", "top", "bottom"))
            + array("ROWS", [len(panel["rows"]) for panel in panels])
            + f"LEAST = {min([0.5, *ratios]) * 0.8:.6g}\nMOST = {max([2, *ratios]) * 1.25:.6g}\n"
            + f"TEXT_BLOCKS = {len(texts)}\n" + array("TEXT_STYLE", [style for style, _, _ in texts])
            + array("TEXT_ALIGN", [align for _, align, _ in texts]) + "MARKERS = 0\nLINES = 0\nDOTTED = 0\n\n" + style + """
do for [FORMAT in FORMATS] {
    eval BEGIN(FORMAT)
    do for [p = 1:PANELS] {
        eval PANEL(LEFT[p], TOP[p], RIGHT[p], BOTTOM[p])
        set logscale x
        set xrange [LEAST:MOST]
        set yrange [ROWS[p] + 0.5:0.5]
        eval "set xtics ('1/100' 0.01, '1/10' 0.1, '1' 1, '10' 10, '100' 100, '1000' 1000, '10,000' 10000) ".SMALL_TICKS
        set grid xtics back lt 1 lc rgb FAINT lw 1 dt solid
        set arrow 1 from 1, graph 0 to 1, graph 1 nohead front lw 2 dt solid lc rgb INK
        plot NAME.'.dat' using ($1 == p ? $4 : NaN):2:($4 < 1 ? $4 : 1):($4 < 1 ? 1 : $4):($2 - 0.32):($2 + 0.32):3 \\
                 with boxxyerror lc variable title 'times the cost'
    }
    eval OVERLAY
    eval END
}
""")
