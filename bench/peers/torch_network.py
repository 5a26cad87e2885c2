"""An ONNX file of the zoo as a torch module; a BatchNorm is folded into the layer before it."""
import onnx
import torch
from onnx import helper, numpy_helper
from torch import nn
from torch.nn import functional


class Network(nn.Module):
    def __init__(self, file):
        super().__init__()
        graph = onnx.load(file).graph
        weights = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in graph.initializer}
        self.input, self.output = graph.input[0].name, graph.output[0].name
        self.steps, made = [], {}  # `made`: the module behind a value
        for node in graph.node:
            attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
            constants = [weights[n] for n in node.input if n in weights]
            if node.op_type == "BatchNormalization":
                fold(made[node.input[0]], attributes["epsilon"], *constants)
                step = nn.Identity()
            else:
                step = OPERATORS[node.op_type](attributes, *constants)
            if isinstance(step, nn.Module):
                made[node.output[0]] = step
                self.add_module(f"step{len(self.steps)}", step)
            self.steps.append((step, [n for n in node.input if n not in weights], node.output[0]))
        self.eval()

    def forward(self, image):
        values = {self.input: image}
        for step, inputs, output in self.steps:
            values[output] = step(*[values[n] for n in inputs])
        return values[self.output]


def fold(layer, epsilon, gamma, beta, mean, variance):
    factor = gamma / torch.sqrt(variance + epsilon)
    before = 0 if layer.bias is None else layer.bias.data
    layer.bias = nn.Parameter((before - mean) * factor + beta)
    layer.weight.data *= factor.reshape([-1] + [1] * (layer.weight.dim() - 1))


def filled(layer, weight, bias):
    layer.weight.data = weight
    if bias:
        layer.bias.data = bias[0]
    return layer


def conv(a, weight, *bias):
    return filled(nn.Conv2d(weight.shape[1] * a["group"], weight.shape[0], a["kernel_shape"], a["strides"],
                            even(a["pads"]), a["dilations"], a["group"], bool(bias)), weight, bias)


def gemm(a, weight, *bias):
    weight = weight if a["transB"] else weight.T.contiguous()
    return filled(nn.Linear(weight.shape[1], weight.shape[0], bool(bias)), weight, bias)


def even(pads):
    """ONNX's begins and ends, which torch wants equal."""
    begins, ends = pads[:len(pads) // 2], pads[len(pads) // 2:]
    assert begins == ends, f"uneven padding {pads}"
    return tuple(begins)


OPERATORS = {
    "Conv": conv,
    "Gemm": gemm,
    "MaxPool": lambda a: nn.MaxPool2d(a["kernel_shape"], a["strides"], even(a["pads"])),
    "Relu": lambda a: nn.ReLU(),
    "Clip": lambda a, low, high: nn.Hardtanh(float(low), float(high)),
    "Add": lambda a: torch.add,
    "GlobalAveragePool": lambda a: lambda x: functional.adaptive_avg_pool2d(x, 1),
    "Flatten": lambda a: lambda x: torch.flatten(x, 1),
}
