"""One engine in its own process: `worker.py ENGINE write STEM TYPE` or `... open STEM TYPE THREADS SECONDS`.

STEM.onnx is the network, STEM.input.npy its input, STEM.expected.npy what onnxruntime computes in f32.
`write` makes the engine's own files. `open` answers with one line {"error": relative to the largest logit,
"version": ...}, then with {"median_ms": ...} for every line it reads, having run for SECONDS. An engine
that cannot answers {"refused": reason}.
"""
import importlib
import json
import os
import statistics
import sys
import time

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))


class Refused(Exception):
    """This engine cannot run this network in this type, and says why."""


def say(**answer):
    os.write(ANSWERS, (json.dumps(answer) + "\n").encode())


def one_line(error):
    return " ".join(str(error).split())[:200] or type(error).__name__


def answer_turns(infer, seconds):
    infer()
    for _ in sys.stdin:
        infer()  # after the others' turns: caches and threads are cold
        times = []
        end = time.perf_counter() + seconds
        while not times or time.perf_counter() < end:
            start = time.perf_counter()
            infer()
            times.append(1000 * (time.perf_counter() - start))
        say(median_ms=statistics.median(times))


def main(name, verb, stem, kind, threads="1", seconds="0.05"):
    engine = importlib.import_module(f"engines.{name}_engine")
    if verb == "write":
        engine.write(stem, kind)
        return say(written=True)
    expected = numpy.load(stem + ".expected.npy")
    infer = engine.open(stem, kind, int(threads), numpy.load(stem + ".input.npy"))
    output = numpy.array(infer()).reshape(expected.shape)
    say(error=float(numpy.abs(output - expected).max() / numpy.abs(expected).max()), version=engine.version())
    getattr(engine, "answer_turns", answer_turns)(infer, float(seconds))


if __name__ == "__main__":
    sys.modules["worker"] = sys.modules["__main__"]  # engines raise this Refused
    ANSWERS = os.dup(1)
    os.dup2(2, 1)  # what engines print is no answer
    try:
        main(*sys.argv[1:])
    except Exception as problem:
        if not isinstance(problem, Refused):
            import traceback
            traceback.print_exc()
        say(refused=one_line(problem))
