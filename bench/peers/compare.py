"""dlis beside other engines, and all threads beside one, in turns: `compare.py DLIS`.

Measures every cell (NETWORK/float, int8 or scaling/THREADS) whose log is not there yet, then prints the
tables, or writes the page that --page names.
"""
import argparse
import fnmatch
import json
import os
import subprocess
import time

import cells
import page
import turns
from engines import ENGINES


def main(args):
    logs = os.path.join(args.folder, "logs")
    os.makedirs(logs, exist_ok=True)
    file_of = lambda cell: os.path.join(logs, cell.replace("/", ".").replace("@", "_") + ".json")
    wanted = [c for c in cells.names(args.threads) if any(fnmatch.fnmatch(c, p) for p in args.only)]
    left = [c for c in wanted if args.again or not os.path.exists(file_of(c))]
    if left:
        say(f"{len(left)} of {len(wanted)} cells to measure, about {estimate(left, args) / 60:.0f} minutes")
    for cell in left:
        try:
            record = cells.measure(cell, args)
        except turns.Died as reason:
            say(f"{cell}: a process {reason}; not kept")
            continue
        if not turns.kept(record["rounds"])[0]:
            say(f"{cell}: no round reached 90 % of the best FMA ceiling; the machine is too busy, not kept")
            continue
        with open(file_of(cell) + ".part", "w") as file:
            json.dump(record, file)
        os.replace(file_of(cell) + ".part", file_of(cell))
        say(f"{cell}: {record['wall']} s")
    records = [json.load(open(file_of(c))) for c in cells.names(args.threads) if os.path.exists(file_of(c))]
    if not args.page:
        return print(page.tables([r for r in records if r["cell"] in wanted]))
    with open(args.page, "w") as file:
        file.write(page.page(records, args))


def estimate(left, args):
    """Seconds: opening, then the rounds; measured on two cores of 40 GFLOP/s each."""
    turn = {"float": 11, "int8": 6, "scaling": 3}
    slow = {"vgg16@224": 3, "resnet50@224": 1}
    return sum(25 + args.rounds * (turn[c.split("/")[1]] * (args.seconds + 0.04) + slow.get(c.split("/")[0], 0))
               for c in left)


def say(text):
    print(time.strftime("%H:%M:%S ") + text, file=os.sys.stderr, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dlis")
    parser.add_argument("--only", nargs="*", default=["*"], help="cells, as patterns: 'resnet18*/float/1'")
    parser.add_argument("--engines", nargs="*", default=[e.name for e in ENGINES])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=0.05, help="of each turn, at least")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="besides 1")
    parser.add_argument("--folder", default="build/peers", help="for networks and logs")
    parser.add_argument("--again", action="store_true", help="measure what has been measured")
    parser.add_argument("--page", help="write this page with all that was measured")
    arguments = parser.parse_args()
    arguments.commit = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True,
                                      text=True).stdout.strip()
    main(arguments)
