"""The one list of engines: a file NAME_engine.py beside this one and a line here."""
from collections import namedtuple

Engine = namedtuple("Engine", "name openmp")

ENGINES = [
    Engine("dlis", openmp=False),
    Engine("onnxruntime", openmp=False),
    Engine("openvino", openmp=False),
    Engine("ncnn", openmp=True),
    Engine("mnn", openmp=True),
    Engine("litert", openmp=False),
    Engine("torch", openmp=True),
]
