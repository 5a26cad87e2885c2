#!/usr/bin/env python3
"""Runs every command of docs/tutorial.md, as a reader would, in a home folder of its own.

    tutorial_check.py      needs build/release/dlis, and build/arm64 with dlis-run and libdlis_device.a

The board is a folder: `scp` copies into it and wraps programs for 64-bit ARM into calls of QEMU, `ssh`
runs a line there, and --target names dlis-run under QEMU. Exit status 77 (skipped) where there is no
build for ARM or no QEMU.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNNER = ROOT / "build/arm64/dlis-run"
SSH = """#!/bin/sh
[ "$1" = board ] || { echo "ssh: there is no host $1" >&2; exit 255; }
cd "$BOARD" && exec sh -c "$2"
"""
SCP = """#!/bin/sh
set -e
[ "$1" != -r ] || shift
for last; do :; done
case $last in board:*) to=$BOARD/${last#board:} ;; *) to=$last ;; esac
while [ $# -gt 1 ]; do
  case $1 in board:*) cp -r "$BOARD/${1#board:}" "$to" ;; *) cp -r "$1" "$to" ;; esac
  shift
done
[ "$to" != "$last" ] || exit 0
find "$BOARD" -type f -perm -u+x ! -name '*.aarch64' | while read -r file; do
  [ "$(od -An -tx1 -j18 -N1 "$file")" = " b7" ] || continue  # the machine in its ELF header
  mv "$file" "$file.aarch64"
  printf '#!/bin/sh\\nexec qemu-aarch64 "%s.aarch64" "$@"\\n' "$file" >"$file"
  chmod +x "$file"
done
"""


def commands():
    blocks = re.findall(r"^```\n(.*?)^```$", (ROOT / "docs/tutorial.md").read_text(), re.M | re.S)
    text = "\n".join(blocks)
    target = f"--target 'local:qemu-aarch64 {RUNNER}'"
    if text.count("--target ssh:board") < 1:
        sys.exit("FAILED: the tutorial measures on no board")
    return text.replace("--target ssh:board", target)


def main():
    if not RUNNER.exists() or not shutil.which("qemu-aarch64"):
        print(f"SKIPPED, NOTHING IS CHECKED: there is no {RUNNER}, or no qemu-aarch64")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as name:
        home = pathlib.Path(name)
        for program, text in {"ssh": SSH, "scp": SCP}.items():
            file = home / "bin" / program
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
            file.chmod(0o755)
        (home / "board").mkdir()
        environment = dict(os.environ, HOME=name, BOARD=str(home / "board"),
                           XDG_CACHE_HOME=str(home / "cache"),
                           PATH=f"{home / 'bin'}:{os.environ['PATH']}")
        done = subprocess.run(["bash", "-euxo", "pipefail", "-c", commands()], cwd=ROOT, text=True,
                              env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        differences = re.findall(r"largest difference (\S+),", done.stdout)
        if done.returncode != 0 or len(differences) != 2:
            sys.exit(f"{done.stdout}\nFAILED: status {done.returncode}, examples {differences}")
        print(f"the tutorial's commands run; on the board outputs differ by {differences}")


main()
