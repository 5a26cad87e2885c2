"""Layers by themselves: random zeros, those of pruned networks, small maps, skipped inputs."""
import json, os, subprocess
from pathlib import Path

MODELS = "$DLIS_DATA/models"
IN_BLOCKS = ":granularity=block1x16"
# Name with its accuracy, model, what makes its zeros (in one shot: retraining was not needed).
TRAINED = [
    ("resnet18, 90 % zeros, retrained, 95.17 % right (dense 95.42)", "zoo/resnet18_weight_prune_zeros90.onnx.gz", "none"),
    ("resnet18, 95 % zeros, retrained, 94.79 %", "zoo/resnet18_weight_prune_zeros95.onnx.gz", "none"),
    ("resnet18, F4, 60 % zeros in blocks, 95.23 %", f"{MODELS}/resnet18_cifar10.onnx",
     "winograd_prune:zeros=0.6" + IN_BLOCKS),
    ("resnet18, F2, 60 % zeros in blocks, 95.35 %", f"{MODELS}/resnet18_cifar10.onnx",
     "winograd_prune:zeros=0.6:m=2" + IN_BLOCKS),
    ("resnet18, F2, 75 % zeros, 95.42 %", f"{MODELS}/resnet18_cifar10.onnx", "winograd_prune:zeros=0.75:m=2"),
]
SMALL = ["n1h8w8c256 k256r3s3 p1 +bias +relu", "n1h7w7c512 k512r3s3 p1 +bias +relu",
         "n1h4w4c512 k512r3s3 p1 +bias +relu", "n1h2w2c512 k512r3s3 p1 +bias +relu"]
SMALL_WEIGHTS = ["dense", "csr density0.4", "csr density0.2", "csr density0.1", "bsr density0.5", "bsr density0.25"]
BRIEF = ["--rounds", "4", "--seconds", "0.05", "--json"]


def objects(command, isa=None):
    environment = dict(os.environ, DLIS_ISA=isa) if isa else None
    out = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return [json.loads(line) for line in out.stdout.splitlines()]


def swept(dlis, problem, threads, isa=None, more=()):
    return objects([dlis, "bench", problem, "--break-even", "--threads", str(threads), *BRIEF, *more], isa)


def trained(dlis, model, compress, threads):
    return objects([dlis, "bench", os.path.expandvars(model), "--compress", compress, "--tune", "off", "--break-even",
                    "--own-weights", "--threads", str(threads), *BRIEF])


def small_maps(dlis, threads):
    rows = []
    for problem in SMALL:
        for weights in SMALL_WEIGHTS:
            timed = [t for t in objects([dlis, "bench", f"{problem} {weights}", "--threads", str(threads), *BRIEF])
                     if t["refused"] is None]
            best = min(timed, key=lambda t: t["median_ms"])
            rows.append({"problem": problem.split(" +")[0], "weights": weights, "row": best["row"], "ms": best["median_ms"],
                         "limit_ms": best["limit_ms"], "bytes": best["packed_bytes"], "memory": best["ceiling"]["gbytes_per_s"]})
    return rows


def skipped_inputs(root):
    """None without the bench (`ninja -C build/release benches`)."""
    bench = Path(root) / "build/release/bench/dlis_compute_bench"
    if not bench.exists():
        return None
    out = subprocess.run([bench, "--benchmark_filter=InputSparsity", "--benchmark_format=json", "--benchmark_min_time=0.2",
                          "--benchmark_repetitions=5"], capture_output=True, text=True, check=True)
    return [{k: b[k] for k in ("name", "dense_gflops", "times_faster")} for b in json.loads(out.stdout)["benchmarks"]
            if b.get("run_type") == "iteration" and "times_faster" in b]
