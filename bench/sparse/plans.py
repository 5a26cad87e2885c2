"""Whole networks: sparse plans beside the dense network's, in turns."""
from turns import Candidate, measure, ratio

MODELS = "$DLIS_DATA/models"
ELEMENTS, BLOCKS = "weight_prune:zeros=0.9", "weight_prune:zeros=0.9:granularity=block1x16"
DOMAIN = "winograd_prune:scope=global:zeros={}:granularity=block1x16"
# Name, model, what makes its zeros, the dense network.
NETWORKS = [
    ("resnet18, CIFAR-10, 90 %, retrained", "zoo/resnet18_weight_prune_zeros90.onnx.gz", "none",
     f"{MODELS}/resnet18_cifar10.onnx"),
    ("vgg16, CIFAR-10, 75 %, 93.87 % right (dense 94.18)", f"{MODELS}/vgg16_cifar10.onnx", "weight_prune:zeros=0.75",
     f"{MODELS}/vgg16_cifar10.onnx"),
    ("vgg16, CIFAR-10, 90 %", f"{MODELS}/vgg16_cifar10.onnx", ELEMENTS, f"{MODELS}/vgg16_cifar10.onnx"),
    ("vgg16, CIFAR-10, 90 % in blocks", f"{MODELS}/vgg16_cifar10.onnx", BLOCKS, f"{MODELS}/vgg16_cifar10.onnx"),
    ("resnet18, CIFAR-10, 90 % in blocks", f"{MODELS}/resnet18_cifar10.onnx", BLOCKS,
     f"{MODELS}/resnet18_cifar10.onnx"),
    ("resnet18@224, random weights, 90 %", "resnet18@224", ELEMENTS, "resnet18@224"),
    ("vgg16@224, random weights, 90 %", "vgg16@224", ELEMENTS, "vgg16@224"),
    ("resnet18, CIFAR-10, 60 % of the Winograd domain in blocks, 95.23 % right (dense 95.42)",
     f"{MODELS}/resnet18_cifar10.onnx", DOMAIN.format(0.6), f"{MODELS}/resnet18_cifar10.onnx"),
    ("vgg16, CIFAR-10, 60 % of the Winograd domain (F2), 94.20 % right (dense 94.18)", f"{MODELS}/vgg16_cifar10.onnx",
     "winograd_prune:scope=global:zeros=0.6:m=2", f"{MODELS}/vgg16_cifar10.onnx"),
    ("vgg16, CIFAR-10, 60 % of the Winograd domain (F4), 93.58 % right", f"{MODELS}/vgg16_cifar10.onnx",
     "winograd_prune:scope=global:zeros=0.6", f"{MODELS}/vgg16_cifar10.onnx"),
    ("resnet18@224, random weights, 75 % of the Winograd domain in blocks", "resnet18@224", DOMAIN.format(0.75),
     "resnet18@224"),
    ("vgg16@224, random weights, 75 % of the Winograd domain in blocks", "vgg16@224", DOMAIN.format(0.75), "vgg16@224"),
]
DENSE = {"dense": ["--format", "dense"],
         "dense without Winograd": ["--format", "dense", "--compute", "indirect_gemm"]}
SPARSE = {  # what a plan may take
    "csr": ["--format", "csr", "--compute", "sparse_direct"],
    "bsr": ["--format", "bsr", "--compute", "bsr_direct"],
    "auto": [],
}


def measured(dlis, network, threads, data):
    name, model, compress, dense = network
    in_domain = compress.startswith("winograd")
    sparse = {"auto": SPARSE["auto"]} if in_domain else SPARSE  # direct rows do not take such weights

    def candidate(plan, model, compress, choice):
        return Candidate(plan, [dlis, "bench", model.replace("$DLIS_DATA", data), "--compress", compress, "--turns",
                                "--seconds", "0.3", "--threads", str(threads), *choice])

    candidates = [candidate(plan, dense, "none", choice) for plan, choice in DENSE.items()]
    candidates += [candidate(plan, model, compress, choice) for plan, choice in sparse.items()]
    rounds = measure(candidates, [], 7)
    for each in candidates:
        each.close()
    plans = [*DENSE, *sparse]
    middle = {plan: sorted(r["ms"][plan] for r in rounds)[len(rounds) // 2] for plan in plans}
    return {"network": name, "threads": threads, "ms": middle,
            "to_dense": {plan: ratio(rounds, plan, "dense") for plan in plans},
            "to_direct": {plan: ratio(rounds, plan, "dense without Winograd") for plan in plans}}
