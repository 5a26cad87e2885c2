"""dlis: which network, compression, weight format, algorithm and device run best together.

    import dlis
    net = dlis.load("resnet20_cifar10.onnx")            # or .onnx.gz, .dlis, "vgg16@224"
    y = net.run(x)                                      # numpy, float32, N x C x H x W
    plan = net.plan(format="csr", threads=2)            # the other layers' choices; plan.run(x)
    small = dlis.compress(net, "channel_prune:macs=0.5", data="cifar10:DIR")
    small.save("small.onnx")
    records = dlis.explore("net.onnx", compress=["none", "weight_prune:zeros=0.5"],
                           format=["dense", "csr"], data="cifar10:DIR", output="run.db")
    dlis.report("run.db").save("report.html")

What fails raises dlis.Error with the sentence that the `dlis` command prints.
"""
from . import _dlis
from ._dlis import Error
from ._exploring import Records, Report, explore, records, report
from ._network import Network, Plan, Value, compress, load

__version__: str = _dlis.version
__all__ = ["Error", "Network", "Plan", "Records", "Report", "Value", "__version__", "compress",
           "devices", "explore", "load", "records", "report", "rows"]


def rows(layer=""):
    """Every choice of a layer (model, compress, format, compute, schedule, device; all where it is
    empty): dicts of layer, name, parameters and summary."""
    return _dlis.rows(layer)


def devices():
    """The devices of layer 5: dicts of name, available, and about, which says what it is or why it
    is not here."""
    return _dlis.devices()
