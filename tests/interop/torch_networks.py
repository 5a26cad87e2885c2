"""The PyTorch networks of the interoperability check: NAME -> (function that gives it, image size).

Those of torchvision and timm as they are, but with 10 classes and, where dense layers hold most of the
weights (AlexNet, VGG), with narrower ones; ShuffleNet v1, GoogLeNet's and AlexNet's normalisation of
neighbouring channels, which neither has, written out.
"""
import timm
import torch
import torchvision.models as vision
from torch import nn


def of_torchvision(name, **settings):
    def build():
        return getattr(vision, name)(weights=None, num_classes=10, **settings)
    return build


def of_timm(name):
    return lambda: timm.create_model(name, pretrained=False, num_classes=10)


def narrow_dense(name, pooled):
    """AlexNet and VGG with dense layers of 256 values behind `pooled` x `pooled` maps."""
    def build():
        model = getattr(vision, name)(weights=None)
        channels = [m for m in model.features if isinstance(m, nn.Conv2d)][-1].out_channels
        model.avgpool = nn.AdaptiveAvgPool2d(pooled)
        model.classifier = nn.Sequential(
            nn.Linear(channels * pooled * pooled, 256), nn.ReLU(True), nn.Dropout(),
            nn.Linear(256, 256), nn.ReLU(True), nn.Dropout(), nn.Linear(256, 10))
        return model
    return build


def googlenet():
    return vision.googlenet(weights=None, num_classes=10, aux_logits=False, init_weights=False)


def alexnet_lrn():
    """The network of Krizhevsky et al., 2012: two groups, normalisation of neighbouring channels."""
    norm = lambda: nn.LocalResponseNorm(5, alpha=1e-2, beta=0.75, k=2)
    return nn.Sequential(
        nn.Conv2d(3, 96, 11, stride=4), nn.ReLU(), norm(), nn.MaxPool2d(3, 2),
        nn.Conv2d(96, 256, 5, padding=2, groups=2), nn.ReLU(), norm(), nn.MaxPool2d(3, 2),
        nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 384, 3, padding=1, groups=2), nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1, groups=2), nn.ReLU(), nn.Flatten(),
        nn.Linear(256 * 3 * 3, 256), nn.ReLU(), nn.Dropout(), nn.Linear(256, 10))


class Inception(nn.Module):
    """1x1, 3x3 and 5x5 convolutions and a pool side by side (Szegedy et al., 2014)."""
    def __init__(self, c, one, three_in, three, five_in, five, pool):
        super().__init__()
        conv = lambda i, o, k: nn.Sequential(nn.Conv2d(i, o, k, padding=k // 2), nn.ReLU())
        self.paths = nn.ModuleList([
            conv(c, one, 1), nn.Sequential(conv(c, three_in, 1), conv(three_in, three, 3)),
            nn.Sequential(conv(c, five_in, 1), conv(five_in, five, 5)),
            nn.Sequential(nn.MaxPool2d(3, 1, 1), conv(c, pool, 1))])

    def forward(self, x):
        return torch.cat([path(x) for path in self.paths], 1)


def googlenet_lrn():
    """GoogLeNet's stem and first blocks as they were published, without BatchNorm."""
    norm = lambda: nn.LocalResponseNorm(5, alpha=1e-2, beta=0.75)
    return nn.Sequential(
        nn.Conv2d(3, 64, 7, 2, 3), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True), norm(),
        nn.Conv2d(64, 64, 1), nn.ReLU(), nn.Conv2d(64, 192, 3, padding=1), nn.ReLU(), norm(),
        nn.MaxPool2d(3, 2, ceil_mode=True), Inception(192, 64, 96, 128, 16, 32, 32),
        Inception(256, 128, 128, 192, 32, 96, 64), nn.MaxPool2d(3, 2, ceil_mode=True),
        Inception(480, 192, 96, 208, 16, 48, 64), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Dropout(), nn.Linear(512, 10))


class Shuffle(nn.Module):
    """A unit of ShuffleNet v1 (Zhang et al., 2017): grouped 1x1, shuffled channels, depthwise 3x3."""
    def __init__(self, c, k, groups, stride):
        super().__init__()
        self.groups, self.stride = groups, stride
        out, inner = k - c if stride == 2 else k, k // 4
        first = 1 if c == 24 else groups
        self.reduce = nn.Sequential(nn.Conv2d(c, inner, 1, groups=first, bias=False),
                                    nn.BatchNorm2d(inner), nn.ReLU())
        self.depthwise = nn.Sequential(
            nn.Conv2d(inner, inner, 3, stride, 1, groups=inner, bias=False), nn.BatchNorm2d(inner))
        self.expand = nn.Sequential(nn.Conv2d(inner, out, 1, groups=groups, bias=False),
                                    nn.BatchNorm2d(out))
        self.pool = nn.AvgPool2d(3, 2, 1)

    def forward(self, x):
        y = self.reduce(x)
        n, c, h, w = y.shape
        y = y.view(n, self.groups, c // self.groups, h, w).transpose(1, 2).reshape(n, c, h, w)
        y = self.expand(self.depthwise(y))
        return torch.relu(torch.cat([self.pool(x), y], 1) if self.stride == 2 else x + y)


def shufflenet_v1(groups=3, widths=(240, 480, 960), depths=(4, 8, 4)):
    layers, c = [nn.Conv2d(3, 24, 3, 2, 1), nn.BatchNorm2d(24), nn.ReLU(), nn.MaxPool2d(3, 2, 1)], 24
    for width, depth in zip(widths, depths):
        for i in range(depth):
            layers.append(Shuffle(c, width, groups, 2 if i == 0 else 1))
            c = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, 10))


NETWORKS = {
    "alexnet": (narrow_dense("alexnet", 3), 128),
    "alexnet_lrn": (alexnet_lrn, 67),
    "vgg11": (narrow_dense("vgg11", 1), 32),
    "vgg16_bn": (narrow_dense("vgg16_bn", 1), 32),
    "googlenet": (googlenet, 64),
    "googlenet_lrn": (googlenet_lrn, 64),
    "squeezenet1_0": (of_torchvision("squeezenet1_0"), 64),
    "squeezenet1_1": (of_torchvision("squeezenet1_1"), 64),
    "resnet18": (of_torchvision("resnet18"), 64),
    "resnet50": (of_torchvision("resnet50"), 64),
    "resnext50_32x4d": (of_torchvision("resnext50_32x4d"), 64),
    "densenet121": (of_torchvision("densenet121"), 64),
    "shufflenet_v1": (shufflenet_v1, 64),
    "shufflenet_v2_x0_5": (of_torchvision("shufflenet_v2_x0_5"), 64),
    "shufflenet_v2_x1_0": (of_torchvision("shufflenet_v2_x1_0"), 64),
    "mobilenet_v1": (of_timm("mobilenetv1_100"), 64),
    "mobilenet_v2": (of_torchvision("mobilenet_v2"), 64),
    "mobilenet_v3_small": (of_torchvision("mobilenet_v3_small"), 64),
    "mobilenet_v3_large": (of_torchvision("mobilenet_v3_large"), 64),
    "efficientnet_b0": (of_torchvision("efficientnet_b0"), 64),
    "efficientnet_v2_s": (of_torchvision("efficientnet_v2_s"), 64),
    "mnasnet0_5": (of_torchvision("mnasnet0_5"), 64),
    "regnet_x_400mf": (of_torchvision("regnet_x_400mf"), 64),
    "regnet_y_400mf": (of_torchvision("regnet_y_400mf"), 64),
    "convnext_tiny": (of_torchvision("convnext_tiny"), 64),
    "convnext_atto": (of_timm("convnext_atto"), 64),
    "convnextv2_atto": (of_timm("convnextv2_atto"), 64),
    "efficientnet_lite0": (of_timm("efficientnet_lite0"), 64),
}


def measure_statistics(norm, inputs):
    """Those of the images, but for some randomness: activations neither grow nor vanish."""
    variance = inputs[0].var()
    nn.init.normal_(norm.running_mean, 0, 0.1 * variance.sqrt().item())
    nn.init.uniform_(norm.running_var, 0.5, 1.5).mul_(variance)


def settle(model, images):
    """Random weights that keep the size of what passes through."""
    hooks = []
    for m in model.modules():
        if isinstance(m, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(m.weight, nonlinearity="relu")
            if m.bias is not None:
                nn.init.normal_(m.bias, 0, 0.1)
        elif isinstance(m, (nn.BatchNorm2d, nn.LayerNorm)):
            nn.init.uniform_(m.weight, 0.5, 1.5)
            nn.init.normal_(m.bias, 0, 0.1)
            if isinstance(m, nn.BatchNorm2d):
                hooks.append(m.register_forward_pre_hook(measure_statistics))
    for name, parameter in model.named_parameters():  # ConvNeXt's scales begin at 1e-6, v2's at 0
        if name.endswith(("layer_scale", "gamma", "grn.weight", "grn.bias")):
            nn.init.uniform_(parameter, 0.2, 0.8)
    with torch.no_grad():
        model.eval()(images)
    for hook in hooks:
        hook.remove()
    return model
