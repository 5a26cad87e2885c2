"""Adds to the corpus what was found and reaches more, smallest first, as far as there is room."""
import os
import shutil
import subprocess
import tempfile

from campaign import targets_in


def size_of(folder):
    return sum(os.path.getsize(os.path.join(at, f)) for at, _, files in os.walk(folder) for f in files)


def grow(args):
    targets = args.targets or targets_in(args.binaries)
    room = (args.most - size_of(args.corpus)) // len(targets)
    for target in targets:
        kept, found = os.path.join(args.corpus, target), os.path.join(args.found, target, "corpus")
        if not os.path.isdir(found) or os.path.islink(kept):
            continue
        os.makedirs(kept, exist_ok=True)
        with tempfile.TemporaryDirectory() as merged:
            for file in os.listdir(kept):
                shutil.copy(os.path.join(kept, file), merged)
            subprocess.run([os.path.join(args.binaries, target + "_fuzz"), "-merge=1", merged, kept, found],
                           check=True, capture_output=True)
            new = sorted(set(os.listdir(merged)) - set(os.listdir(kept)),
                         key=lambda f: os.path.getsize(os.path.join(merged, f)))
            left, added = room, 0
            for file in new:
                left -= os.path.getsize(os.path.join(merged, file))
                if left < 0:
                    break
                shutil.copy(os.path.join(merged, file), kept)
                added += 1
        print(f"{target}: {added} of {len(new)} inputs")
