"""MNN: converted by mnnconvert; int8 by mnnquant on images of noise; precision high is f32, lowBF is bf16.

The tools are called below their command lines, which install a package and report what they did by network.
"""
import json
import os
import pathlib

import MNN
import numpy

from networks import calibration_images


def version():
    return MNN.version()


def write(stem, kind):
    import _tools
    if kind == "f32":
        _tools.mnnconvert(["", "-f", "ONNX", "--modelFile", stem + ".onnx", "--MNNModel", stem + ".mnn",
                           "--bizCode", "dlis"])
    if kind == "int8":
        settings(stem)
        _tools.mnnquant(stem + ".mnn", stem + ".int8.mnn", stem + ".mnn.json")


def settings(stem):
    """mnnquant's, with calibration images in a folder."""
    from PIL import Image
    folder, images = stem + ".images/", calibration_images(stem)
    os.makedirs(folder, exist_ok=True)
    for index, image in enumerate(images):
        pixels = numpy.clip(128 + 32 * image[0].transpose(1, 2, 0), 0, 255).astype(numpy.uint8)
        Image.fromarray(pixels).save(f"{folder}{index}.png")
    values = {"format": "RGB", "mean": [128.0] * 3, "normal": [1 / 32] * 3, "path": folder, "input_type": "image",
              "width": images[0].shape[3], "height": images[0].shape[2], "used_image_num": len(images),
              "feature_quantize_method": "KL", "weight_quantize_method": "MAX_ABS"}
    pathlib.Path(stem + ".mnn.json").write_text(json.dumps(values))


def open(stem, kind, threads, image):
    network = MNN.Interpreter(stem + (".int8.mnn" if kind == "int8" else ".mnn"))
    session = network.createSession({"backend": "CPU", "numThread": threads,
                                     "precision": {"f32": "high", "bf16": "lowBF", "int8": "low"}[kind]})
    given, answer = network.getSessionInput(session), network.getSessionOutput(session)
    host = numpy.zeros(answer.getShape(), numpy.float32)
    tensor = lambda values: MNN.Tensor(values.shape, MNN.Halide_Type_Float, values, MNN.Tensor_DimensionType_Caffe)
    source, target = tensor(image), tensor(host)

    def infer():
        given.copyFrom(source)  # a run may overwrite its input
        network.runSession(session)
        answer.copyToHostTensor(target)
        return target.getNumpyData()
    return infer
