"""LiteRT (XNNPACK): converted by litert-torch from the network in torch; int8 by ai-edge-quantizer."""
import os
from importlib.metadata import version as version_of

from ai_edge_litert.interpreter import Interpreter

from networks import calibration_images
from worker import Refused


def version():
    return version_of("ai-edge-litert")


def write(stem, kind):
    if kind == "bf16":
        raise Refused("XNNPACK has no bf16 convolutions on x86")
    if kind == "int8":
        return quantise(stem)
    import litert_torch
    import torch
    from torch_network import Network
    network = litert_torch.to_channel_last_io(Network(stem + ".onnx"), args=[0])
    image = torch.from_numpy(calibration_images(stem)[0]).permute(0, 2, 3, 1)
    litert_torch.convert(network, (image,)).export(stem + ".f32.tflite")


def quantise(stem):
    from ai_edge_quantizer import quantizer, recipe
    network = quantizer.Quantizer(stem + ".f32.tflite", recipe.static_wi8_ai8())
    (name, ends), = Interpreter(stem + ".f32.tflite").get_signature_list().items()
    images = [{ends["inputs"][0]: nhwc(image)} for image in calibration_images(stem)]
    if os.path.exists(stem + ".int8.tflite"):
        os.remove(stem + ".int8.tflite")
    network.quantize(network.calibrate({name: images})).export_model(stem + ".int8.tflite")


def nhwc(image):
    return image.transpose(0, 2, 3, 1).copy()


def open(stem, kind, threads, image):
    network = Interpreter(f"{stem}.{kind}.tflite", num_threads=threads)
    network.allocate_tensors()
    given, answer = network.get_input_details()[0], network.get_output_details()[0]
    network.set_tensor(given["index"], to_type(nhwc(image), given))

    def infer():
        network.invoke()
        return from_type(network.get_tensor(answer["index"]), answer)
    return infer


def to_type(values, end):
    scale, zero = end["quantization"]
    return (values / scale + zero).round().clip(-128, 127).astype(end["dtype"]) if scale else values


def from_type(values, end):
    scale, zero = end["quantization"]
    return (values.astype("float32") - zero) * scale if scale else values
