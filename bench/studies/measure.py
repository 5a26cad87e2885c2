"""What a study needs measured: records into one store, times in turns, sweeps. A stopped run goes on."""
import json
import subprocess
from pathlib import Path

import turns
from spec import here


class Measured:
    def __init__(self, dlis, folder, rounds):
        self.dlis, self.folder, self.rounds = dlis, Path(folder), rounds
        self.dropped = 0
        self.folder.mkdir(parents=True, exist_ok=True)

    def kept(self, name, measure, fits):
        """What lies there and fits, or is measured now."""
        file = self.folder / f"{name}.json"
        if not file.exists() or not fits(json.loads(file.read_text())):
            answer = measure()
            file.with_suffix(".part").write_text(json.dumps(answer, indent=1))
            file.with_suffix(".part").rename(file)
        return json.loads(file.read_text())

    def lines(self, *command):
        out = subprocess.run([self.dlis, *command, "--json"], stdout=subprocess.PIPE, text=True)
        if out.returncode:
            raise SystemExit(out.returncode)
        return [json.loads(line) for line in out.stdout.splitlines()]

    def records(self, study):
        """The record of each of the study's stacks, by name; all lie in one store."""
        stacks = [x for line in study.stacks.values() for x in ("--stack", here(line))]
        data = ["--data", here(study.data)] if study.data else []
        found = self.lines("explore", *stacks, *data, "-o", str(self.folder / "studies.db"))
        by_line = {record["stack"]: record for record in found if bool(study.data) == (record["top1"] is not None)
                   or record["refused"]}
        return {name: by_line[here(line)] for name, line in study.stacks.items()}

    def rounds_of(self, study, records):
        """Times of the study's timed stacks that ran, a round each; rounds beside a slowed core are dropped,
        and counted in self.dropped. They are of this build and of these stacks, or measured again."""
        names = [name for name in study.timed() if not records[name]["refused"]]
        if not names:
            return []
        of = [records[names[0]]["commit"], [study.stacks[name] for name in names], self.rounds]
        kept = self.kept(f"{study.name}_turns", lambda: {"of": of, **self.take_turns(study, names)},
                         lambda answer: isinstance(answer, dict) and answer["of"] == of)
        self.dropped += kept["dropped"]
        return kept["rounds"]

    def take_turns(self, study, names):
        def candidate(name, line, seconds):
            each = turns.Candidate(name, [self.dlis, "bench", "--stack", here(line), "--turns", "--seconds", seconds])
            each.turn()
            return each

        watch = candidate("watch", "data/resnet20_cifar10.onnx | none | auto | auto | cpu:1", "0.001")
        candidates = [candidate(name, study.stacks[name], "0.1") for name in names]
        try:
            measured = turns.measure(candidates, [watch], self.rounds)
        finally:
            for each in [watch, *candidates]:
                each.close()
        rounds, _ = turns.kept(measured)
        return {"dropped": len(measured) - len(rounds), "rounds": rounds}

    def sweeps(self, study, records):
        """The points of each break-even sweep of the study."""
        def sweep(problem):
            return self.lines("bench", problem, "--break-even", "--rounds", "4", "--seconds", "0.05")

        of = [next(iter(records.values()))["commit"], [s["problem"] for s in study.break_even]]
        return self.kept(f"{study.name}_sweeps",
                         lambda: {"of": of, "points": {s["problem"]: sweep(s["problem"]) for s in study.break_even}},
                         lambda answer: answer.get("of") == of)["points"]
