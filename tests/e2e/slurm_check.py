#!/usr/bin/env python3
"""Explores on a real Slurm of this machine while its nodes, tasks and the explorer are killed.

    slurm_check.py DLIS [--moments N] [--seed S] [--keep]

Starts slurmctld and three slurmd in a temporary folder. Each round explores twenty stacks (eight
where N is 1) with `--executor slurm`; at random moments the explorer, tasks and whole nodes are
killed with SIGKILL, until each kind was hit N times (1). The store must then hold what a local run's
holds: every stack once, the same accuracy, the same refusals. Exit status 77 where there is no Slurm.
"""
import argparse
import ctypes
import getpass
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
NODES = ["n1", "n2", "n3"]
PROGRAMS = ["slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "sinfo"]
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
SCHEDULES = ["static", "dynamic", "guided", "weighted", "stealing"]
FORMATS = ["dense", "bf16", "int8", "csr"]  # the last is refused
DEATHS = 4  # of a kind in a round
PATIENCE = 300  # seconds that a round may take

CONFIG = """
ClusterName=dlis
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/none
AuthInfo=cred_expire=5
CredType=cred/none
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/%n.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
ReturnToService=2
SlurmdTimeout=5
BatchStartTimeout=1
KillWait=1
PartitionName=all Nodes=ALL Default=YES State=UP MaxTime=INFINITE
"""


def children_of(root):
    """All living descendants of a process, from /proc."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if fields[0] != "Z":
                parents[int(entry.name)] = int(fields[1])
    found, front = [], {root}
    while front:
        front = {pid for pid, parent in parents.items() if parent in front}
        found += front
    return found


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def kill_below(root):
    """Until none is left: a process may start another one between the look and the kill."""
    while pids := children_of(root):
        for pid in pids:
            kill(pid)
        time.sleep(0.01)


def reap():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def is_task(pid):
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return len(words) > 1 and words[0].endswith(b"dlis") and words[1] == b"evaluate"


def adopt_orphans():
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def be_a_node(name):
    """Adopts whatever slurmd leaves behind, so that the node can be killed as a whole."""
    adopt_orphans()
    signal.signal(signal.SIGTERM, lambda *_: (kill_below(os.getpid()), os._exit(0)))
    subprocess.Popen(["slurmd", "-D", "-N", name])
    while True:
        try:
            os.wait()
        except ChildProcessError:
            time.sleep(0.05)


class Cluster:
    def __init__(self, folder):
        self.folder = folder
        for part in ["state", *(f"spool/{name}" for name in NODES)]:
            (folder / part).mkdir(parents=True)
        held = [socket.create_server(("127.0.0.1", 0)) for _ in range(1 + len(NODES))]
        ports = [s.getsockname()[1] for s in held]
        for s in held:
            s.close()
        host = socket.gethostname().split(".")[0]
        text = CONFIG.format(host=host, ports=ports, folder=folder, user=getpass.getuser())
        for name, port in zip(NODES, ports[1:]):
            text += (f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=1 "
                     "RealMemory=100\n")
        (folder / "slurm.conf").write_text(text)
        os.environ["SLURM_CONF"] = str(folder / "slurm.conf")
        self.log = open(folder / "daemons.log", "w")
        self.controller = self.start(["slurmctld", "-D"])
        self.nodes = {}
        for name in NODES:
            self.start_node(name)

    def start(self, command):
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
                                preexec_fn=die_with_parent)

    def start_node(self, name):
        self.nodes[name] = self.start([sys.executable, __file__, "--node", name])

    def kill_node(self, name):
        node = self.nodes.pop(name)
        os.kill(node.pid, signal.SIGSTOP)  # its slurmd is not to be replaced while it dies
        kill_below(node.pid)
        node.kill()
        node.wait()

    def tasks(self):
        """Running `dlis evaluate`: pairs of node and process."""
        return [(name, pid) for name, node in self.nodes.items()
                for pid in children_of(node.pid) if is_task(pid)]

    def stir(self):
        """Any change of a partition makes the scheduler look again before its minute is over."""
        subprocess.run(["scontrol", "update", "PartitionName=all", "State=UP"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def is_up(self):
        answer = subprocess.run(["sinfo", "--noheader", "--Node", "--format=%T"],
                                capture_output=True, text=True)
        return answer.stdout.split().count("idle") == len(NODES)

    def end(self):
        for name in list(self.nodes):
            self.kill_node(name)
        kill_below(self.controller.pid)
        self.controller.kill()
        self.controller.wait()
        kill_below(os.getpid())
        reap()
        self.log.close()


class Round:
    """One exploration, disturbed by some deaths of each kind."""

    def __init__(self, command, deaths, folder, cluster, dice):
        self.command, self.deaths = command, deaths
        self.folder, self.cluster, self.dice = folder, cluster, dice
        self.store = folder / "run.db"
        self.hits = dict.fromkeys(["explorer", "task", "node"], 0)
        self.down = {}  # node to when it comes back
        self.explorer = None

    def start(self):
        log = open(self.folder / "explorer.log", "a")
        self.explorer = subprocess.Popen(
            self.command + ["-o", str(self.store), "--executor", "slurm", "--slurm", "time=5",
                            "--poll", "1", "--patience", "2", "--attempts", "9"],
            cwd=SOURCE, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()

    def strike(self, kind):
        """False: there is nothing to kill at this moment."""
        if kind == "explorer":
            if self.explorer.poll() is not None:
                return False
            self.explorer.kill()
            self.explorer.wait()
            self.start()
        else:
            tasks = self.cluster.tasks()
            if not tasks:
                return False
            name, pid = self.dice.choice(tasks)
            if kind == "task":
                kill(pid)
            else:
                self.cluster.kill_node(name)
                self.down[name] = time.monotonic() + self.dice.uniform(0, 8)
        self.hits[kind] += 1
        return True

    def run(self):
        began = stirred = time.monotonic()
        due = [(kind, began + self.dice.uniform(0.3, 3 + 2 * self.deaths))
               for kind in self.hits for _ in range(self.deaths)]
        self.start()
        while self.explorer.poll() is None:
            now = time.monotonic()
            if now - began > PATIENCE:
                raise RuntimeError("the exploration does not end")
            due = [(kind, moment) for kind, moment in due
                   if moment > now or not self.strike(kind)]
            self.raise_dead(now)
            if now >= stirred + 1:
                self.cluster.stir()
                stirred = now
            time.sleep(0.02)
        self.raise_dead(now + PATIENCE)
        if self.explorer.returncode != 0:
            raise RuntimeError(f"the explorer failed with status {self.explorer.returncode}")
        return time.monotonic() - began

    def raise_dead(self, now):
        for name in [name for name, moment in self.down.items() if moment <= now]:
            self.cluster.start_node(name)
            del self.down[name]


def explore(dlis, schedules):
    return [dlis, "explore", "data/resnet20_cifar10.onnx", "--format", ",".join(FORMATS),
            "--compute", "indirect_gemm", "--schedule", ",".join(schedules), "--seconds", "1",
            "--data", "cifar10:data/cifar10?limit=20"]


def table(store):
    """Every record, doubled ones as well; but for times, which differ."""
    with sqlite3.connect(store) as database:
        return database.execute(
            "SELECT stack, top1, refused FROM records ORDER BY stack").fetchall()


def skip(reason):
    print(f"SKIPPED: {reason}: nothing was checked; `tools/setup ci` installs Slurm")
    sys.exit(77)


def wait_for(cluster):
    for _ in range(150):
        if cluster.is_up():
            return
        if cluster.controller.poll() is not None:
            break
        time.sleep(0.2)
    print((cluster.folder / "daemons.log").read_text()[-2000:])
    skip("this machine's Slurm does not start")


def check(options, folder):
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    schedules = SCHEDULES if options.moments > 1 else SCHEDULES[:2]
    command = explore(options.dlis, schedules)
    subprocess.run(command + ["-o", str(folder / "local.db")], cwd=SOURCE, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    expected = table(folder / "local.db")
    assert len(expected) == len(FORMATS) * len(schedules), expected
    assert sum(bool(refused) for _, _, refused in expected) == len(schedules), expected
    cluster = Cluster(folder / "slurm")
    try:
        wait_for(cluster)
        disturb(command, expected, options, cluster, folder)
    finally:
        cluster.end()


def disturb(command, expected, options, cluster, folder):
    dice = random.Random(options.seed)
    hits, rounds = dict.fromkeys(["explorer", "task", "node"], 0), 0
    while min(hits.values()) < options.moments and rounds < 2 + options.moments:
        rounds += 1
        place = folder / f"round{rounds}"
        place.mkdir()
        disturbed = Round(command, min(DEATHS, options.moments), place, cluster, dice)
        seconds = disturbed.run()
        hits = {kind: hits[kind] + disturbed.hits[kind] for kind in hits}
        print(f"round {rounds}: {seconds:.1f} s, killed {disturbed.hits}", flush=True)
        if (found := table(disturbed.store)) != expected:
            raise RuntimeError(f"the store differs:\n{found}\nin place of\n{expected}")
    print(f"{rounds} explorations, killed {hits}: the same records as a local run's")
    if min(hits.values()) < options.moments:
        raise RuntimeError("too few were killed: the tasks are too short")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dlis", nargs="?")
    parser.add_argument("--moments", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="the folder, to look at")
    parser.add_argument("--node", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.node:
        be_a_node(options.node)
    adopt_orphans()
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if missing:
        skip(f"there is no {', '.join(missing)}")
    options.dlis = str(Path(options.dlis).resolve())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = Path(tempfile.mkdtemp(prefix="dlis_slurm_"))
    try:
        check(options, folder)
    except RuntimeError as error:
        options.keep = True
        print(f"FAILED: {error}; see {folder}")
        sys.exit(1)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


main()
