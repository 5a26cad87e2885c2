#!/usr/bin/env python3
"""Exports networks of Keras through tf2onnx: make_keras.py FOLDER [WORD...]

NAME.keras.OPSET; with words, those whose name holds one of them.
"""
import os
import sys

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0")
import keras
import numpy as np
import tensorflow as tf
import tf2onnx

import make_common


def alexnet_lrn(size):
    """The beginning of AlexNet with its normalisation of neighbouring channels."""
    norm = lambda: keras.layers.Lambda(
        lambda x: tf.nn.local_response_normalization(x, 2, bias=2, alpha=2e-3, beta=0.75))
    conv = lambda k, r, **how: keras.layers.Conv2D(k, r, activation="relu", **how)
    pool = lambda: keras.layers.MaxPooling2D(3, 2)
    return keras.Sequential([keras.Input((size, size, 3)), conv(96, 11, strides=4), norm(), pool(),
                             conv(256, 5, padding="same"), norm(), pool(),
                             conv(256, 3, padding="same"), keras.layers.Flatten(),
                             keras.layers.Dense(256, "relu"), keras.layers.Dense(10)])


# Name -> (function, here or in keras.applications, image size, settings). Of ConvNeXt tf2onnx lacks operators.
NETWORKS = {
    "alexnet_lrn": (alexnet_lrn, 67, {}),
    "vgg16": ("VGG16", 32, {}),
    "resnet50": ("ResNet50", 64, {}),
    "resnet50_v2": ("ResNet50V2", 64, {}),
    "mobilenet_v1": ("MobileNet", 64, {"alpha": 0.5}),
    "mobilenet_v2": ("MobileNetV2", 64, {"alpha": 0.5}),
    "mobilenet_v3_small": ("MobileNetV3Small", 64, {}),
    "mobilenet_v3_large": ("MobileNetV3Large", 64, {}),
    "densenet121": ("DenseNet121", 64, {}),
    "efficientnet_b0": ("EfficientNetB0", 64, {}),
    "xception": ("Xception", 71, {}),
    "inception_v3": ("InceptionV3", 75, {}),
    "nasnet_mobile": ("NASNetMobile", 64, {}),
}
OLDER = {"resnet50": 13, "resnet50_v2": 13, "mobilenet_v1": 11, "mobilenet_v3_small": 13, "densenet121": 13,
         "xception": 9}


def narrow(name, settings, size):
    """The network without its classifier, which for VGG has most of the weights, and one of our own."""
    if callable(name):
        return name(size)
    body = getattr(keras.applications, name)(weights=None, include_top=False, pooling="avg",
                                             input_shape=(size, size, 3), **settings)
    takes_pixels = name.startswith(("EfficientNet", "MobileNetV3"))  # from 0 to 255
    first = [keras.layers.Rescaling(64.0, 128.0)] if takes_pixels else []
    return keras.Sequential([*first, body, keras.layers.Dense(10)])


def settle(model):
    """Random weights that keep the size of what passes through, statistics that are not 0 and 1."""
    random = np.random.default_rng(1)
    for v in model.weights:
        leaf = v.path.rsplit("/", 1)[-1]
        if "normalization" in v.path and leaf in ("mean", "variance", "count"):
            if v.path.split("/")[-2].startswith("normalization"):
                continue  # of the input, where a network has it
        if leaf in ("moving_variance", "gamma", "variance"):
            v.assign(random.uniform(0.5, 1.5, v.shape))
        elif leaf in ("moving_mean", "mean", "beta", "bias"):
            v.assign(random.normal(0, 0.1, v.shape))
        elif "kernel" in leaf:
            depthwise = len(v.shape) == 4 and v.shape[3] == 1
            fan_in = np.prod(v.shape[:2] if depthwise else v.shape[:-1])
            v.assign(random.normal(0, np.sqrt(2 / fan_in), v.shape))
        elif len(v.shape) == 1 and v.shape[0] > 3:  # ConvNeXt's scales begin at 1e-6
            v.assign(random.uniform(0.2, 0.8, v.shape))
    return model


def export(name):
    network, _, opset = name.split(".")
    function, size, settings = NETWORKS[network]
    keras.utils.set_random_seed(1)
    keras.backend.clear_session()
    model = settle(narrow(function, settings, size))
    signature = (tf.TensorSpec((None, size, size, 3), tf.float32, name="x"),)
    call = tf.function(lambda x: model(x, training=False), input_signature=signature)
    proto, _ = tf2onnx.convert.from_function(call, input_signature=signature, opset=int(opset))
    return proto


if __name__ == "__main__":
    folder, *words = sys.argv[1:]
    names = [f"{network}.keras.{OLDER.get(network, 17)}" for network in NETWORKS]
    sys.exit(make_common.make(folder, [n for n in names if not words or any(w in n for w in words)],
                              export))
