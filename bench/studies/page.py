"""The studies as Markdown."""
from answer import answer, pays_from, summary


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def section(study, records, rounds, sweeps):
    answers = [answer(ask, records, rounds) for ask in study.asks]
    text = f"## {study.title}\n{study.claim}. {study.note}\n\n**Here: {summary(answers)}.** (`tools/studies {study.name}`)\n\n"
    text += table(["question", "here", "paper", "the finding"],
                  [[a["what"], a["here"], a["paper"], a["verdict"]] for a in answers])
    if study.break_even:
        rows = [[s["problem"], row, points[0]["best"], pays_from(points, row)]
                for s in study.break_even for points in [sweeps[s["problem"]]] for row in s["rows"]]
        text += "\n" + table(["layer", "sparse row", "best dense row", "pays from zeros of"], rows)
    return text + "\n" + stacks(study, records) + "\n"


def stacks(study, records):
    """Each stack with its accuracy and bytes, so that every figure above can be made again."""
    def cells(name):
        r = records[name]
        top1 = "" if r["top1"] is None else f"{r['top1']:.2f}"
        peak = "" if r["peak_bytes"] is None else f"{r['peak_bytes'] / 1e6:.1f}"
        return [name, f"`{study.stacks[name].replace('|', chr(92) + '|')}`", top1, peak]

    return table(["stack", "", "top-1, %", "peak MB"], [cells(name) for name in study.stacks])


def write(file, sections, machine, rounds):
    file.write_text(
        "# The source's findings, asked again\n\n"
        "Made by `make studies`; the questions are `studies/*.toml`. Paper: Turner et al., *Characterising Across-Stack "
        "Optimisations for Deep CNNs*, IISWC 2018; [V] read from the authors' vector figures, [S] printed in their slides; "
        "the numbers before the marks tell figures (1.2 times, 1.3 accuracy, 1.4 memory, 1.5 at equal accuracy, 1.6 GPU). Times are medians of ratios within a round, "
        f"with their bootstrap 95 % interval, of {rounds} rounds in which the stacks take turns; accuracy is of all 10,000 test "
        "images of CIFAR-10; bytes are counted. A finding holds where the whole interval lies on its side.\n\n"
        f"{machine}\n\n" + "\n".join(sections))
