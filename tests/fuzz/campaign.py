"""Runs fuzz targets in many processes, and counts what they executed."""
import concurrent.futures
import csv
import datetime
import glob
import os
import re
import subprocess
import time

FIELDS = ["target", "date", "commit", "configuration", "processes", "executions", "seconds", "findings"]
# Longer inputs are slower and reach no more than the seeds do.
MOST_BYTES = {"conv": 64, "job": 1024, "npy": 1024, "recipe": 1024, "stack": 512, "tensor": 1024}


def targets_in(binaries):
    return sorted(os.path.basename(f)[:-len("_fuzz")] for f in glob.glob(os.path.join(binaries, "*_fuzz")))


def executions_in(log):
    """Of a run that ended as it should its own count, of another the last that it told."""
    whole = re.findall(r"stat::number_of_executed_units:\s*(\d+)", log)
    told = whole or re.findall(r"^#(\d+)\s", log, re.M)
    return int(told[-1]) if told else 0


def run_one(target, number, args):
    found = os.path.join(args.found, target)
    os.makedirs(os.path.join(found, "corpus"), exist_ok=True)
    command = [os.path.join(args.binaries, target + "_fuzz"), f"-seed={number + 1}", "-print_final_stats=1",
               f"-max_len={MOST_BYTES.get(target, 8192)}", "-timeout=20", "-rss_limit_mb=3072",
               f"-artifact_prefix={found}/", f"-max_total_time={args.seconds}"]
    if args.executions:
        command.append(f"-runs={-(-args.executions // args.processes)}")
    command += [os.path.join(found, "corpus"), os.path.join(args.corpus, target)]
    began = time.time()
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    with open(os.path.join(found, f"log{number}"), "w") as log:
        log.write(done.stderr)
    return {"target": target, "executions": executions_in(done.stderr), "seconds": time.time() - began,
            "findings": int(done.returncode != 0), "log": done.stderr}


def summed(target, runs, args):
    return {"target": target, "date": datetime.date.today().isoformat(), "commit": args.commit,
            "configuration": args.configuration, "processes": len(runs),
            "executions": sum(r["executions"] for r in runs),
            "seconds": round(max(r["seconds"] for r in runs)), "findings": sum(r["findings"] for r in runs)}


def append(file, rows):
    """Counters are only ever added to."""
    is_new = not os.path.exists(file)
    with open(file, "a", newline="") as out:
        writer = csv.DictWriter(out, FIELDS, lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerows(rows)


def campaign(args):
    """True: nothing was found."""
    targets = args.targets or targets_in(args.binaries)
    pairs = [(t, n) for t in targets for n in range(args.processes)]
    runs = {t: [] for t in targets}
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for run in pool.map(lambda pair: run_one(*pair, args), pairs):
            runs[run["target"]].append(run)
            if run["findings"]:
                print("\n".join(run["log"].splitlines()[-60:]))
            if len(runs[run["target"]]) == args.processes:
                row = summed(run["target"], runs[run["target"]], args)
                print(f"{row['target']}: {row['executions']} executions in {row['seconds']} s, "
                      f"{row['findings']} findings", flush=True)
                if args.counter:
                    append(args.counter, [row])
    return not any(r["findings"] for each in runs.values() for r in each)
