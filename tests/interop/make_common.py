"""What both makers share: a network becomes a file below the folder, unless it is there."""
import os
import pathlib
import sys
import time
import traceback

import numpy as np
import onnx
import onnxruntime

import weights


def behaviour(model):
    session = onnxruntime.InferenceSession(model.SerializeToString(),
                                           providers=["CPUExecutionProvider"])
    random = np.random.default_rng(7)
    inputs = {x.name: random.standard_normal([d if isinstance(d, int) else 1 for d in x.shape],
                                             np.float32) for x in session.get_inputs()}
    return weights.behaviour(lambda given: session.run(None, given)[0], inputs)


def make(folder, names, export):
    """Writes FOLDER/NAME.onnx.gz for each name; `export(name)` gives the ModelProto. What fails is
    told and the others are made; the exit status says so."""
    failed = 0
    for name in names:
        file = pathlib.Path(folder) / f"{name}.onnx.gz"
        if file.exists():
            continue
        start = time.monotonic()
        try:
            model = export(name)
            full = os.environ.get("DLIS_INTEROP_FULL")  # a folder: the files with their weights, too
            if full:
                onnx.save(model, str(pathlib.Path(full) / f"{name}.onnx"))
            weights.write(weights.choose_seed(weights.forget(model), behaviour), file)
            print(f"{name:44}{len(model.graph.node):6} nodes {file.stat().st_size:8} bytes "
                  f"{time.monotonic() - start:6.1f} s", flush=True)
        except Exception:  # one exporter's failure must not hide the others
            failed += 1
            print(f"FAILED {name}\n{traceback.format_exc(limit=-4)}", file=sys.stderr, flush=True)
    return 1 if failed else 0
