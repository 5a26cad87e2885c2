"""ncnn: converted by pnnx; storage and arithmetic in fp16 switched off, bf16 is its bf16 storage."""
import glob
import os
import subprocess
import sys

import ncnn
import numpy

from worker import Refused


def version():
    return ncnn.__version__


def write(stem, kind):
    if kind == "int8":
        raise Refused("its quantiser (ncnn2table, ncnn2int8) is not in its PyPI packages")
    if kind == "bf16":
        return  # the f32 network with other options
    shape = list(numpy.load(stem + ".input.npy").shape)
    subprocess.run([os.path.join(os.path.dirname(sys.executable), "pnnx"), stem + ".onnx",
                    "inputshape=" + str(shape).replace(" ", ""), "fp16=0"], check=True)
    for leftover in glob.glob(glob.escape(stem) + ".pnnx*"):
        os.remove(leftover)


def open(stem, kind, threads, image):
    net = ncnn.Net()
    net.opt.num_threads = threads
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
    net.opt.use_bf16_packed = net.opt.use_bf16_storage = kind == "bf16"
    if net.load_param(stem + ".ncnn.param") or net.load_model(stem + ".ncnn.bin"):
        raise Refused("it cannot load what pnnx wrote")
    mat = ncnn.Mat(image[0]).clone()

    def infer():
        with net.create_extractor() as extractor:
            extractor.input(net.input_names()[0], mat)
            return extractor.extract(net.output_names()[0])[1]
    return infer
