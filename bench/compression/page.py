"""The page docs/results/compression.md."""
import math

from bars import bar_of
from winners import section

HEAD = """# Compression with retraining

CIFAR-10, top-1 in percent over all 10,000 test images, measured on the plan by
`DLIS_DATA=... tools/results_compression`; `dlis accuracy FILE --data cifar10:$DLIS_DATA/cifar10` repeats
a row (+-: half of its 95 % interval). *before* is the trained network, *surgery* the technique alone in
one shot (channels by their l1 norm; BatchNormalization of 512 training images), *after* the file that the recipe makes. Each row is one run of
`dlis compress --recipe recipes/NAME.txt -o NAME.onnx.gz`. Retraining saw the first 45,000 training images,
with the network before compression as its teacher, on NVIDIA H200 cards with five or six runs each at
the same time (2 to 20 minutes a run); its last epoch counts. Nothing was chosen on test images: of two
schedules the one with the lower loss on the held-out images (`split=heldout`) stands here. Rows `_dense`
are the uncompressed networks given about the same epochs and the teacher.

"""


def interval(top1, images=10000):
    return 1.96 * math.sqrt(top1 * (100 - top1) / images)


def number(value):
    return "" if value is None else f"{value:.2f}"


def line(row):
    small, dense, bar = row["small"], row["dense"], row.get("bar")
    met = "" if bar is None else "met" if small["top1"] >= bar - 1e-9 else "missed"
    surgery = row.get("surgery")
    cells = [
        row["name"],
        number(dense["top1"]),
        number(surgery["top1"] if surgery else None),
        f"{small['top1']:.2f} +-{interval(small['top1']):.2f}",
        number(bar),
        met,
        f"{small['macs'] / dense['macs']:.3f}",
        f"{small['parameters'] / dense['parameters']:.3f}",
        f"{1 - small['density']:.3f}",
        f"{small['file_bytes'] / 1e6:.2f}",
    ]
    return "| " + " | ".join(cells) + " |"


def kept(file, name, dense):
    """What the page has of a network whose file is not here; None: nothing."""
    for text in file.read_text().splitlines() if file.exists() else []:
        cells = [cell.strip() for cell in text.strip("|").split("|")]
        if cells[0] != name or len(cells) != 10:
            continue
        share = {"macs": float(cells[6]) * dense["macs"], "density": 1 - float(cells[8]),
                 "parameters": float(cells[7]) * dense["parameters"]}
        small = {"top1": float(cells[3].split()[0]), "file_bytes": float(cells[9]) * 1e6}
        return share | small
    return None


def write(file, rows):
    for row in rows:
        row["bar"] = bar_of(row)
    text = HEAD
    text += "| recipe | before | surgery | after | bar | | MACs | parameters | zeros | file MB |\n"
    text += "|---|---|---|---|---|---|---|---|---|---|\n"
    text += "\n".join(line(row) for row in rows) + "\n\n"
    bars = [row for row in rows if row["bar"] is not None]
    met = sum(row["small"]["top1"] >= row["bar"] - 1e-9 for row in bars)
    text += f"{met} of {len(bars)} bars are met. MACs and parameters are shares of the dense network's, "
    text += "zeros counted; zeros a share of the weights of convolutions and dense layers; a file is "
    text += "packed (gz).\n\n"
    seen = [row["small"] for row in rows if "machine" in row["small"]]
    text += f"Machine: {seen[0]['machine']}; dlis {seen[0]['commit']}.\n"
    old = [row["name"] for row in rows if "machine" not in row["small"]]
    if old:
        text += f"As an earlier run of the page left them: {', '.join(old)}.\n"
    text += "\n" + section(rows)
    notes = file.with_name("compression_notes.md")
    if notes.exists():
        text += "\n" + notes.read_text()
    file.write_text(text)
