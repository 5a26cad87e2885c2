"""The problems of docs/results/kernels.md: lines of bench/shapes, what is asked of them, and their answers."""
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DLIS = os.path.join(ROOT, "build/release/dlis")
WIDE, NARROW, MEMORY = 0.92, 0.85, 0.9  # of the ceiling


class Problem:
    """A line of bench/shapes, as dlis/compute/problem.h defines it."""

    def __init__(self, line):
        self.text, self.label = line.rsplit(" ", 1)
        self.h, self.c = (int(v) for v in re.match(r"n\d+h(\d+)w\d+c(\d+)", self.text).groups())
        self.k, self.r = (int(v) for v in re.search(r" k(\d+)r(\d+)", self.text).groups())
        self.stride = int((re.search(r" u(\d)", self.text) or [1, 1])[1])
        self.depthwise = " g" in self.text
        self.type = "int8" if "typeu8" in self.text else "bf16" if "typebf16" in self.text else "f32"
        self.dense = self.h == 1
        self.least = min(self.c, self.k)

    def share_asked(self):
        """Of the ceiling, from a matrix product; None where nothing is asked."""
        if self.depthwise or self.stride > 1 or self.h < 14 or self.least < 32:
            return None
        return WIDE if self.least >= 128 else NARROW


# Title, files of bench/shapes, which of their lines, kind of bar.
GROUPS = [
    ("3x3 at stride 1", ["vgg16_224", "resnet18_224"],
     lambda p: p.r == 3 and p.stride == 1 and p.least >= 64, "onednn"),
    ("1x1 at stride 1", ["mobilenet_v1_224", "mobilenet_v2_224", "resnet50_224"],
     lambda p: p.r == 1 and p.share_asked(), "share"),
    ("Stride 2", ["resnet18_224", "resnet50_224"], lambda p: p.stride == 2, "onednn"),
    ("Depthwise", ["mobilenet_v1_224", "mobilenet_v2_224"], lambda p: p.depthwise, "onednn"),
    ("Dense layers", ["vgg16_224", "resnet18_224", "resnet50_224", "mobilenet_v1_224", "mobilenet_v2_224"],
     lambda p: p.dense, "memory"),
    ("int8", ["resnet18_224_int8", "mobilenet_v1_224_int8"], lambda p: not p.dense, "share"),
    ("bf16", ["resnet18_224_bf16", "mobilenet_v1_224_bf16"], lambda p: not p.dense, "share"),
]


def problems_of(files, wanted, seen):
    """The lines that are wanted and not yet seen under another name."""
    for name in files:
        for line in open(os.path.join(ROOT, "bench/shapes", name + ".txt")):
            if line[0] == "n":
                problem = Problem(line.strip())
                if wanted(problem) and problem.text not in seen:
                    seen.add(problem.text)
                    yield problem


def measured(problem, folder, rounds):
    """{row: answer} of the rows that took turns; what an earlier run found counts where the machine was steady."""
    path = os.path.join(folder, re.sub(r"[^\w.]+", "_", problem.text) + ".json")
    known = timed(path) if os.path.exists(path) else {}
    if any(row["kept"] for row in known.values()):
        return known
    print(problem.text, problem.label, file=sys.stderr, flush=True)
    told = subprocess.run([DLIS, "bench", problem.text, "--rounds", str(rounds), "--json"], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    with open(path + ".part", "w") as out:
        out.write(told)
    os.rename(path + ".part", path)
    return timed(path)


def timed(path):
    rows = [json.loads(line) for line in open(path)]
    return {row["row"]: row for row in rows if row["refused"] is None}
