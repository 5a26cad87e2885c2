"""Answers a study's questions from what was measured; every word depends on the figures."""
import math

import turns

MORE_IS_BETTER = {"top1"}


def shown(field, value):
    if value is None:
        return "not measured"
    if field.endswith("_bytes"):
        return f"{value / 1e6:.1f} MB"
    return f"{value:.2f} %" if field == "top1" else f"{value:.3f} ms"


def verdict(low, high, none):
    """Of an interval that the finding says lies above `none`."""
    return "holds" if low > none else "does not hold" if high < none else "no difference"


def of_times(ask, records, rounds):
    ratio = turns.ratio(rounds, ask["more"], ask["less"])
    text = "{:.2f} times [{:.2f}, {:.2f}]".format(*ratio)
    return text, verdict(ratio[1], ratio[2], 1)


def of_accuracy(ask, records, rounds):
    """The difference of two proportions with its 95 % interval, taken as independent."""
    less, more = records[ask["less"]], records[ask["more"]]
    variance = sum(r["top1"] * (100 - r["top1"]) / r["images"] for r in (less, more))
    difference, half = more["top1"] - less["top1"], 1.96 * math.sqrt(variance)
    text = f"{difference:+.2f} points [{difference - half:+.2f}, {difference + half:+.2f}]"
    return text, verdict(difference - half, difference + half, 0)


def of_counts(ask, records, rounds):
    ratio = records[ask["more"]][ask["field"]] / records[ask["less"]][ask["field"]]
    return f"{ratio:.2f} times", verdict(ratio, ratio, 1)


def middle(name, field, records, rounds):
    if field == "median_ms" and rounds:
        return sorted(r["ms"][name] for r in rounds)[len(rounds) // 2]
    return records[name][field]


def answer(ask, records, rounds):
    """{"what", "here", "paper", "verdict"} of one question."""
    paper, field = ask.get("paper"), ask["field"]
    cell = {"what": ask["what"], "paper": "", "verdict": ""}
    names = [ask["stack"]] if "stack" in ask else [ask["less"], ask["more"]]
    refused = [records[name]["refused"] for name in names if records[name]["refused"]]
    if refused:
        return cell | {"here": f"refused: {refused[0]}"}
    if "stack" in ask:
        if paper:
            cell["paper"] = f"{paper['stack']} ({paper['where']})"
        return cell | {"here": shown(field, middle(ask["stack"], field, records, rounds))}
    if paper:
        cell["paper"] = f"{paper['less']} and {paper['more']} ({paper['where']})"
    how = of_times if field == "median_ms" else of_accuracy if field in MORE_IS_BETTER else of_counts
    text, cell["verdict"] = how(ask, records, rounds)
    both = " and ".join(shown(field, middle(name, field, records, rounds)) for name in names)
    return cell | {"here": f"{text}: {both}"}


def pays_from(points, row):
    """'85 %': the share of zeros from which a row beats the best dense one; 'never' within the sweep."""
    density = next((p["pays_from"] for p in points if p["row"] == row), None)
    return f"{1 - density:.0%}" if density else "never"


def summary(answers):
    """How many of the finding's claims hold."""
    told = [a["verdict"] for a in answers if a["verdict"]]
    counts = {v: told.count(v) for v in ("holds", "does not hold", "no difference") if v in told}
    return ", ".join(f"{v} {n} of {len(told)} times" for v, n in counts.items()) or "no claim to judge"
