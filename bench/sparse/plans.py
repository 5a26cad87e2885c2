"""Whole networks at 90 % zeros: sparse plans beside dense ones, in turns."""
from turns import Candidate, measure, ratio

ELEMENTS, BLOCKS = "weight_prune:zeros=0.9", "weight_prune:zeros=0.9:granularity=block1x16"
# Name, model, what makes its zeros.
NETWORKS = [
    ("resnet18, CIFAR-10, retrained", "zoo/resnet18_weight_prune_zeros90.onnx.gz", "none"),
    ("vgg16, CIFAR-10", "$DLIS_DATA/models/vgg16_cifar10.onnx", ELEMENTS),
    ("vgg16, CIFAR-10, blocks", "$DLIS_DATA/models/vgg16_cifar10.onnx", BLOCKS),
    ("resnet18, CIFAR-10, blocks", "$DLIS_DATA/models/resnet18_cifar10.onnx", BLOCKS),
    ("resnet18@224, random weights", "resnet18@224", ELEMENTS),
    ("vgg16@224, random weights", "vgg16@224", ELEMENTS),
]
PLANS = {  # what a plan may take
    "dense": ["--format", "dense"],
    "dense without Winograd": ["--format", "dense", "--compute", "indirect_gemm"],
    "csr": ["--format", "csr", "--compute", "sparse_direct"],
    "bsr": ["--format", "bsr", "--compute", "bsr_direct"],
    "auto": [],
}


def measured(dlis, network, threads, data):
    name, model, compress = network
    common = ["--compress", compress, "--turns", "--seconds", "0.3", "--threads", str(threads)]
    candidates = [Candidate(plan, [dlis, "bench", model.replace("$DLIS_DATA", data), *common, *choice])
                  for plan, choice in PLANS.items()]
    rounds = measure(candidates, [], 7)
    for candidate in candidates:
        candidate.close()
    middle = {plan: sorted(r["ms"][plan] for r in rounds)[len(rounds) // 2] for plan in PLANS}
    return {"network": name, "threads": threads, "ms": middle,
            "to_dense": {plan: ratio(rounds, plan, "dense") for plan in PLANS},
            "to_direct": {plan: ratio(rounds, plan, "dense without Winograd") for plan in PLANS}}
