"""dlis beside onnxruntime, and two threads beside one: `compare.py DLIS [--rounds N] [--seconds S]`.

Prints Markdown tables: whole networks against onnxruntime with one thread, the scaling of two threads
against what the FMA ceilings allow.
"""
import argparse
import os
import sys
import tempfile

import turns


def versus_onnxruntime(args, folder):
    import onnxruntime
    print(f"onnxruntime {onnxruntime.__version__}, {args.rounds} rounds of {args.seconds} s each, milliseconds\n")
    print("| network | threads | dlis | onnxruntime | dlis / onnxruntime | 95 % | dropped rounds |")
    print("|---|---|---|---|---|---|---|")
    for model in args.models:
        file = exported(args, folder, model)
        for threads in args.threads:
            times, _, dropped = turns.measure({
                "dlis": dlis_worker(args, file, threads),
                "onnxruntime": [sys.executable, os.path.join(os.path.dirname(__file__), "onnxruntime_worker.py"),
                                file, str(threads), str(args.seconds)]}, args.rounds)
            value, low, high = turns.ratio(times["dlis"], times["onnxruntime"])
            print(f"| {model} | {threads} | {turns.spread(times['dlis'])} | {turns.spread(times['onnxruntime'])} "
                  f"| {value:.3f} | {low:.3f} to {high:.3f} | {dropped} |", flush=True)


def scaling(args, folder):
    print("\n| network | 1 thread | 2 threads | speed-up | 95 % | ceilings allow | share | dropped rounds |")
    print("|---|---|---|---|---|---|---|---|")
    for model in args.scaling:
        file = exported(args, folder, model)
        times, best, dropped = turns.measure(
            {"1": dlis_worker(args, file, 1), "2": dlis_worker(args, file, 2)}, args.rounds)
        value, low, high = turns.ratio(times["1"], times["2"])
        allowed = best["2"] / best["1"]
        print(f"| {model} | {turns.spread(times['1'])} | {turns.spread(times['2'])} | {value:.3f} "
              f"| {low:.3f} to {high:.3f} | {allowed:.3f} | {100 * value / allowed:.1f} % "
              f"({100 * low / allowed:.1f} to {100 * high / allowed:.1f}) | {dropped} |", flush=True)


def dlis_worker(args, file, threads):
    return [args.dlis, "bench", file, "--threads", str(threads), "--turns", "--seconds", str(args.seconds)]


def exported(args, folder, model):
    file = os.path.join(folder, model.replace("@", "_") + ".onnx")
    if not os.path.exists(file):
        turns.subprocess.run([args.dlis, "compress", model, "--compress", "none", "-o", file], check=True,
                             stderr=turns.subprocess.DEVNULL)
    return file


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dlis")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=0.2)
    parser.add_argument("--models", nargs="*", default=["resnet18@224", "mobilenet_v1@224"])
    parser.add_argument("--threads", nargs="*", type=int, default=[1])
    parser.add_argument("--scaling", nargs="*", default=["vgg16@224", "resnet18@224"])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        if arguments.models:
            versus_onnxruntime(arguments, temporary)
        if arguments.scaling:
            scaling(arguments, temporary)
