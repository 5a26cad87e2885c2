"""PyTorch: channels last, traced, frozen and optimised for inference; bf16 by autocast; int8 by FX quantisation.

(On MobileNet-V1 at 224 the code of Inductor took three times as long, after 40 s of compiling.)
"""
import numpy
import torch
from torch.ao.quantization import get_default_qconfig_mapping, quantize_fx

from networks import calibration_images
from torch_network import Network


def version():
    return torch.__version__


def write(stem, kind):
    pass  # the network is built, and quantised, in memory


def last(image):
    return torch.from_numpy(image).to(memory_format=torch.channels_last)


def open(stem, kind, threads, image):
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    network, given = Network(stem + ".onnx").to(memory_format=torch.channels_last), last(image)
    if kind == "int8":
        network = quantised(network, stem)
    with torch.autocast("cpu", torch.bfloat16, enabled=kind == "bf16", cache_enabled=False):
        network = torch.jit.freeze(torch.jit.trace(network, given))
    if kind != "int8":
        network = torch.jit.optimize_for_inference(network)
    return lambda: network(given).float().numpy()


def quantised(network, stem):
    torch.backends.quantized.engine = "onednn"
    images = [last(image) for image in calibration_images(stem)]
    network = quantize_fx.prepare_fx(network, get_default_qconfig_mapping("onednn"), (images[0],))
    for image in images:
        network(image)
    return quantize_fx.convert_fx(network)
