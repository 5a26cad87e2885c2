"""One CPU worker and OpenCL on one core, apart and sharing layers, in turns, as Markdown."""
import json
import os
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../peers"))
from turns import Candidate, measure, ratio

NETWORKS = ["vgg16@224", "resnet18@224"]
ONE_CORE = {"POCL_MAX_PTHREAD_COUNT": "1"}  # of PoCL; other drivers ignore it
PLANS = {"one worker": ["--threads", "1"], "OpenCL": ["--device", "opencl"], "both": ["--device", "cpu:1+opencl"]}


def measured(dlis, network, rounds):
    candidates = [Candidate(plan, [dlis, "bench", network, "--turns", "--seconds", "0.5", *choice], dict(os.environ, **ONE_CORE))
                  for plan, choice in PLANS.items()]
    seen = measure(candidates, [], rounds)
    for each in candidates:
        each.close()
    for r in seen:  # what both would take if nothing were lost
        r["ms"]["sum of speeds"] = 1 / (1 / r["ms"]["one worker"] + 1 / r["ms"]["OpenCL"])
    return seen


def covered(spans):
    """The time that overlapping spans cover."""
    total, end = 0, float("-inf")
    for a, b in sorted(spans):
        total, end = total + max(0, b - max(a, end)), max(end, b)
    return total


def busy(dlis, network):
    """Of the layers that both sides compute: how many, and the share of their time in which each side is at work."""
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "trace.json")
        subprocess.run([dlis, "bench", network, *PLANS["both"], "--seconds", "0.5", "--timeline", file], check=True,
                       capture_output=True, env=dict(os.environ, **ONE_CORE))
        events = [e for e in json.load(open(file)) if e["ph"] == "X"]
    by_layer = {}
    for e in events:
        by_layer.setdefault(e["args"]["layer"], {}).setdefault(e["cat"], []).append((e["ts"], e["ts"] + e["dur"]))
    split = [layer for layer in by_layer.values() if "tiles" in layer and "queue" in layer]
    whole = sum(covered(layer["layer"]) for layer in split)
    shares = [sum(covered(layer[side]) for layer in split) / whole if whole else 0 for side in ("tiles", "queue")]
    return len(split), shares


def section(dlis, rounds):
    lines = ["| network | one worker, ms | OpenCL on one core, ms | both, ms | share of the sum of both speeds (bar 0.85) | OpenCL beside the worker (bar 0.7) | layers that are split | of their time the worker is busy (bar 85 %) | the device |",
             "|---|---|---|---|---|---|---|---|---|"]
    for network in NETWORKS:
        seen = measured(dlis, network, rounds)
        middle = [f"{statistics.median(r['ms'][plan] for r in seen):.2f}" for plan in PLANS]
        share, beside = (f"{v:.2f} ({low:.2f} to {high:.2f})" for v, low, high in
                         (ratio(seen, "sum of speeds", "both"), ratio(seen, "one worker", "OpenCL")))
        count, shares = busy(dlis, network)
        lines.append(f"| {network} | " + " | ".join([*middle, share, beside, str(count), *(f"{s:.0%}" for s in shares)]) + " |")
    return "\n".join(lines)
