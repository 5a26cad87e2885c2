"""The networks that are measured: ONNX from the zoo, an input, and what onnxruntime computes in f32."""
import os
import subprocess

import numpy

NETWORKS = ["vgg16@224", "resnet18@224", "resnet50@224", "mobilenet_v1@224", "mobilenet_v2@224",
            "vgg16", "resnet18", "mobilenet_v1"]
CALIBRATION = 16  # images of noise: the weights are random as well


def stem_of(folder, network):
    return os.path.join(folder, network.replace("@", "_"))


def write(dlis, folder, network):
    """Returns the stem of the network's files; what is there already stays."""
    stem = stem_of(folder, network)
    if os.path.exists(stem + ".expected.npy"):
        return stem
    import onnx
    import onnxruntime
    os.makedirs(folder, exist_ok=True)
    subprocess.run([dlis, "compress", network, "--compress", "none", "-o", stem + ".onnx"], check=True,
                   stdout=subprocess.DEVNULL)
    model = onnx.load(stem + ".onnx")
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
    model.graph.output[0].type.tensor_type.shape.dim[0].dim_value = 1
    onnx.save(model, stem + ".onnx")
    shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim]
    image = noise(shape, 1)
    session = onnxruntime.InferenceSession(stem + ".onnx", providers=["CPUExecutionProvider"])
    numpy.save(stem + ".input.npy", image)
    numpy.save(stem + ".expected.npy", session.run(None, {model.graph.input[0].name: image})[0])
    return stem


def noise(shape, seed):
    return numpy.random.default_rng(seed).standard_normal(shape).astype(numpy.float32)


def calibration_images(stem):
    shape = numpy.load(stem + ".input.npy", mmap_mode="r").shape
    return [noise(shape, 100 + index) for index in range(CALIBRATION)]
