#!/usr/bin/env python3
"""Networks that other tools write compute here what they compute in onnxruntime.

    interop_check.py DLIS [--all] [--page FILE] [WORD...]

One file of each family of tests/interop (*.onnx.gz, made by tools/make_interop), --all of them, or
those whose name holds a word. Each gets its weights, is run by onnxruntime and, each layer by the row
that was measured to be the fastest, by dlis: in f32, the largest difference of an output has to be at
most 1e-4 of its largest value. --page writes the table. Runs under $DLIS_PYTHON where that is set;
exit status 77 (skipped) where onnx or onnxruntime is missing.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]
from onnxruntime_check import (TOLERANCE, Dlis, error_between, onnx, onnxruntime, random_inputs,
                               session_of)
import weights

# One file a family, exporters in turns: what a change is checked with.
QUICK = """alexnet.torchscript.17 alexnet_lrn.keras.17 vgg11.torchscript.17 googlenet.torchscript.17
googlenet_lrn.torchscript.11 squeezenet1_1.torchscript.7 resnet18.torchscript.9 resnet50_v2.keras.13
resnext50_32x4d.dynamo.20 densenet121.torchscript.9 shufflenet_v1.torchscript.17
shufflenet_v2_x0_5.dynamo.20 mobilenet_v1.keras.11 mobilenet_v2.dynamo.18
mobilenet_v3_small.keras.13 efficientnet_b0.torchscript.17 mnasnet0_5.torchscript.17
regnet_y_400mf.dynamo.20 convnext_atto.dynamo.20 convnextv2_atto.dynamo.18
""".split()


def check_says_something(session, inputs):
    moves, grows = weights.behaviour(lambda given: session.run(None, given)[0], inputs)
    if moves < weights.MOVES / 2:
        raise RuntimeError(f"another image changes {moves:.1e} of the outputs: the comparison would "
                           f"mean nothing")
    if grows > weights.GROWS * 2:
        raise RuntimeError(f"roundings grow {grows:.0f} times: the comparison would mean nothing")


def first_difference(dlis, file):
    """In dlis's words; the inputs are random ones again."""
    folder = dlis.folder / "reference"
    subprocess.run([sys.executable, str(HERE.parents[1] / "tools" / "reference_tensors"), str(file),
                    str(folder)], check=True, capture_output=True)
    try:
        dlis("compare", file, folder)
    except RuntimeError as error:
        return str(error).split(": ", 1)[1]
    return "layer by layer it agrees"


def check(dlis, file, batch):
    """The largest error over all outputs."""
    session = session_of(file)
    names = [output.name for output in session.get_outputs()]
    inputs = random_inputs(session, batch)
    theirs = session.run(names, inputs)
    check_says_something(session, inputs)
    ours = dlis.run(file, inputs, names, ("--batch", batch, "--tune", "quick"))
    return max(map(error_between, ours, theirs))


def line_of(dlis, packed, batch):
    """The line of a file in the table: name, exporter, opset, operators, error, verdict."""
    name, exporter, opset = packed.name.removesuffix(".onnx.gz").split(".")
    file, error, verdict, ops = dlis.folder / "network.onnx", None, "agrees", []
    try:
        model = weights.fill(weights.read(packed))
        ops = sorted({node.op_type for node in model.graph.node})
        onnx.save(model, str(file))
        error = check(dlis, file, batch)
        if not error <= TOLERANCE:
            verdict = f"differs: {first_difference(dlis, file)}"
    except Exception as problem:  # one network's failure must not hide the others
        verdict = f"failed: {problem}"
    file.unlink(missing_ok=True)
    return [name, exporter, opset, " ".join(ops), "" if error is None else f"{error:.1e}", verdict]


PAGE = """# Files of other tools

Written by `tests/interop/interop_check.py build/release/dlis --all --page docs/results/interop.md`, \
onnxruntime {version}.

Networks of torchvision, timm and Keras with random weights, as PyTorch's two exporters (`torchscript`: \
`dynamo=False`, `dynamo`: `dynamo=True`) and tf2onnx (`keras`) write them. Batch {batch}, f32, each layer by \
the row that was measured to be the fastest. The error is the largest difference from onnxruntime's output \
over its largest value; 1e-4 is allowed. `tools/make_interop` makes the files; here they are of {producers}.

| network | exporter | opset | error | verdict | operators |
|---|---|---|---|---|---|
{lines}
"""


def page(lines, batch):
    rows = [f"| {n} | {e} | {o} | {error} | {v} | {ops} |" for n, e, o, ops, error, v in lines]
    models = map(weights.read, HERE.glob("*.onnx.gz"))
    release = lambda version: version.split()[0].split("+")[0]
    producers = sorted({f"{m.producer_name} {release(m.producer_version)}" for m in models})
    return PAGE.format(version=onnxruntime.__version__, batch=batch, lines="\n".join(rows),
                       producers=" and ".join(producers))


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].strip())
    parser.add_argument("dlis")
    parser.add_argument("words", nargs="*")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--page", type=pathlib.Path)
    given = parser.parse_intermixed_args()
    files = {file.name.removesuffix(".onnx.gz"): file for file in sorted(HERE.glob("*.onnx.gz"))}
    wanted = list(files) if given.all or given.words else QUICK
    wanted = [name for name in wanted
              if not given.words or any(word in name for word in given.words)]
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        dlis = Dlis(given.dlis, pathlib.Path(folder))
        for name in wanted:
            lines.append(line_of(dlis, files[name], given.batch))
            print(f"{name:40}{lines[-1][4]:10}{lines[-1][5]}", flush=True)
    agreed = sum(line[-1] == "agrees" for line in lines)
    print(f"{agreed} of {len(lines)} networks agree with onnxruntime {onnxruntime.__version__} to "
          f"{TOLERANCE} of the largest output")
    if given.page:
        given.page.write_text(page(lines, given.batch))
    return 0 if lines and agreed == len(lines) else 1


if __name__ == "__main__":
    sys.exit(main())
