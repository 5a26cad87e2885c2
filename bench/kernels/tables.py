"""The tables of docs/results/kernels.md, one kind a bar, and which bars are met."""
from problems import MEMORY

NOT_OURS = ("onednn", "opencl_direct", "reference")  # a library, another device, the oracle


def fastest(rows, among):
    return min((r for n, r in rows.items() if among(n)), key=lambda r: r["median_ms"], default=None)


def beside_onednn(rows):
    """(our fastest row, its answer, oneDNN's time over ours with its interval); one of both is the fastest of all."""
    ours, theirs = fastest(rows, lambda n: n not in NOT_OURS), rows.get("onednn")
    if not ours or not theirs:
        return ours, None
    if ours["median_ms"] <= theirs["median_ms"]:
        return ours, theirs["to_fastest"]
    inverse = ours["to_fastest"]
    return ours, {"median": 1 / inverse["median"], "low": 1 / inverse["high"], "high": 1 / inverse["low"]}


class Bars:
    """Counts what is met; makes each verdict's cell."""

    def __init__(self):
        self.counts = {}

    def verdict(self, what, met, row):
        which = 2 if row["kept"] == 0 else 0 if met else 1
        self.counts.setdefault(what, [0, 0, 0])[which] += 1
        return ("met", "**not met**", "never steady")[which]

    def table(self):
        return table(["bar", "met", "not met", "never steady"], [[w, *c] for w, c in self.counts.items()])


def table(header, lines):
    line = lambda cells: "| " + " | ".join(str(c) for c in cells) + " |"
    return "\n".join([line(header), "|---" * len(header) + "|", *map(line, lines), ""])


def interval(estimate, scale=1, digits=3):
    low, middle, high = (f"{scale * estimate[k]:.{digits}f}" for k in ("low", "median", "high"))
    return f"{middle} ({low} to {high})"


def spread(row):
    return f"{row['median_ms']:.4g} ({row['p10_ms']:.4g} to {row['p90_ms']:.4g})"


def dropped(row):
    return row["rounds"] - row["kept"] if row["kept"] else "all"


def onednn_lines(title, answers, bars):
    what = f"{title}: our fastest row not slower than `onednn`"
    for problem, rows in answers:
        ours, ratio = beside_onednn(rows)
        theirs = rows.get("onednn")
        met = not theirs or bool(ratio) and ratio["high"] >= 1  # a row that is left out is far slower
        yield [problem.label, f"`{problem.text}`", *([ours["row"], spread(ours)] if ours else "--"),
               spread(theirs) if theirs else "-", interval(ratio) if ratio else "-",
               f"{ours['limit_ms']:.4g}" if ours else "-", bars.verdict(what, met, ours or theirs),
               dropped(ours or theirs)]


def share_lines(answers, bars, row_name, what):
    for problem, rows in answers:
        row, asked = rows.get(row_name), problem.share_asked()
        if not row:
            continue
        share = row["share_of_limit"]
        told = "-"
        if asked:
            told = bars.verdict(f"{what}: {100 * asked:.0f} % of the ceiling", share["low"] >= asked, row)
        yield [problem.label, f"`{problem.text}`", row_name, spread(row), f"{row['gflops']:.1f}",
               interval(share, 100, 1), f"{100 * asked:.0f}" if asked else "-", told, dropped(row)]


def memory_lines(answers, bars, cache):
    for problem, rows in answers:
        row = rows.get("gemv")
        if not row:
            continue
        share, cold = row["share_of_limit"], row["packed_bytes"] > cache
        what = f"`gemv`: {100 * MEMORY:.0f} % of the memory ceiling, weights beyond the caches"
        told = bars.verdict(what, share["low"] >= MEMORY, row) if cold else "in the cache"
        rate = 1e-6 * row["packed_bytes"] / row["median_ms"]
        yield [problem.label, f"`{problem.text}`", "gemv", spread(row), f"{rate:.1f}",
               interval(share, 100, 1), 100 * MEMORY if cold else "-", told, dropped(row)]


SHARE_HEADER = ["layer", "problem", "row", "ms", "GFLOP/s", "% of its ceiling", "asked", "", "dropped"]
ONEDNN_HEADER = ["layer", "problem", "our fastest", "ms", "onednn ms", "onednn / ours", "its limit, ms", "", "dropped"]
MEMORY_HEADER = SHARE_HEADER[:4] + ["GB/s"] + SHARE_HEADER[5:]


def section(title, kind, answers, bars, cache):
    yield f"## {title}\n"
    if kind == "onednn":
        yield table(ONEDNN_HEADER, onednn_lines(title, answers, bars))
    if title == "3x3 at stride 1":
        yield "The matrix product on the same layers:\n"
        yield table(SHARE_HEADER, share_lines(answers, bars, "indirect_gemm", "`indirect_gemm`"))
    if kind == "share":
        for row in sorted({n for _, rows in answers for n in rows if n not in NOT_OURS}):
            yield table(SHARE_HEADER, share_lines(answers, bars, row, f"`{row}`"))
    if kind == "memory":
        yield table(MEMORY_HEADER, memory_lines(answers, bars, cache))


def every_row(all_answers):
    lines = [[problem.label, row["row"], spread(row), f"{row['gflops']:.1f}", f"{row['limit_ms']:.4g}",
              interval(row["share_of_limit"], 100, 1), interval(row["to_fastest"])]
             for answers in all_answers for problem, rows in answers for row in rows.values()]
    return table(["layer", "row", "ms", "GFLOP/s", "its limit, ms", "% of its limit", "times the fastest"], lines)
