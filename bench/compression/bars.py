"""What each recipe has to reach: top-1 in percent on the 10,000 test images of CIFAR-10."""

BARS = {
    "vgg16_weight_prune_zeros90": 93.9,
    "vgg16_weight_prune_zeros95": 93.6,
    "resnet18_weight_prune_zeros90": 95.1,
    "resnet18_weight_prune_zeros95": 94.7,
    "resnet56_weight_prune_zeros90": 92.8,
    "mobilenet_v1_weight_prune_zeros80": 93.0,
    "mobilenet_v1_weight_prune_zeros90": 92.3,
    "vgg16_channel_prune_macs67": 93.8,
    "vgg16_channel_prune_macs67_int8": 93.6,  # and at most 5 % of the dense bytes
    "vgg16_channel_prune_macs79": 93.3,
    "resnet18_channel_prune_macs70": 94.9,
    "resnet18_channel_prune_macs89": 93.0,
    "resnet56_channel_prune_macs52": 93.5,
    "resnet56_channel_prune_macs61": 93.3,
    "mobilenet_v1_channel_prune_macs78": 91.8,
    "vgg16_ternarise": 93.7,
    "resnet18_ternarise": 95.0,
    "resnet56_ternarise": 93.2,
    "resnet20_ternarise": 91.1,
    "mobilenet_v1_ternarise": 92.3,
}
# Below the dense network by at most this: without retraining, and quantisation-aware.
INT8_DROP = {"mobilenet_v1": 0.3}
QAT_DROP = 0.05


def bar_of(row):
    if row["name"].endswith("_qat_int8"):
        return row["dense"]["top1"] - QAT_DROP
    if row["name"].endswith("_quantise_int8"):
        network = row["name"].removesuffix("_quantise_int8")
        return row["dense"]["top1"] - INT8_DROP.get(network, 0.15)
    return BARS.get(row["name"])
