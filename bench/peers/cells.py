"""A cell: one network, `float` (f32 and bf16), `int8` or `scaling`, one number of threads; its log is kept."""
import json
import os
import re
import subprocess
import sys
import time

import networks
import turns
from engines import ENGINES
from turns import Candidate, Died

HERE = os.path.dirname(os.path.abspath(__file__))
TYPES = {"float": ["f32", "bf16"], "int8": ["int8"], "scaling": ["f32"]}
WITHIN = {"f32": (0, 1e-4), "bf16": (1e-4, 0.2), "int8": (1e-4, 0.5)}  # errors that prove the number type
HOPELESS = 5  # an engine this many times slower than the fastest is not asked again


def names(threads):
    """Every cell, as NETWORK/KIND/THREADS."""
    return [f"{n}/{kind}/{t}" for kind in ("float", "int8") for n in networks.NETWORKS for t in sorted({1, threads})
            ] + [f"{n}/scaling/{threads}" for n in networks.NETWORKS if threads > 1]


def measure(cell, args):
    """Prepares and measures one cell. Returns its record."""
    network, kind, threads = cell.split("/")
    began = time.time()
    stem = networks.write(args.dlis, os.path.join(args.folder, "networks"), network)
    results, processes = {}, []
    try:
        watches = [watch(args, n) for n in ([1, int(threads)] if kind == "scaling" else [int(threads)])]
        processes += watches
        for name, engine, number_type, count, waiting in candidates(kind, int(threads), args.engines):
            result = results[name] = {"engine": engine, "type": number_type, "threads": count}
            candidate = opened(args, stem, name, result, waiting)
            processes += [candidate] if candidate else []
        running = without_hopeless(processes[len(watches):], results)
        rounds = turns.measure(running, watches, args.rounds)
    finally:
        for process in processes:
            process.close()
    limit = roofline(args, stem, threads) if kind == "float" and network.startswith("mobilenet") else None
    return {"cell": cell, "limit_ms": limit, "commit": args.commit, "date": time.strftime("%F"),
            "seconds": args.seconds, "wall": round(time.time() - began), "candidates": results, "rounds": rounds}


def roofline(args, stem, threads):
    """Milliseconds: the sum over the network's layers."""
    told = subprocess.run([args.dlis, "bench", stem + ".onnx", "--threads", threads, "--seconds", "0.1"],
                          capture_output=True, text=True).stdout
    found = re.search(r"^limit +([\d.]+) ms", told, re.M)
    return float(found[1]) if found else None


def without_hopeless(running, results):
    """Closes the engines that are too slow to be the best twice in a row; a single slow turn may be the machine."""
    fastest = min((results[c.name]["warm_ms"] for c in running), default=0)
    left = []
    for candidate in running:
        result = results[candidate.name]
        slow = lambda: result["engine"] != "dlis" and result["warm_ms"] > HOPELESS * fastest
        if slow():
            result["warm_ms"] = candidate.turn()["median_ms"]
        if slow():
            result["refused"] = f"left out at {result['warm_ms']:.3g} ms"
            candidate.close()
        else:
            left.append(candidate)
    return left


def candidates(kind, threads, wanted):
    """(name, engine, number type, threads, OpenMP waiting) of everything that a cell measures."""
    if kind == "scaling":
        return [("1 thread", "dlis", "f32", 1, None), (f"{threads} threads", "dlis", "f32", threads, None)]
    waits = lambda engine: ["active", "passive"] if engine.openmp and threads > 1 else [None]
    return [(" ".join(filter(None, [e.name, number_type, waiting])), e.name, number_type, threads, waiting)
            for number_type in TYPES[kind] for e in ENGINES if e.name in ["dlis"] + wanted for waiting in waits(e)]


def opened(args, stem, name, result, waiting):
    """A candidate that has run and computes in its number type, or None with the reason in `result`."""
    worker = [sys.executable, os.path.join(HERE, "worker.py"), result["engine"]]
    log = f"{stem}.{name.replace(' ', '.')}.log"
    environment = dict(os.environ, DLIS=args.dlis, OMP_NUM_THREADS=str(result["threads"]))
    if waiting:
        environment["OMP_WAIT_POLICY"] = waiting
    candidate = None
    try:
        if "refused" in written(worker, stem, result, log, environment):
            return None
        asked = ["open", stem, result["type"], str(result["threads"]), str(args.seconds)]
        candidate = Candidate(name, worker + asked, environment, log)
        result.update(candidate.answer())
        if "refused" not in result:
            low, high = WITHIN[result["type"]]
            low = 0 if result["engine"] == "dlis" else low  # our narrow plan may take f32 rows per layer
            if low <= result["error"] < high:
                result["warm_ms"] = candidate.turn()["median_ms"]
                return candidate
            what = "computes in another type" if result["error"] < low else "wrong"
            result["refused"] = f"{what} (error {result['error']:.1e})"
    except Died as reason:
        result["refused"] = str(reason)
    if candidate:
        candidate.close()
    return None


def written(worker, stem, result, log, environment):
    """The engine's own files, made once; what it answered is kept beside them."""
    done = f"{stem}.{result['engine']}.{result['type']}.json"
    if not os.path.exists(done):
        writer = Candidate("", worker + ["write", stem, result["type"]], environment, log)
        try:
            answer = writer.answer()
        except Died as reason:
            answer = {"refused": str(reason)}
        writer.close()
        with open(done, "w") as file:
            json.dump(answer, file)
    answer = json.load(open(done))
    result.update({k: answer[k] for k in answer if k == "refused"})
    return answer


def watch(args, threads):
    subject = os.path.join(HERE, "..", "..", "data", "resnet20_cifar10.onnx")
    process = Candidate("watch", [args.dlis, "bench", subject, "--threads", str(threads), "--turns",
                                  "--seconds", "0.001"])
    process.turn()
    return process
