#!/usr/bin/env python3
"""What dlis writes as ONNX passes the checker and computes in onnxruntime what dlis computes.

    onnxruntime_check.py DLIS [zoo] [trained] [odd] [winograd]

Every built-in network, every trained network of $DLIS_DATA/models, and networks of odd shapes and
with weights in the Winograd domain made here. For each: `dlis compress --compress none` writes it, onnx.checker accepts it (with shape
inference), and dlis and onnxruntime agree to 1e-4 of the largest output. Runs under $DLIS_PYTHON
where that is set; exit status 77 (skipped) where onnx or onnxruntime is missing.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from under_python import skip_without

try:
    import numpy as np
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper
except ImportError as error:
    skip_without(error)

TOLERANCE = 1e-4
HERE = pathlib.Path(__file__).resolve().parent


def data_folder():
    beside = HERE.parents[2] / "shared" / "data"
    given = os.environ.get("DLIS_DATA")
    return pathlib.Path(given) if given else beside if beside.is_dir() else None


class Dlis:
    def __init__(self, command, folder):
        self.command, self.folder = command, folder
        self.environment = dict(os.environ, XDG_CACHE_HOME=str(folder))

    def __call__(self, *arguments):
        done = subprocess.run([self.command, *map(str, arguments)], env=self.environment,
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"dlis {' '.join(map(str, arguments))}: {done.stderr.strip()}")
        return done.stdout

    def export(self, model):
        out = self.folder / "exported.onnx"
        self("compress", model, "--compress", "none", "-o", out)
        return out

    def run(self, model, inputs, outputs, extra=()):
        arguments = []
        for i, (name, value) in enumerate(inputs.items()):
            np.save(self.folder / f"in{i}.npy", value)
            arguments += ["--input", f"{name}={self.folder / f'in{i}.npy'}"]
        for i, name in enumerate(outputs):
            arguments += ["--output", f"{name}={self.folder / f'out{i}.npy'}"]
        self("run", model, *arguments, *extra)
        return [np.load(self.folder / f"out{i}.npy") for i in range(len(outputs))]


def session_of(file):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def random_inputs(session, batch):
    """Values for the session's inputs; symbolic axes get `batch`."""
    random = np.random.default_rng(7)
    shape_of = lambda x: [d if isinstance(d, int) else batch for d in x.shape]
    return {x.name: random.standard_normal(shape_of(x)).astype(np.float32)
            for x in session.get_inputs()}


def error_between(ours, theirs):
    """The largest difference, as a share of the largest output."""
    if ours.shape != theirs.shape:
        raise RuntimeError(f"shapes differ: {ours.shape} and {theirs.shape}")
    if not np.isfinite(theirs).all():
        raise RuntimeError("onnxruntime's outputs are not finite: the comparison would mean nothing")
    largest = np.abs(theirs).max()
    if largest == 0:
        raise RuntimeError("all outputs are zero: the comparison would mean nothing")
    return float(np.abs(ours.astype(np.float64) - theirs).max() / largest)


def is_standard(model):
    """A file whose nodes onnxruntime knows by themselves."""
    return str(model).endswith(".onnx") and not any(
        node.domain for node in onnx.load(str(model)).graph.node)


def check(dlis, model, batches=(1,), extra=()):
    """The largest error over all outputs and batches."""
    exported = dlis.export(model)
    onnx.checker.check_model(str(exported), full_check=True)
    session, worst = session_of(exported), 0.0
    names = [output.name for output in session.get_outputs()]
    original = session_of(model) if is_standard(model) else None
    for batch in batches:
        inputs = random_inputs(session, batch)
        theirs = session.run(names, inputs)
        ours = dlis.run(model, inputs, names, ("--batch", batch, *extra))
        worst = max(worst, *map(error_between, ours, theirs))
        if original:  # the network is still the one that was read
            worst = max(worst, *map(error_between, original.run(names, inputs), theirs))
    return worst


# Networks of odd shapes. Each is a function of nothing that gives nodes, inputs, weights, outputs.

def weight(name, *shape, seed=1):
    values = np.random.default_rng(seed).standard_normal(shape) / np.sqrt(np.prod(shape[1:]))
    return numpy_helper.from_array(values.astype(np.float32), name)


def numbers(name, *values):
    return numpy_helper.from_array(np.array(values, np.int64), name)


def norm(name, channels):
    """Weights of a BatchNormalization and the names of its inputs behind x."""
    random = np.random.default_rng(len(name))
    make = lambda part, low, high: numpy_helper.from_array(
        random.uniform(low, high, channels).astype(np.float32), name + part)
    weights = [make("g", .5, 1.5), make("b", -1, 1), make("m", -1, 1), make("v", .5, 2)]
    return weights, [w.name for w in weights]


node = helper.make_node


def non_square():
    return ([node("Conv", ["x", "w"], ["a"], pads=[1, 1, 1, 1]), node("Relu", ["a"], ["b"]),
             node("MaxPool", ["b"], ["c"], kernel_shape=[2, 3], strides=[2, 1]),
             node("Conv", ["c", "v"], ["y"], kernel_shape=[1, 5], pads=[0, 2, 0, 2])],
            {"x": ["n", 3, 17, 41]}, [weight("w", 8, 3, 3, 3), weight("v", 16, 8, 1, 5)], ["y"])


def odd_channels():
    weights, names = norm("bn", 13)
    return ([node("Conv", ["x", "w", "bias"], ["a"], pads=[1, 1, 1, 1]),
             node("BatchNormalization", ["a", *names], ["b"]), node("Relu", ["b"], ["c"]),
             node("Conv", ["c", "v"], ["d"], pads=[1, 1, 1, 1]), node("Add", ["d", "c"], ["e"]),
             node("Clip", ["e", "low", "high"], ["f"]), node("Conv", ["f", "u"], ["y"])],
            {"x": ["n", 5, 9, 11]},
            [weight("w", 13, 5, 3, 3), weight("bias", 13), weight("v", 13, 13, 3, 3),
             weight("u", 1, 13, 1, 1), numpy_helper.from_array(np.float32(0), "low"),
             numpy_helper.from_array(np.float32(6), "high"), *weights], ["y"])


def asymmetric_pads():
    return ([node("Conv", ["x", "w"], ["a"], pads=[0, 1, 2, 3], strides=[2, 2]),
             node("Conv", ["a", "v"], ["b"], auto_pad="SAME_LOWER", strides=[2, 2]),
             node("AveragePool", ["b"], ["c"], kernel_shape=[3, 3], pads=[0, 1, 1, 0]),
             node("Conv", ["c", "u"], ["y"], auto_pad="SAME_UPPER")],
            {"x": ["n", 3, 30, 27]},
            [weight("w", 7, 3, 3, 3), weight("v", 10, 7, 4, 4), weight("u", 3, 10, 2, 2)], ["y"])


def dilated():
    return ([node("Conv", ["x", "w"], ["a"], dilations=[2, 3], pads=[2, 3, 2, 3]),
             node("LeakyRelu", ["a"], ["b"], alpha=.1),
             node("Conv", ["b", "v"], ["y"], dilations=[4, 1], strides=[1, 2])],
            {"x": ["n", 4, 20, 15]}, [weight("w", 6, 4, 3, 3), weight("v", 9, 6, 3, 3)], ["y"])


def grouped():
    return ([node("Conv", ["x", "w"], ["a"], group=3, pads=[1, 1, 1, 1]), node("Relu", ["a"], ["b"]),
             node("Conv", ["b", "v"], ["c"], group=15, pads=[1, 1, 1, 1]),
             node("Sigmoid", ["c"], ["d"]), node("Conv", ["d", "u"], ["y"], group=5)],
            {"x": ["n", 6, 12, 13]},
            [weight("w", 15, 2, 3, 3), weight("v", 30, 1, 3, 3), weight("u", 20, 6, 1, 1)], ["y"])


def two_inputs_two_outputs():
    return ([node("Conv", ["a", "w"], ["c"], pads=[1, 1, 1, 1]),
             node("Conv", ["b", "v"], ["d"], strides=[2, 2], pads=[1, 1, 1, 1]),
             node("Concat", ["c", "d"], ["e"], axis=1), node("Tanh", ["e"], ["y"]),
             node("Add", ["c", "d"], ["s"]), node("HardSwish", ["s"], ["z"])],
            {"a": ["n", 3, 8, 9], "b": ["n", 2, 16, 18]},
            [weight("w", 11, 3, 3, 3), weight("v", 11, 2, 3, 3)], ["y", "z"])


def one_dimensional():
    weights, names = norm("bn", 10)
    return ([node("Conv", ["x", "w"], ["a"], kernel_shape=[5], pads=[2, 1], strides=[2]),
             node("BatchNormalization", ["a", *names], ["b"]), node("Relu", ["b"], ["c"]),
             node("MaxPool", ["c"], ["d"], kernel_shape=[3], strides=[2]),
             node("Conv", ["d", "v"], ["e"], dilations=[2], group=2),
             node("GlobalAveragePool", ["e"], ["f"]), node("Flatten", ["f"], ["g"]),
             node("Gemm", ["g", "m", "bias"], ["y"], transB=1)],
            {"x": ["n", 7, 101]},
            [weight("w", 10, 7, 5), weight("v", 6, 5, 3), weight("m", 4, 6), weight("bias", 4),
             *weights], ["y"])


def transposed():
    weights, names = norm("bn", 9)
    return ([node("ConvTranspose", ["x", "w"], ["a"], strides=[2, 3], pads=[1, 0, 0, 1],
                  output_padding=[1, 0], group=3),
             node("BatchNormalization", ["a", *names], ["b"]), node("Relu", ["b"], ["c"]),
             node("BatchNormalization", ["c", *names], ["d"]),
             node("Transpose", ["d"], ["y"], perm=[0, 2, 3, 1])],
            {"x": ["n", 6, 5, 7]}, [weight("w", 6, 3, 3, 3), *weights], ["y"])


def dense_with_flattened_map():
    weights, names = norm("bn", 12)
    return ([node("Conv", ["x", "w"], ["a"]), node("Flatten", ["a"], ["b"]),
             node("MatMul", ["b", "m"], ["c"]), node("BatchNormalization", ["c", *names], ["d"]),
             node("Relu", ["d"], ["e"]), node("Gemm", ["e", "g"], ["f"]),
             node("Softmax", ["f"], ["y"], axis=1)],
            {"x": ["n", 3, 6, 5]},
            [weight("w", 5, 3, 3, 3), weight("m", 60, 12), weight("g", 12, 7), *weights], ["y"])


def shuffled_channels():
    return ([node("Conv", ["x", "w"], ["a"]), node("Reshape", ["a", "split"], ["b"]),
             node("Transpose", ["b"], ["c"], perm=[0, 2, 1, 3, 4]),
             node("Reshape", ["c", "join"], ["d"]), node("Split", ["d"], ["e", "f"], axis=1),
             node("Mul", ["e", "f"], ["g"]), node("Pad", ["g", "pads"], ["h"]),
             node("Slice", ["h", "from", "to", "axes", "steps"], ["i"]),
             node("ReduceMean", ["i"], ["y"], axes=[2, 3], keepdims=0)],
            {"x": ["n", 3, 7, 9]},
            [weight("w", 12, 3, 3, 3), numbers("split", 0, 3, 4, 5, 7), numbers("join", 0, 12, 5, 7),
             numbers("pads", 0, 1, 2, 0, 0, 0, 1, 3), numbers("from", 1, 8), numbers("to", 8, 0),
             numbers("axes", 2, 3), numbers("steps", 2, -2)], ["y"])


ODD = [non_square, odd_channels, asymmetric_pads, dilated, grouped, two_inputs_two_outputs,
       one_dimensional, transposed, dense_with_flattened_map, shuffled_channels]


def winograd(m, relu, by_name, pads, size, bias):
    """Two layers in the Winograd domain; where by_name is false, m and relu are attributes."""
    def layer(inputs, output):
        stated = {} if by_name else {"m": m, "relu": relu}
        name = f"WinogradConvF{m}{'Relu' if relu else ''}" if by_name else "WinogradConv"
        return node(name, inputs, [output], domain="dlis", pads=pads, **stated)

    def build():
        a = m + 2
        weights = [weight("w", 7, 5, a, a), weight("v", 6, 7, a, a, seed=2)]
        biases = [weight("b", 7), weight("c", 6, seed=3)] if bias else []
        names = [b.name for b in biases] or ["", ""]
        return ([layer(["x", "w", names[0]], "d"), node("Tanh", ["d"], ["e"]),
                 layer(["e", "v", names[1]], "y")],
                {"x": ["n", 5, *size]}, weights + biases, ["y"])

    build.__name__ = (f"winograd_f{m}{'_relu' if relu else ''}_{size[0]}x{size[1]}_pads"
                      f"{''.join(map(str, pads))}{'' if bias else '_no_bias'}")
    return build


WINOGRAD = [winograd(m, relu, *form) for m in (2, 4, 6) for relu in (0, 1)
            for form in ((True, [1, 1, 1, 1], (13, 10), True), (False, [0, 2, 3, 1], (9, 7), False),
                         (True, [0, 0, 0, 0], (5, 11), False))]


def write_odd(build, folder):
    nodes, inputs, weights, outputs = build()
    infos = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
             for name, shape in inputs.items()]
    results = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
    graph = helper.make_graph(nodes, build.__name__, infos, results, weights)
    opsets = [helper.make_opsetid("", 17)]
    if any(node.domain for node in nodes):
        opsets.append(helper.make_opsetid("dlis", 1))
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    file = folder / f"{build.__name__}.onnx"
    onnx.save(model, str(file))
    return file


def cases(dlis, kinds):
    """(name, model, batches, options of `dlis run`)"""
    if "zoo" in kinds:
        for line in dlis("list", "model", "--json").splitlines():
            name = json.loads(line)["name"]
            yield name, name, (1, 2), ()
            # Measuring each layer of the large forms takes minutes and changes no result.
            large = name + "@224"
            if subprocess.run([dlis.command, "show", large], capture_output=True).returncode == 0:
                yield large, large, (1,), ("--compute", "indirect_gemm")
    if "trained" in kinds:
        data = data_folder()
        if data is None:
            print("SKIPPED: the trained networks, no DLIS_DATA")
        for file in sorted((data / "models").glob("*.onnx")) if data else []:
            yield file.name, file, (1, 3), ()
    if "odd" in kinds:
        for build in ODD:
            yield build.__name__, write_odd(build, dlis.folder), (1, 2), ()
    if "winograd" in kinds:
        for build in WINOGRAD:
            yield build.__name__, write_odd(build, dlis.folder), (1, 2), ()


def main(arguments):
    kinds = arguments[1:] or ["zoo", "trained", "odd", "winograd"]
    failed = checked = 0
    with tempfile.TemporaryDirectory() as folder:
        dlis = Dlis(arguments[0], pathlib.Path(folder))
        for name, model, batches, extra in cases(dlis, kinds):
            checked += 1
            try:
                error = check(dlis, model, batches, extra)
                verdict = "ok" if error <= TOLERANCE else "DIFFERS"
                line = f"{error:.2e}"
            except Exception as problem:  # one network's failure must not hide the others
                verdict, line = "FAILED", str(problem)
            failed += verdict != "ok"
            print(f"{verdict:8}{name:40}{line}", flush=True)
    print(f"{checked - failed} of {checked} networks agree with onnxruntime "
          f"{onnxruntime.__version__} to {TOLERANCE} of the largest output")
    return 1 if failed or checked == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
