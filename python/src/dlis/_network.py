"""Networks and plans: numpy arrays in and out."""
from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from . import _dlis

# numpy has no bfloat16: such values are their bits.
_TYPES = {"f32": "float32", "f16": "float16", "bf16": "uint16", "i8": "int8", "u8": "uint8",
          "i32": "int32", "i64": "int64"}


def assign(target, **values):
    """Sets attributes of a compiled object, which tells neither which one it does not take nor
    what."""
    for name, value in values.items():
        try:
            setattr(target, name, value)
        except TypeError:
            raise TypeError(f"{name} cannot be {value!r} ({type(value).__name__})") from None


class Value(NamedTuple):
    """An input or output of a network."""
    name: str
    dtype: np.dtype
    shape: tuple[int, ...]


def _values(texts):
    return [Value(name, np.dtype(_TYPES[kind]), tuple(shape)) for name, kind, shape in texts]


def _text(array):
    return f"{array.dtype} {'x'.join(map(str, array.shape)) or 'scalar'}"


def _check(array, want, what):
    if array.dtype == want.dtype and array.shape == want.shape:
        return
    hint = f"convert it: x.astype('{want.dtype}')" if array.dtype != want.dtype else ""
    _dlis.fail(f"the {what} is {_text(array)}, the network wants {_text(want)}", want.name, hint)


def _listed(x, values):
    """Arrays in the order of `values`, of one array, a list of them, or a dict by name."""
    if isinstance(x, Mapping):
        names = [value.name for value in values]
        for name in x:
            if name not in names:
                _dlis.unknown_name("input", str(name), names)
        missing = [name for name in names if name not in x]
        if missing:
            _dlis.fail(f"the input '{missing[0]}' is not given", "", "give all by name")
        x = [x[name] for name in names]
    return list(x) if isinstance(x, (list, tuple)) else [x]


def _count(arrays, values, what):
    if len(arrays) != len(values):
        _dlis.fail(f"the network has {len(values)} {what}, {len(arrays)} were given", "", "")


class Plan:
    """A network with every decision taken; threads may share it. Made by Network.plan."""

    def __init__(self, plan):
        self._plan = plan
        self.inputs = _values(plan.inputs)
        self.outputs = _values(plan.outputs)

    def run(self, x, out=None):
        """One run. `x`: an array, a list of them, or a dict by name, of exactly the dtype and shape
        of `inputs`. A C-contiguous array is read where it lies; others are copied first. Gives an
        array, or a list where the network has several outputs: new ones, or `out` (C-contiguous),
        which the results are written into. Other threads of Python run meanwhile."""
        arrays = [np.asarray(array) for array in _listed(x, self.inputs)]
        _count(arrays, self.inputs, "inputs")
        for array, want in zip(arrays, self.inputs):
            _check(array, want, "input")
        arrays = [np.require(array, requirements=("C", "A")) for array in arrays]
        results = self._results(out)
        self._plan.run(arrays, results)
        return results if len(results) != 1 else results[0]

    def _results(self, out):
        if out is None:
            return [np.empty(want.shape, want.dtype) for want in self.outputs]
        arrays = _listed(out, self.outputs)
        _count(arrays, self.outputs, "outputs")
        for array, want in zip(arrays, self.outputs):
            if not isinstance(array, np.ndarray):
                _dlis.fail(f"out is no array but {type(array).__name__}", want.name, "")
            _check(array, want, "output")
            if not (array.flags.c_contiguous and array.flags.aligned and array.flags.writeable):
                _dlis.fail("out cannot be written in one piece", want.name,
                           "give a writable C-contiguous array")
        return arrays

    def explain(self):
        """Per layer: the row chosen, its time, its bytes; every refused row with its reason."""
        return self._plan.explain()

    def save(self, path):
        """Keeps the choices: net.plan(choices=path) and `dlis plan --plan` take them again."""
        self._plan.save(os.fspath(path))

    @property
    def weights_bytes(self):
        return self._plan.weights_bytes

    @property
    def activation_bytes(self):
        return self._plan.activation_bytes

    @property
    def scratch_bytes(self):
        return self._plan.scratch_bytes

    @property
    def peak_bytes(self):
        return self._plan.peak_bytes


class Network:
    """A network as it was loaded or compressed. Made by load and compress; never changes."""

    def __init__(self, network):
        self._network = network
        self._planned = None  # what run() planned last, and for which shapes
        self.inputs = _values(network.inputs)
        self.outputs = _values(network.outputs)

    def plan(self, *, format="auto", compute="auto", schedule="static", threads=1, device="cpu",
             memory=None, tune="quick", choices=None):
        """The fastest plan within `memory` (bytes or "64M"). The arguments are the command's:
        `tune` (off, quick, full) says how much it may measure, `choices` names a saved plan."""
        request = _dlis.PlanRequest()
        assign(request, format=format, compute=compute, schedule=schedule, threads=threads,
               device=device, tune=tune, memory="" if memory is None else str(memory),
               choices="" if choices is None else os.fspath(choices))
        return Plan(_dlis.make_plan(self._network, request))

    def run(self, x, out=None):
        """As Plan.run, for inputs of any shape that the network takes: plans with the defaults at
        the first run, and again where the shapes change."""
        arrays = [np.asarray(array) for array in _listed(x, self.inputs)]
        _count(arrays, self.inputs, "inputs")
        shapes = {want.name: array.shape for array, want in zip(arrays, self.inputs)}
        planned = self._planned
        if planned is None or planned[0] != shapes:
            planned = (shapes, self.shaped(shapes).plan())
            self._planned = planned
        return planned[1].run(arrays, out)

    def shaped(self, shapes):
        """The same network for inputs of other shapes: {"input": (8, 3, 32, 32)}."""
        other = {name: list(shape) for name, shape in shapes.items()}
        same = all(other.get(want.name) == list(want.shape) for want in self.inputs)
        return self if same else Network(self._network.shaped(other))

    def images(self, data):
        """All images of "cifar10:DIR?limit=N", "images:DIR" or "synthetic:N" as this network takes
        them, float32 N x C x H x W (read-only), and their labels, -1 where unknown."""
        tensor, labels = self._network.images(data)
        return np.asarray(tensor), np.array(labels, dtype=np.int32)

    def accuracy(self, data, *, progress=None):
        """Over all images of `data`: a dict of images, top1 (percent) and loss (None without
        labels), and predictions."""
        found = self._network.accuracy(data, progress)
        found["predictions"] = np.array(found["predictions"], dtype=np.int32)
        return found

    def weights(self):
        """The weights of all layers by name: read-only arrays on the network's own memory."""
        return {name: np.asarray(tensor) for name, tensor in self._network.weights()}

    def save(self, path):
        """Writes .onnx, .onnx.gz or .dlis."""
        self._network.save(os.fspath(path))

    @property
    def model(self):
        """What it was loaded from."""
        return self._network.model

    @property
    def notes(self):
        """Sentences of its compression: what was left out and why."""
        return self._network.notes

    @property
    def metadata(self):
        """ONNX metadata: mean, std, ..."""
        return self._network.metadata

    @property
    def macs(self):
        """Multiply-adds of one run, zeros counted."""
        return self._network.macs

    @property
    def parameters(self):
        """Weights, zeros counted."""
        return self._network.parameters

    @property
    def density(self):
        """Share of non-zero weights."""
        return self._network.density

    def __repr__(self):
        inputs = ", ".join(f"{v.name} {_text(v)}" for v in self.inputs)
        return f"<dlis.Network {self.model}: {inputs}; {self.parameters} parameters>"


def load(path, *, batch=1, seed=1, shapes=None):
    """A network: .onnx, .onnx.gz, .dlis, or a built-in one ("vgg16", "vgg16@224"); behind ? its
    preprocessing ("net.onnx?mean=.5&std=.2"). `shapes`: {"input": (1, 3, 224, 224)}."""
    shapes = {name: list(shape) for name, shape in (shapes or {}).items()}
    return Network(_dlis.load(os.fspath(path), batch, seed, shapes))


def compress(network, techniques, *, data="", settings=None, progress=None):
    """The network after a chain of techniques ("weight_prune:zeros=0.5 + quantise:type=int8").
    `data`: they learn from its training images. `settings` of retraining: {"rate": 0.02}.
    `progress(text, share)` is called now and then."""
    texts = {str(name): str(value) for name, value in (settings or {}).items()}
    return Network(network._network.compressed(techniques, data, texts, progress))
