"""dlis: `dlis run` for the outputs, then the process becomes `dlis bench --turns`. $DLIS is the command."""
import os
import re
import subprocess

import numpy

import worker

DLIS = os.environ.get("DLIS", "build/release/dlis")


def version():
    return subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True).stdout.strip()


def write(stem, kind):
    if kind == "int8" and not os.path.exists(stem + ".int8.onnx"):
        from engines import onnxruntime_engine
        onnxruntime_engine.write(stem, kind)  # our int8 is the file that its quantiser writes


def arguments(stem, kind, threads):
    file = stem + (".int8.onnx" if kind == "int8" else ".onnx")
    return [file, "--threads", str(threads)] + (["--compress", "quantise:type=bf16"] if kind == "bf16" else [])


def open(stem, kind, threads, image):
    given, output = f"{stem}.input.npy", f"{stem}.{kind}{threads}.output.npy"
    subject = arguments(stem, kind, threads)
    done = subprocess.run([DLIS, "run", *subject, "--input", given, "--output", output], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode:
        said = done.stderr.replace("dlis: ", "").replace(subject[0], "the network")
        raise worker.Refused(re.sub(r" \([^)]*\)", "", said) or f"ended with status {done.returncode}")
    infer = lambda: numpy.load(output)
    infer.command = [DLIS, "bench", *subject, "--turns"]
    return infer


def answer_turns(infer, seconds):
    os.dup2(worker.ANSWERS, 1)
    os.execv(infer.command[0], infer.command + ["--seconds", str(seconds)])
