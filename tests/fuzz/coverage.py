"""Which lines of the loaders' own files their corpora execute: clang's source-based coverage.

A loader's files and its fuzz target are compiled with counters; the rest comes from the release build's
libraries, so that this takes minutes.
"""
import concurrent.futures
import csv
import json
import os
import shlex
import subprocess

ONNX = ["attribute_proto", "external_data", "functions", "gzip", "import", "input_shapes", "node_order", "reader",
        "support", "tensor_proto"]
# The files of each loader: where bytes that others wrote are looked at.
LOADERS = {
    "onnx": ["dlis/model/onnx/%s.cpp" % f for f in ONNX],
    "tensor": ["dlis/model/onnx/tensor_proto.cpp"],
    "dlis": ["dlis/runtime/file_read.cpp"],
    "stack": ["dlis/explore/stack.cpp", "dlis/compress/choice.cpp", "dlis/compute/parallel/schedule.cpp"],
    "npy": ["dlis/format/npy.cpp"],
    "image": ["dlis/data/image.cpp"],
    "plan": ["dlis/runtime/choices_file.cpp"],
    "job": ["app/device/parse_job.cpp"],
    "record": ["dlis/explore/record.cpp", "dlis/explore/record_file.cpp", "dlis/explore/layers_json.cpp"],
    "recipe": ["app/recipe.cpp", "dlis/compress/settings.cpp"],
}
LIBRARIES = ["explore", "compress", "runtime", "compute", "model_onnx", "model_zoo", "model", "data", "hardware",
             "format", "base"]
LINKED = ["-lonnx_proto", "-lprotobuf", "-lz", "-lfmt", "-lSQLiteCpp", "-lsqlite3", "-lOpenCL", "-ldnnl", "-ldl",
          "-lpthread"]
FIELDS = ["target", "file", "lines", "covered"]
CLANG, TOOLS = "clang++-14", "-14"


def flags_of(build):
    """Includes and definitions by file, as the release build has them."""
    flags = {}
    for entry in json.load(open(os.path.join(build, "compile_commands.json"))):
        words = shlex.split(entry["command"])
        kept, i = [], 0
        while i < len(words):
            if words[i] == "-isystem":
                kept += words[i:i + 2]
                i += 1
            elif words[i].startswith(("-I", "-D", "-std")):
                kept.append(words[i])
            i += 1
        flags.setdefault(os.path.relpath(entry["file"]), kept)
    return flags


def compiled(source, flags, out):
    target = os.path.join(out, source.replace("/", "_") + ".o")
    subprocess.run([CLANG, *flags, "-O1", "-w", "-fprofile-instr-generate", "-fcoverage-mapping", "-c", source,
                    "-o", target], check=True)
    return target


def built(target, build, flags, out):
    files = LOADERS[target]
    fallback = flags["dlis/explore/record.cpp"]
    harness = compiled(f"tests/fuzz/{target}_fuzz.cpp", [*fallback, *flags.get(files[0], [])], out)
    objects = [compiled(f, flags.get(f, fallback), out) for f in files]
    libraries = [os.path.join(build, f"layers/libdlis_{name}.a") for name in LIBRARIES]
    program = os.path.join(out, target)
    subprocess.run([CLANG, "-fsanitize=fuzzer", "-fprofile-instr-generate", harness, *objects,
                    "-Wl,--start-group", *libraries, "-Wl,--end-group", *LINKED, "-o", program], check=True)
    return program


def counted(target, args, flags, out):
    program = built(target, args.build, flags, out)
    raw, merged = os.path.join(out, target + ".raw"), os.path.join(out, target + ".data")
    corpora = [os.path.join(args.corpus, target), os.path.join(args.found, target, "corpus")]
    subprocess.run([program, "-runs=0", *filter(os.path.isdir, corpora)], check=True, capture_output=True,
                   env={**os.environ, "LLVM_PROFILE_FILE": raw})
    subprocess.run(["llvm-profdata" + TOOLS, "merge", "-sparse", raw, "-o", merged], check=True)
    told = subprocess.run(["llvm-cov" + TOOLS, "export", "-summary-only", "-instr-profile", merged, program,
                           *LOADERS[target]], check=True, capture_output=True, text=True).stdout
    for file in json.loads(told)["data"][0]["files"]:
        lines = file["summary"]["lines"]
        yield {"target": target, "file": os.path.relpath(file["filename"]), "lines": lines["count"],
               "covered": lines["covered"]}


def coverage(args):
    out = os.path.join(args.build, "coverage")
    os.makedirs(out, exist_ok=True)
    flags = flags_of(args.build)
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        rows = [row for rows in pool.map(lambda t: list(counted(t, args, flags, out)), args.targets or LOADERS)
                for row in rows]
    with open(args.table, "w", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for row in rows:
        print(f"{row['target']}: {row['file']} {row['covered']} of {row['lines']} lines")
