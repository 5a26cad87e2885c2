"""OpenVINO: converted by its own importer; int8 by NNCF. The precision hint forces the number type."""
from importlib.metadata import version as version_of

import openvino

from networks import calibration_images


def version():
    return f"{openvino.__version__.split('-')[0]}, nncf {version_of('nncf')}"


def write(stem, kind):
    if kind == "bf16":
        return  # the f32 network under another hint
    model = openvino.convert_model(stem + ".onnx")
    if kind == "int8":
        import nncf
        model = nncf.quantize(model, nncf.Dataset(calibration_images(stem)))
    openvino.save_model(model, f"{stem}.{kind}.xml", compress_to_fp16=False)


def open(stem, kind, threads, image):
    settings = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": 1}
    if kind != "int8":
        settings["INFERENCE_PRECISION_HINT"] = kind
    file = stem + (".int8.xml" if kind == "int8" else ".f32.xml")
    request = openvino.Core().compile_model(file, "CPU", settings).create_infer_request()
    request.set_input_tensor(openvino.Tensor(image))

    def infer():
        request.infer()
        return request.get_output_tensor().data
    return infer
