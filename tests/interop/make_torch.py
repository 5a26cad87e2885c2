#!/usr/bin/env python3
"""Exports the networks of torch_networks.py by both exporters of PyTorch: make_torch.py FOLDER [WORD...]

NAME.torchscript.OPSET and NAME.dynamo.OPSET; with words, those whose name holds one of them.
"""
import logging
import pathlib
import sys
import tempfile
import warnings

import onnx
import torch

import make_common
from torch_networks import NETWORKS, settle

NEWEST = 20  # of the opsets that both write
# Besides, opsets that files of the last years have.
OLDER = {"resnet18": (9, 11, 13), "mobilenet_v2": (10, 12), "mobilenet_v3_small": (14,),
         "shufflenet_v2_x0_5": (11, 16), "densenet121": (9,), "convnext_atto": (15,),
         "googlenet_lrn": (11,), "squeezenet1_1": (7,)}


def names():
    for network in NETWORKS:
        for opset in (*OLDER.get(network, ()), 17):
            yield f"{network}.torchscript.{opset}"
        for opset in (18, NEWEST):
            yield f"{network}.dynamo.{opset}"


def export(name):
    network, exporter, opset = name.split(".")
    build, size = NETWORKS[network]
    torch.manual_seed(1)
    images = torch.randn(2, 3, size, size)
    model = settle(build(), images)
    shared = dict(input_names=["x"], output_names=["y"], opset_version=int(opset))
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        file = pathlib.Path(folder) / "network.onnx"
        if exporter == "dynamo":
            torch.onnx.export(model, (images,), str(file), dynamo=True, verbose=False,
                              external_data=False,
                              dynamic_shapes=({0: torch.export.Dim("n")},), **shared)
        else:
            torch.onnx.export(model, (images,), str(file), dynamo=False,
                              dynamic_axes={"x": {0: "n"}, "y": {0: "n"}}, **shared)
        return onnx.load(str(file))


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    folder, *words = sys.argv[1:]
    sys.exit(make_common.make(folder, [n for n in names() if not words or any(w in n for w in words)],
                              export))
