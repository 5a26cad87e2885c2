"""onnxruntime: the ONNX file itself; int8 by its static quantiser (QDQ, unsigned activations, weights per channel)."""
import os

import onnxruntime
from onnxruntime import quantization
from onnxruntime.quantization.shape_inference import quant_pre_process

from networks import calibration_images
from worker import Refused


def version():
    return onnxruntime.__version__


def write(stem, kind):
    if kind == "bf16":
        raise Refused("its CPU kernels compute bf16 on ARM only")
    if kind == "int8" and not os.path.exists(stem + ".int8.onnx"):
        quant_pre_process(stem + ".onnx", stem + ".folded.onnx", skip_symbolic_shape=True)
        quantization.quantize_static(
            stem + ".folded.onnx", stem + ".int8.onnx", Images(stem), quant_format=quantization.QuantFormat.QDQ,
            activation_type=quantization.QuantType.QUInt8, weight_type=quantization.QuantType.QInt8, per_channel=True)
        os.remove(stem + ".folded.onnx")


class Images(quantization.CalibrationDataReader):
    def __init__(self, stem):
        self.left = iter(calibration_images(stem))

    def get_next(self):
        image = next(self.left, None)
        return None if image is None else {"input": image}


def open(stem, kind, threads, image):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    file = stem + (".int8.onnx" if kind == "int8" else ".onnx")
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"input": image})[0]
