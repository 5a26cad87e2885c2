"""Which lines of the loaders' own files their committed corpora execute: clang's source-based coverage.

A loader's files and its fuzz target are compiled with counters; the rest comes from the release build's
libraries, so that this takes minutes.
"""
import concurrent.futures
import csv
import glob
import json
import os
import shlex
import subprocess

from covered_lines import counts_of_lines, lines_that_run

ONNX = ["attribute_proto", "branch", "external_data", "functions", "gzip", "import", "input_shapes", "node_order",
        "reader", "support", "tensor_proto"]
# What a network says is looked at by its operators as well, whichever file it came from.
NETWORK = ["dlis/model/op.cpp", "dlis/model/ops/*.cpp"]
JSON = "dlis/runtime/json.h"
# A library that is compiled with its user. Of its functions those count that run: most are never called.
STB = "stb/stb_image.h"
# The files of each loader: where bytes that others wrote are looked at. Headers count with what includes them.
LOADERS = {
    "onnx": ["dlis/model/onnx/%s.cpp" % f for f in ONNX] + NETWORK + ["dlis/model/passes/fold_quantisation.cpp"],
    "tensor": ["dlis/model/onnx/tensor_proto.cpp"],
    "dlis": ["dlis/runtime/file_read.cpp", "dlis/runtime/file_header.h", "dlis/model/validate.cpp"],
    "session": ["dlis/runtime/packed.cpp"],
    "stack": ["dlis/explore/stack.cpp", "dlis/compress/choice.cpp", "dlis/compute/parallel/schedule.cpp",
              "dlis/data/preprocessing.cpp"],
    "npy": ["dlis/format/npy.cpp"],
    "image": ["dlis/data/image.cpp", STB],
    "plan": ["dlis/runtime/choices_file.cpp", JSON],
    "job": ["app/device/parse_job.cpp", "dlis/runtime/tune.cpp", "dlis/base/text.cpp"],
    "record": ["dlis/explore/record.cpp", "dlis/explore/record_file.cpp", "dlis/explore/layers.cpp", JSON],
    "recipe": ["dlis/explore/recipe.cpp", "dlis/compress/settings.cpp"],
}
LIBRARIES = ["explore", "compress", "runtime", "compute", "model_onnx", "model_zoo", "model", "data", "hardware",
             "format", "base"]
LINKED = "-lonnx_proto -lprotobuf -lz -lfmt -lSQLiteCpp -lsqlite3 -lOpenCL -ldnnl -ldl -lgomp -lpthread"
FIELDS = ["target", "file", "lines", "covered"]
NINJA = """
builddir = {out}
rule compile
  command = clang++-14 $flags -w -fprofile-instr-generate -fcoverage-mapping -MMD -MF $out.d -c $in -o $out
  depfile = $out.d
  deps = gcc
rule link
  command = clang++-14 -fsanitize=fuzzer -fprofile-instr-generate $in -Wl,--start-group $libraries -Wl,--end-group $
            {linked} -o $out
"""


def files_of(target):
    return [file for pattern in LOADERS[target] for file in sorted(glob.glob(pattern)) or [pattern]]


def flags_of(build):
    """Includes and definitions by file, as the release build has them; nothing precompiled, and with assertions, as
    the fuzz targets have them."""
    flags = {}
    for entry in json.load(open(os.path.join(build, "compile_commands.json"))):
        words, kept = iter(shlex.split(entry["command"])), []
        for word in words:
            if word == "-isystem":
                kept += [word, next(words)]
            elif word.startswith(("-I", "-D", "-std")) and word != "-DNDEBUG":
                kept.append(word)
        flags.setdefault(os.path.relpath(entry["file"]), shlex.join(kept).replace("$", "$$"))
    return flags


def build(targets, folder, out):
    """One program a target: {out}/TARGET_fuzz."""
    flags = flags_of(folder)
    include = os.path.join(out, "include")  # clang counts nothing in the system's headers
    os.makedirs(include, exist_ok=True)
    if not os.path.exists(os.path.join(include, "stb")):
        os.symlink("/usr/include/stb", os.path.join(include, "stb"))
    libraries = [os.path.join(folder, f"layers/libdlis_{name}.a") for name in LIBRARIES]
    lines, compiled = [NINJA.format(out=out, linked=LINKED)], {}
    for target in targets:
        files = [f for f in files_of(target) if f.endswith(".cpp")]
        compiled[f"tests/fuzz/{target}_fuzz.cpp"] = f"{flags['dlis/explore/record.cpp']} {flags[files[0]]}"
        compiled.update({f: f"-I{include} {flags[f]}" if STB in LOADERS[target] else flags[f] for f in files})
        objects = [os.path.join(out, f + ".o") for f in [f"tests/fuzz/{target}_fuzz.cpp", *files]]
        lines.append(f"build {os.path.join(out, target)}_fuzz: link {' '.join(objects)} | {' '.join(libraries)}\n"
                     f"  libraries = {' '.join(libraries)}\n")
    for file, own in compiled.items():
        lines.append(f"build {os.path.join(out, file)}.o: compile {file}\n  flags = {own}\n")
    with open(os.path.join(out, "build.ninja"), "w") as file:
        file.write("\n".join(lines))


def counted(target, args, out):
    program, corpus = os.path.join(out, target + "_fuzz"), os.path.join(args.corpus, target)
    raw, merged = program + ".raw", program + ".data"
    subprocess.run([program, "-runs=0", corpus], check=True, capture_output=True,
                   env={**os.environ, "LLVM_PROFILE_FILE": raw})
    subprocess.run(["llvm-profdata-14", "merge", "-sparse", raw, "-o", merged], check=True)
    told = subprocess.run(["llvm-cov-14", "export", "-instr-profile", merged, program], check=True,
                          capture_output=True, text=True).stdout
    data = json.loads(told)["data"][0]
    counts, path = {}, {}
    for file in data["files"]:
        name = os.path.relpath(file["filename"]).removeprefix(os.path.join(out, "include/"))
        if name in files_of(target):
            counts[name], path[name] = counts_of_lines(file["segments"]), file["filename"]
    if STB in counts:
        run = lines_that_run(data["functions"], path[STB])
        counts[STB] = {line: count for line, count in counts[STB].items() if line in run}
    with open(program + ".missing", "w") as file:
        for name, own in counts.items():
            text = open(path[name]).read().splitlines()
            file.writelines(f"{name}:{line}: {text[line - 1]}\n" for line, count in own.items() if count == 0)
    return [{"target": target, "file": name, "lines": len(counts[name]),
             "covered": sum(count > 0 for count in counts[name].values())}
            for name in files_of(target) if name in counts]  # a row without functions has no lines


def coverage(args):
    out = os.path.join(args.build, "coverage")
    os.makedirs(out, exist_ok=True)
    targets = args.targets or list(LOADERS)
    build(targets, args.build, out)
    subprocess.run(["ninja", "-j", str(args.jobs), "-f", os.path.join(out, "build.ninja")], check=True)
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        rows = [row for rows in pool.map(lambda t: counted(t, args, out), targets) for row in rows]
    if os.path.exists(args.table):  # of other targets
        rows = [r for r in csv.DictReader(open(args.table)) if r["target"] not in targets] + rows
    rows.sort(key=lambda r: r["target"])
    with open(args.table, "w", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for row in rows:
        print(f"{row['target']}: {row['file']} {row['covered']} of {row['lines']} lines")
    print(f"lines that were not executed: {out}/TARGET_fuzz.missing")
