#!/usr/bin/env python3
"""A network quantised by onnxruntime computes here what it computes there.

    quantised_check.py DLIS [--images N] [--keep FOLDER] [MODEL...]

For each trained network (resnet20 and mobilenet_v1 of $DLIS_DATA/models unless given): onnxruntime's
static quantiser makes a QDQ file (u8 activations, i8 weights per channel, calibrated on training
images of CIFAR-10); its top-1 on N test images (10,000) is that of onnxruntime within 0.1 points,
and so it is after `dlis compress --compress none` has written it anew. And the other way about:
onnxruntime runs what `quantise:type=int8` and `quantise:type=f16` wrote, and weights alone in int8 or bf16 (`ternarise`),
with the top-1 that it has here. Runs under
$DLIS_PYTHON where that is set; exit status 77 (skipped) where onnx, onnxruntime or the data are
missing.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from under_python import skip, skip_without

try:
    import numpy as np
    import onnx
    import onnxruntime
    from onnxruntime.quantization import (CalibrationDataReader, QuantFormat, QuantType,
                                          quantize_static)
    from onnxruntime.quantization.shape_inference import quant_pre_process
except ImportError as error:
    skip_without(error)

MOST = 0.1  # points of top-1 between the two
CALIBRATION = 256  # training images
HERE = pathlib.Path(__file__).resolve().parent


def data_folder():
    beside = HERE.parents[2] / "shared" / "data"
    given = os.environ.get("DLIS_DATA")
    folder = pathlib.Path(given) if given else beside
    return folder if (folder / "cifar10" / "test_batch.bin").is_file() else skip("no DLIS_DATA")


def images_of(file, model, count):
    """Images as the network wants them (mean and std are in its metadata), and their labels."""
    rows = np.fromfile(file, np.uint8).reshape(-1, 3073)[:count]
    known = {entry.key: entry.value for entry in onnx.load(str(model)).metadata_props}
    numbers = lambda key: np.array(
        [float(x) for x in known[key].replace("/", " ").replace(",", " ").split()], np.float32)
    pixels = rows[:, 1:].reshape(-1, 3, 32, 32).astype(np.float32) / 255
    shape = (1, 3, 1, 1)
    return (pixels - numbers("mean").reshape(shape)) / numbers("std").reshape(shape), rows[:, 0]


def session_of(file):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    # Without VNNI its u8 x i8 kernels saturate pairs of products at 16 bits (0.5 and 1.1 points on
    # these networks); this asks for those that do not.
    options.add_session_config_entry("session.x64quantprecision", "1")
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


class Images(CalibrationDataReader):
    def __init__(self, name, images):
        self.batches = iter([{name: images[i:i + 32]} for i in range(0, len(images), 32)])

    def get_next(self):
        return next(self.batches, None)


def adds_bytes_exactly():
    """Without VNNI, onnxruntime's sums of u8 * s8 saturate in 16 bits unless weights keep to 7 bits."""
    flags = pathlib.Path("/proc/cpuinfo").read_text()
    return "avx512_vnni" in flags or "avx_vnni" in flags or "asimd" in flags


def quantise(model, data, folder):
    prepared, quantised = folder / f"{model.stem}.prepared.onnx", folder / f"{model.stem}.qdq.onnx"
    quant_pre_process(str(model), str(prepared), skip_symbolic_shape=True)
    images, _ = images_of(data / "cifar10" / "data_batch_1.bin", model, CALIBRATION)
    name = session_of(prepared).get_inputs()[0].name
    quantize_static(str(prepared), str(quantised), Images(name, images), per_channel=True,
                    quant_format=QuantFormat.QDQ, activation_type=QuantType.QUInt8,
                    weight_type=QuantType.QInt8, reduce_range=not adds_bytes_exactly())
    written = onnx.load(str(quantised))
    kept = {entry.key for entry in written.metadata_props}
    for entry in onnx.load(str(model)).metadata_props:
        if entry.key not in kept:
            written.metadata_props.add(key=entry.key, value=entry.value)
    onnx.save(written, str(quantised))
    return quantised


def top1_there(quantised, model, data, count):
    images, labels = images_of(data / "cifar10" / "test_batch.bin", model, count)
    session = session_of(quantised)
    name, right = session.get_inputs()[0].name, 0
    for i in range(0, len(images), 100):
        answers = session.run(None, {name: images[i:i + 100]})[0].argmax(axis=1)
        right += int((answers == labels[i:i + 100]).sum())
    return 100 * right / len(images)


def dlis(command, *arguments):
    done = subprocess.run([command, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"dlis {' '.join(map(str, arguments))}: {done.stderr.strip()}")
    return done.stdout


def top1_here(command, network, data, count):
    where = f"cifar10:{data / 'cifar10'}?split=test&limit={count}"
    out = dlis(command, "accuracy", network, "--data", where, "--json")
    return json.loads(out.splitlines()[-1])["top1"]


def check(command, model, data, folder, count):
    quantised = quantise(model, data, folder)
    there = top1_there(quantised, model, data, count)
    again = folder / f"{model.stem}.again.onnx"
    dlis(command, "compress", quantised, "--compress", "none", "-o", again)
    onnx.checker.check_model(str(again), full_check=True)
    results = {"onnxruntime": there, "dlis": top1_here(command, quantised, data, count),
               "dlis, written again": top1_here(command, again, data, count),
               "onnxruntime, written again": top1_there(again, model, data, count)}
    print(f"{model.stem}: " + ", ".join(f"{who} {top1:.2f}" for who, top1 in results.items()),
          flush=True)
    return all(abs(top1 - there) <= MOST for top1 in results.values())


def check_own(command, model, data, folder, count, chain="quantise:type=int8"):
    quantised = folder / f"{model.stem}.own.onnx"
    dlis(command, "compress", model, "--compress", chain,
         "--data", f"cifar10:{data / 'cifar10'}?limit=100", "-o", quantised)
    onnx.checker.check_model(str(quantised), full_check=True)
    here, there = (top1_here(command, quantised, data, count),
                   top1_there(quantised, model, data, count))
    print(f"{model.stem}, {chain}: dlis {here:.2f}, onnxruntime {there:.2f}", flush=True)
    return abs(here - there) <= MOST


def check_narrow(command, model, data, folder, count):
    return all(check_own(command, model, data, folder, count, f"ternarise:rest={rest}")
               for rest in ("int8", "bf16"))


def check_f16(command, model, data, folder, count):
    return check_own(command, model, data, folder, count, "quantise:type=f16")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dlis")
    parser.add_argument("models", nargs="*")
    parser.add_argument("--images", type=int, default=10000)
    parser.add_argument("--keep")
    given = parser.parse_args()
    data = data_folder()
    models = [pathlib.Path(m) for m in given.models] or [
        data / "models" / name for name in ("resnet20_cifar10.onnx", "mobilenet_v1_cifar10.onnx")]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(given.keep or folder)
        same = [judge(given.dlis, model, data, folder, given.images)
                for model in models for judge in (check, check_own, check_narrow, check_f16)]
    print(f"{sum(same)} of {len(same)} files have onnxruntime's top-1 within {MOST}")
    return 0 if all(same) else 1


if __name__ == "__main__":
    sys.exit(main())
