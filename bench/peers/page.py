"""The measured cells as Markdown."""
import platform
import re
import subprocess

import bars
import turns
from engines import ENGINES
from networks import NETWORKS


def page(records, args):
    commits = ", ".join(sorted({r["commit"] for r in records}))
    dates = sorted({r["date"] for r in records})
    counts = sorted({len(r["rounds"]) for r in records})
    return "\n".join([
        "# Beside other engines", "",
        f"Written by `make peers`, {' to '.join(dict.fromkeys([dates[0], dates[-1]]))}, commit {commits}. "
        f"{machine()}",
        "",
        f"Batch 1, milliseconds: medians with p10 and p90 over {' or '.join(map(str, counts))} rounds. A round "
        "measures every candidate once, each in its own process, the others stopped; an FMA loop runs on the same "
        "cores before and after it, and a round whose ceiling is below 90 % of the best is dropped. Ratios are medians "
        "of the ratio within a round, with their bootstrap 95 % interval. Weights and calibration images are random. "
        "OpenMP engines ran with active and with passive waiting; the faster is shown. An engine 5 times slower than "
        "the fastest is left out of the rounds.", "",
        "| engine | version | largest error f32 | bf16 | int8 |", "|---|---|---|---|---|", *versions(records), "",
        "Errors are relative to the largest logit, against onnxruntime in f32; f32 needs 1e-4, and a bf16 or int8 "
        "result of another engine below that was not computed in this type and does not count.", "",
        tables(records)])


def machine():
    text = subprocess.run(["lscpu"], capture_output=True, text=True).stdout
    name = re.search(r"Model name:\s*(.*)", text)
    flags = [f for f in ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_tile", "asimd", "asimddp")
             if re.search(rf"\b{f}\b", text)]
    cores = subprocess.run(["nproc"], capture_output=True, text=True).stdout.strip()
    return f"{name[1] if name else platform.machine()}, {cores} processors, {' '.join(flags)}; {platform.system()} " \
           f"{platform.release()}."


def versions(records):
    for engine in ENGINES:
        found = [c for r in records for c in r["candidates"].values() if c["engine"] == engine.name]
        error = lambda kind: max((c["error"] for c in found if c["type"] == kind and "error" in c), default=None)
        version = next((c["version"] for c in found if "version" in c), "-")
        yield f"| {engine.name} | {version} | " + " | ".join(
            "-" if error(k) is None else f"{error(k):.1e}" for k in ("f32", "bf16", "int8")) + " |"


def tables(records):
    asked = [line(v) for v in bars.verdicts(records)]
    parts = ["## Bars", "", "`best` is the fastest other engine at the same threads; for bf16 the best of its f32 and "
             "bf16. A bar is met when the interval's lower end reaches it; a MobileNet's also when dlis is within "
             f"{100 * bars.WITHIN:.0f} % of the sum of its layers' rooflines.", "",
             "| what | threads | best | best / dlis | bar | |", "|---|---|---|---|---|---|", *asked, ""]
    for kind, number_type in (("float", "f32"), ("float", "bf16"), ("int8", "int8")):
        parts += times_of(records, kind, number_type)
    return "\n".join(parts + reasons(records))


def line(values):
    return "| " + " | ".join(str(v) for v in values) + " |"


def times_of(records, kind, number_type):
    here = [r for n in NETWORKS for r in bars.cells_of(records, n, kind)]
    if not here:
        return []
    names = [e.name for e in ENGINES if any(c["engine"] == e.name for r in here for c in r["candidates"].values())]
    rows = []
    for record in here:
        network, _, threads = record["cell"].split("/")
        rounds, ceilings = turns.kept(record["rounds"])
        shown = [bars.better(record, n, number_type) for n in names]
        times = [turns.spread(rounds, s) if s else short(bars.refusal(record, n, number_type))
                 for n, s in zip(names, shown)]
        rows.append(line([network, threads, *times, f"{ceilings[0]:.0f}", len(record["rounds"]) - len(rounds)]))
    return [f"## {number_type}", "", line(["network", "threads", *names, "GFLOP/s", "dropped"]),
            "|---" * (len(names) + 4) + "|", *rows, ""]


def short(reason):
    return reason if reason.startswith(("left out", "not measured")) else "refused"


def reasons(records):
    """Who was refused where, the same reason once."""
    found = {}
    for record in records:
        for name, c in record["candidates"].items():
            if "refused" in c:
                reason = re.sub(r"left out at .*", "left out (5 times slower than the fastest)", c["refused"])
                reason = re.sub(r" \(error .*\)", "", reason)
                place = "/".join(record["cell"].split("/")[::2])
                found.setdefault((c["engine"], c["type"], reason), []).append(place)
    if not found:
        return []
    everywhere = lambda where: "all" if len(set(where)) >= 2 * len(NETWORKS) else ", ".join(dict.fromkeys(where))
    lines = [line([*key, everywhere(where)]) for key, where in found.items()]
    return ["## Not measured", "", "| engine | type | reason | network/threads |", "|---|---|---|---|", *lines, ""]
