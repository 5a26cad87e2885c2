"""Measures candidates in turns: in every round each is measured once, on cores that are watched.

A candidate is a process that says hello with one JSON line, {"error": ...} or {"refused": reason}, and
answers every line it reads with {"median_ms": ...}. It is stopped (SIGSTOP) while others have their turn, so
that threads which wait actively take nothing from them. A watch answers with {"gflops": ...} of an FMA loop,
before and after each round.
"""
import ctypes
import json
import random
import signal
import statistics
import subprocess


class Died(Exception):
    """A process ended where an answer was expected."""


def dies_with_us():
    """A stopped process would outlive us."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Candidate:
    def __init__(self, name, command, environment=None, log=None):
        self.name = name
        self.log = log  # its stderr
        with open(log, "w") if log else open("/dev/null", "w") as errors:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                                            text=True, env=environment, preexec_fn=dies_with_us)

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise Died(f"ended with status {self.process.wait()}{self.last_words()}")
        return json.loads(line)

    def last_words(self):
        lines = open(self.log).read().split("\n") if self.log else []
        lines = [line.strip() for line in lines if line.strip()]
        return f": {lines[-1][:160]}" if lines else ""

    def turn(self):
        try:
            self.process.send_signal(signal.SIGCONT)
            self.process.stdin.write("\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Died(f"ended with status {self.process.wait()}{self.last_words()}") from None
        answer = self.answer()
        self.process.send_signal(signal.SIGSTOP)
        return answer

    def close(self):
        self.process.kill()
        self.process.wait()


def measure(candidates, watches, rounds):
    """Returns [{"ms": {name: median}, "gflops": [[before, after] of each watch]}], one a round."""
    seen = []
    before = [w.turn()["gflops"] for w in watches]
    for index in range(rounds):
        order = candidates if index % 2 == 0 else candidates[::-1]
        times = {c.name: c.turn()["median_ms"] for c in order}
        after = [w.turn()["gflops"] for w in watches]
        seen.append({"ms": times, "gflops": [list(pair) for pair in zip(before, after)]})
        before = after
    return seen


def kept(rounds):
    """The rounds whose ceilings reach 90 % of the best, and the best ceiling of each watch."""
    best = [max(max(r["gflops"][i]) for r in rounds) for i in range(len(rounds[0]["gflops"]))]
    return [r for r in rounds if all(min(g) >= 0.9 * b for g, b in zip(r["gflops"], best))], best


def ratio(rounds, numerator, denominator, samples=2000):
    """Median of the ratios within a round and its bootstrap 95 % interval."""
    ratios = [r["ms"][numerator] / r["ms"][denominator] for r in rounds]
    draw = random.Random(1)
    medians = sorted(statistics.median(draw.choices(ratios, k=len(ratios))) for _ in range(samples))
    return statistics.median(ratios), medians[int(0.025 * samples)], medians[int(0.975 * samples)]


def spread(rounds, name):
    """'median (p10 to p90)'."""
    ordered = sorted(r["ms"][name] for r in rounds)
    at = lambda share: ordered[round(share * (len(ordered) - 1))]
    return f"{statistics.median(ordered):.2f} ({at(0.1):.2f} to {at(0.9):.2f})"
