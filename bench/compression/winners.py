"""Which technique wins for each network, beside what the source paper reads."""

# Recipes by network and technique; a network without a recipe for one has an empty cell.
CHOSEN = {
    "vgg16": {"weights": "weight_prune_zeros90", "channels": "channel_prune_macs67"},
    "resnet18": {"weights": "weight_prune_zeros90", "channels": "channel_prune_macs70"},
    "mobilenet_v1": {"weights": "weight_prune_zeros90", "channels": "channel_prune_macs78"},
    "resnet56": {"weights": "weight_prune_zeros90", "channels": "channel_prune_macs52"},
    "resnet20": {"weights": "weight_prune_zeros90", "channels": "channel_prune_macs50"},
}
EVERYWHERE = {"int8": "qat_int8", "ternary": "ternarise"}
TECHNIQUES = ["weights", "channels", "int8", "ternary"]
# Radu et al., read off its accuracy plots, each series with its own baseline: 90 % zeros; about as many
# parameters removed as here; the best threshold of trained ternary quantisation.
PAPER = {
    "vgg16": {"none": 91.37, "weights": 87.95, "channels": 89.83, "ternary": 92.53},
    "resnet18": {"none": 94.40, "weights": 91.00, "channels": 93.52, "ternary": 92.92},
    "mobilenet_v1": {"none": 91.48, "weights": 82.46, "channels": 88.91, "ternary": 78.37},
}


def cell(small):
    return f"{small['top1']:.2f} ({small['file_bytes'] / 1e6:.2f} MB)" if small else ""


def verdict(network, made, dense):
    best = max(made, key=lambda technique: made[technique]["top1"])
    least = min(made, key=lambda technique: made[technique]["file_bytes"])
    return (f"{network}: {best} in accuracy ({made[best]['top1'] - dense['top1']:+.2f} points), "
            f"{least} in bytes ({made[least]['file_bytes'] / dense['file_bytes']:.1%} of the file)")


def section(rows):
    by_name = {row["name"]: row for row in rows}
    text = "## Which technique wins\n"
    text += "Top-1 and packed file. *paper*: the source paper's figures, its own networks and baselines.\n\n"
    text += "| network | none | " + " | ".join(TECHNIQUES) + " |\n" + "|---" * 6 + "|\n"
    verdicts = []
    for network, chosen in CHOSEN.items():
        names = {t: f"{network}_{suffix}" for t, suffix in (chosen | EVERYWHERE).items()}
        made = {t: by_name[name]["small"] for t, name in names.items() if name in by_name}
        dense = by_name[f"{network}_dense"]["dense"]
        cells = [cell(dense)] + [cell(made.get(t)) for t in TECHNIQUES]
        text += f"| {network} | " + " | ".join(cells) + " |\n"
        if network in PAPER:
            paper = [PAPER[network].get(t) for t in ["none"] + TECHNIQUES]
            text += "| paper | " + " | ".join(f"{p:.2f}" if p else "" for p in paper) + " |\n"
        verdicts.append(verdict(network, made, dense))
    return text + "\n" + "\n".join(f"* {line}." for line in verdicts) + "\n"
