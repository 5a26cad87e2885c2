"""Whole networks on the OpenCL device beside the processor's plan, in turns, as Markdown."""
import os
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../peers"))
from turns import Candidate, measure, ratio

NETWORKS = ["vgg16@224", "resnet18@224"]


def measured(dlis, network, threads, rounds):
    """Rounds as of turns.measure; one process each, with all of the processor's cores in both."""
    plans = {"cpu": ["--threads", str(threads)], "opencl": ["--device", "opencl", "--threads", str(threads)]}
    candidates = []
    for plan, choice in plans.items():
        candidates.append(Candidate(plan, [dlis, "bench", network, "--turns", "--seconds", "0.5", *choice]))
        candidates[-1].turn()  # planned alone, then stopped
    seen = measure(candidates, [], rounds)
    for each in candidates:
        each.close()
    return seen


def section(dlis, threads, rounds):
    lines = [f"| network | processor, {threads} threads, ms | OpenCL, ms | speed beside the processor's plan |",
             "|---|---|---|---|"]
    for network in NETWORKS:
        seen = measured(dlis, network, threads, rounds)
        middle = {plan: statistics.median(r["ms"][plan] for r in seen) for plan in ("cpu", "opencl")}
        value, low, high = ratio(seen, "cpu", "opencl")
        lines.append(f"| {network} | {middle['cpu']:.2f} | {middle['opencl']:.2f} | {value:.2f} ({low:.2f} to {high:.2f}) |")
    return "\n".join(lines)
