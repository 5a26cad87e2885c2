"""What a study needs measured: records into one store, times in turns, sweeps. A stopped run goes on."""
import json
import subprocess
from pathlib import Path

import turns
from spec import here


class Measured:
    def __init__(self, dlis, folder, rounds):
        self.dlis, self.folder, self.rounds = dlis, Path(folder), rounds
        self.folder.mkdir(parents=True, exist_ok=True)

    def kept(self, name, measure):
        file = self.folder / f"{name}.json"
        if not file.exists():
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

    def rounds_of(self, study):
        """Times of the study's timed stacks, a round each; rounds beside a slowed core are dropped."""
        return self.kept(f"{study.name}_turns", lambda: self.take_turns(study)) if study.timed() else []

    def take_turns(self, study):
        def candidate(name, line, seconds):
            each = turns.Candidate(name, [self.dlis, "bench", "--stack", here(line), "--turns", "--seconds", seconds])
            each.turn()
            return each

        watch = candidate("watch", "data/resnet20_cifar10.onnx | none | auto | auto | cpu:1", "0.001")
        candidates = [candidate(name, study.stacks[name], "0.1") for name in study.timed()]
        try:
            rounds, _ = turns.kept(turns.measure(candidates, [watch], self.rounds))
        finally:
            for each in [watch, *candidates]:
                each.close()
        return rounds

    def sweeps(self, study):
        """The points of each break-even sweep of the study."""
        def sweep(problem):
            return self.lines("bench", problem, "--break-even", "--rounds", "4", "--seconds", "0.05")

        return self.kept(f"{study.name}_sweeps", lambda: {s["problem"]: sweep(s["problem"]) for s in study.break_even})
