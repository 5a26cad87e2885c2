#!/usr/bin/env python3
"""How much slower a network runs beside one busy process that is pinned to a core.

bench/busy_core.py DLIS MODEL [THREADS] [ROUNDS]: in turns, without and with the busy process (on
each core in its turn); prints the medians and the ratio of each round.
"""
import json
import os
import statistics
import subprocess
import sys
import time


def main():
    dlis, model = sys.argv[1:3]
    threads = sys.argv[3] if len(sys.argv) > 3 else "2"
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 6
    bench = subprocess.Popen(
        [dlis, "bench", model, "--threads", threads, "--turns", "--seconds", "0.6",
         "--tune", "off"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def median_ms():
        bench.stdin.write("\n")
        bench.stdin.flush()
        return json.loads(bench.stdout.readline())["median_ms"]

    median_ms()  # the first plans and warms up
    cores = sorted(os.sched_getaffinity(0))
    alone, beside = [], []
    for turn in range(rounds):
        alone.append(median_ms())
        busy = subprocess.Popen(["taskset", "-c", str(cores[turn % len(cores)]), sys.executable,
                                 "-c", "while True: pass"])
        try:
            time.sleep(0.3)
            beside.append(median_ms())
        finally:
            busy.kill()
            busy.wait()
        time.sleep(0.1)
    ratios = [b / a for a, b in zip(alone, beside)]
    print(f"{model}, {threads} threads: alone {statistics.median(alone):.3f} ms, "
          f"beside a busy process {statistics.median(beside):.3f} ms, "
          f"ratio {statistics.median(ratios):.2f} "
          f"({', '.join(f'{r:.2f}' for r in ratios)})")
    bench.stdin.close()
    bench.wait()


if __name__ == "__main__":
    main()
