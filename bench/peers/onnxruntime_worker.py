"""Measures a network in onnxruntime: for every line read, runs for SECONDS and prints the median."""
import json
import statistics
import sys
import time

import numpy
import onnxruntime

model, threads, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
options.inter_op_num_threads = 1
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
generator = numpy.random.default_rng(1)
shapes = {i.name: [n if isinstance(n, int) else 1 for n in i.shape] for i in session.get_inputs()}
inputs = {name: generator.standard_normal(shape).astype(numpy.float32) for name, shape in shapes.items()}
for _ in sys.stdin:
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        session.run(None, inputs)
        times.append(1000 * (time.perf_counter() - start))
    print(json.dumps({"median_ms": statistics.median(times)}), flush=True)
