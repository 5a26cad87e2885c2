"""What is asked of dlis beside the fastest other engine: each bar met or not, computed from the cells."""
import turns
from networks import NETWORKS

F32 = {"vgg16@224": 1.2, "resnet18@224": 1.2, "resnet50@224": 1.15, "vgg16": 1.3, "resnet18": 1.5,
       "mobilenet_v1@224": 1.05, "mobilenet_v2@224": 1.05, "mobilenet_v1": 1.05}
WITHIN = 0.05  # of the sum of the layers' rooflines is enough where that sum was asked for
SCALING = 0.95


def better(record, engine, number_type):
    """The engine's candidate, with the OpenMP waiting that was faster; None where it was refused."""
    return min((n for n, c in record["candidates"].items()
                if c["engine"] == engine and c["type"] == number_type and n in record["rounds"][0]["ms"]),
               key=lambda n: middle(record, n), default=None)


def middle(record, name):
    return turns.statistics.median(r["ms"][name] for r in turns.kept(record["rounds"])[0])


def fastest_other(record, types):
    return min((n for n, c in record["candidates"].items()
                if c["engine"] != "dlis" and c["type"] in types and n in record["rounds"][0]["ms"]),
               key=lambda n: middle(record, n), default=None)


def refusal(record, engine, number_type):
    found = [c.get("refused") for c in record["candidates"].values()
             if c["engine"] == engine and c["type"] == number_type]
    return found[0] if found else "not measured"


def verdicts(records):
    """Lines (what, threads, best, ratio, bar, verdict) of every bar whose cell was measured."""
    for what, number_type, bars in (("f32", "f32", F32), ("int8", "int8", dict.fromkeys(NETWORKS, 1.0)),
                                    ("bf16", "bf16", dict.fromkeys(NETWORKS, 1.0))):
        for network, bar in bars.items():
            for record in cells_of(records, network, "int8" if what == "int8" else "float"):
                others = {"f32": ["f32"], "int8": ["int8"], "bf16": ["f32", "bf16"]}[what]
                best = fastest_other(record, others)
                yield verdict(record, f"{network}, {what}", best, better(record, "dlis", number_type), bar,
                              refusal(record, "dlis", number_type))
                if what == "bf16":
                    yield verdict(record, f"{network}, bf16 never slower than our f32", better(record, "dlis", "f32"),
                                  better(record, "dlis", "bf16"), None, refusal(record, "dlis", "bf16"))
    for network in NETWORKS:
        for record in cells_of(records, network, "scaling"):
            yield scaling(record)


def cells_of(records, network, kind):
    return [r for r in records if r["cell"].split("/")[:2] == [network, kind] and turns.kept(r["rounds"])[0]]


def verdict(record, what, best, ours, bar, reason):
    threads = record["cell"].split("/")[2]
    asked = "not slower" if bar is None else f"{bar:.2f}"
    if not best or not ours:
        return [what, threads, best or "-", "-", asked, f"not met: {reason if not ours else 'no other engine'}"]
    value, low, high = turns.ratio(turns.kept(record["rounds"])[0], best, ours)
    met = high >= 1 if bar is None else low >= bar
    if record.get("limit_ms") and what.endswith("f32") and bar:
        share = middle(record, ours) / record["limit_ms"]
        met = met or share <= 1 + WITHIN
        asked += f", or {record['limit_ms']:.2f} ms: {share:.2f} times this"
    return [what, threads, best, f"{value:.3f} ({low:.3f} to {high:.3f})", asked, "met" if met else "**not met**"]


def scaling(record):
    network, _, threads = record["cell"].split("/")
    rounds, (one, many) = turns.kept(record["rounds"])
    value, low, high = [v * one / many for v in turns.ratio(rounds, "1 thread", f"{threads} threads")]
    return [f"{network}, share of the scaling that the ceilings allow ({many / one:.2f})", threads, "-",
            f"{value:.3f} ({low:.3f} to {high:.3f})", f"{SCALING:.2f}", "met" if low >= SCALING else "**not met**"]
