#!/usr/bin/env python3
"""What `dlis export` writes builds with C and C++ compilers, and computes what the plan computes.

    export_check.py DLIS BUILD [CROSS RUN]      BUILD: of the device library, with dlis.pc

An f32 and an int8 stack of the demo's network are measured and exported; both examples are built
against BUILD and run. On this machine's instruction set `network.dlis` holds the measured plan, and
the examples give the bits of `dlis run` on it. With CROSS (aarch64-linux-gnu-) and RUN (qemu-aarch64)
they are built for another machine and run there from canonical weights, within the tolerance that
the export states.
"""
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
NETWORK = ROOT / "data/resnet20_cifar10.onnx"
STACKS = ["none | dense | auto/static | cpu:1", "quantise:type=int8 | auto | auto/static | cpu:2"]


def call(*words, cwd=None):
    done = subprocess.run([str(w) for w in words], cwd=cwd, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"FAILED: {' '.join(map(str, words))}\n{done.stdout}{done.stderr}")
    return done.stdout


def floats_of(npy):
    data = npy.read_bytes()
    values = data[10 + int.from_bytes(data[8:10], "little"):]
    return list(struct.unpack(f"<{len(values) // 4}f", values))


def f32(text):
    return struct.unpack("<f", struct.pack("<f", float(text)))[0]


def check(made, example, output, want, tolerance):
    """Status 0 was seen already: what was printed is `want` to the tolerance."""
    got = [f32(text) for text in re.findall(r"\] = (\S+)", output)]
    if len(got) != len(want) or len(got) < 10:
        sys.exit(f"FAILED: {example} printed {output}")
    far = max(abs(a - b) for a, b in zip(got, want))
    if not far <= tolerance * max(map(abs, want)):
        sys.exit(f"FAILED: {made}: {example} is {far} off, of {want}")
    return far


def examples(dlis, build, cross, made):
    """Builds and runs both; the largest difference from `dlis run`."""
    network = made / ("network.canonical.dlis" if cross else "network.dlis")
    machine = [f"DLIS={build}", f"NETWORK={network.name}", "OPTIONS=-O0 -Wall -Wextra -Werror"]
    machine += [f"CROSS={cross[0]}", f"RUN={cross[1]}"] if cross else []
    output = call("make", "check", *machine, cwd=made)
    call(dlis, "run", made / "network.dlis", "--input", made / "input.npy", "--output", made / "y.npy",
         "--threads", "2")
    want = floats_of(made / "y.npy")
    if want != floats_of(made / "logits.npy"):
        sys.exit(f"FAILED: logits.npy is not what network.dlis computes: {made}")
    stated = float(re.search(r"TOLERANCE (\S+)", (made / "example.c").read_text())[1])
    tolerance = stated if cross else 0
    lines = [line for line in output.splitlines() if "] = " in line]
    half = len(lines) // 2
    return max(check(made, name, "\n".join(part), want, tolerance)
               for name, part in (("example_c", lines[:half]), ("example_cpp", lines[half:])))


def main():
    dlis, build = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
    cross = sys.argv[3:5]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        os.environ["XDG_CACHE_HOME"] = name
        call(ROOT / "tools/cifar10_folders", ROOT / "data/cifar10", folder / "images", 40)
        stacks = [word for stack in STACKS for word in ("--stack", f"{NETWORK} | {stack}")]
        call(dlis, "explore", *stacks, "--data", f"images:{folder / 'images'}", "--seconds", "0.02",
             "-o", folder / "run.db")
        for number, stack in enumerate(STACKS, 1):
            made = folder / f"made{number}"
            call(dlis, "export", folder / "run.db", "--pick", number, "-o", made)
            far = examples(dlis, build, cross, made)
            print(f"{stack}: C and C++ {'under ' + cross[1] if cross else 'here'}, "
                  f"largest difference {far:.3g}")


main()
