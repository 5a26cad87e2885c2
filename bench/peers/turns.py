"""Compares candidates in turns: in every round each is measured once, on cores that are watched.

A candidate is a process that measures itself for a while for every line it reads and answers with one
JSON object {"median_ms": ..., "gflops": ...}; `gflops` (the FMA loop right before and after) is given by
dlis. A ratio is the median over the rounds of the ratio within a round, with its bootstrap 95 %
interval; rounds whose FMA ceiling is below 90 % of the best are dropped and counted.
"""
import json
import random
import statistics
import subprocess


class Candidate:
    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def turn(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.name}: ended with status {self.process.wait()}")
        return json.loads(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def measure(commands, rounds):
    """commands: {name: argv}. Returns {name: [median_ms per kept round]}, {name: best gflops}, dropped."""
    candidates = [Candidate(name, argv) for name, argv in commands.items()]
    for candidate in candidates:
        candidate.turn()  # warms up, is thrown away
    seen = []
    for index in range(rounds):
        order = candidates if index % 2 == 0 else candidates[::-1]
        seen.append({c.name: c.turn() for c in order})
    for candidate in candidates:
        candidate.close()
    watched = [n for n in commands if seen[0][n].get("gflops")]
    best = {n: max(r[n]["gflops"] for r in seen) for n in watched}
    kept = [r for r in seen if all(r[n]["gflops"] >= 0.9 * best[n] for n in watched)]
    if not kept:
        raise SystemExit("no round ran at 90 % of the best FMA ceiling: the machine is too busy")
    return {n: [r[n]["median_ms"] for r in kept] for n in commands}, best, rounds - len(kept)


def ratio(numerator, denominator, samples=2000):
    """Median of the per-round ratios and its bootstrap 95 % interval."""
    ratios = [a / b for a, b in zip(numerator, denominator)]
    draw = random.Random(1)
    medians = sorted(statistics.median(draw.choices(ratios, k=len(ratios))) for _ in range(samples))
    return statistics.median(ratios), medians[int(0.025 * samples)], medians[int(0.975 * samples)]


def spread(values):
    """'median (p10 to p90)'."""
    ordered = sorted(values)
    at = lambda share: ordered[round(share * (len(ordered) - 1))]
    return f"{statistics.median(values):.2f} ({at(0.1):.2f} to {at(0.9):.2f})"
