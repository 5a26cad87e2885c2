"""A study's file: the stacks by name, the questions, the break-even sweeps."""
import os
import tomllib
from pathlib import Path

CIFAR10 = "cifar10:$DLIS_DATA/cifar10?split=test"


class Study:
    def __init__(self, file):
        self.name = Path(file).stem
        text = tomllib.loads(Path(file).read_text())
        self.title, self.claim, self.note = text["title"], text["claim"], text.get("note", "")
        self.data = text.get("data", CIFAR10)
        self.stacks = {name: whole(line) for name, line in text["stacks"].items()}
        self.asks = text.get("ask", [])
        self.break_even = text.get("break_even", [])
        self.check(file)

    def check(self, file):
        for ask in self.asks:
            for key in ("less", "more", "stack"):
                if key in ask and ask[key] not in self.stacks:
                    raise SystemExit(f"{file}: '{ask[key]}' is no stack of this study; name one of [stacks]")
            if ("stack" in ask) == ("less" in ask and "more" in ask):
                raise SystemExit(f"{file}: '{ask['what']}' needs either less and more, or stack")

    def timed(self):
        """Names of the stacks that take turns."""
        return sorted({ask[k] for ask in self.asks if ask["field"] == "median_ms" for k in ("less", "more", "stack") if k in ask})


def whole(line):
    """As records write it: a technique's parameters are sorted, the schedule is stated."""
    fields = [field.strip() for field in line.split("|")]
    techniques = [technique.split(":") for technique in fields[1].split(" + ")]
    fields[1] = " + ".join(":".join([name, *sorted(parameters)]) for name, *parameters in techniques)
    if "/" not in fields[3]:
        fields[3] += "/static"
    return " | ".join(fields)


def here(text):
    """With the data's folder in place of its name."""
    if "$DLIS_DATA" in text and "DLIS_DATA" not in os.environ:
        raise SystemExit("DLIS_DATA is not set: let it name the folder with CIFAR-10 and the trained networks")
    return os.path.expandvars(text)
