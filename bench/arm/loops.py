"""The inner loops of compiled kernels, and what llvm-mca makes of them."""
import re, subprocess

BRANCH = re.compile(r"(b\.\w+|b(?:eq|ne|gt|ge|lt|le|hi|ls|cs|cc|pl|mi)(?:\.n)?|cbn?z|tbn?z)\s(?:.*\s)?([0-9a-f]+) <")
PRODUCT = re.compile(r"(fmla|vfma|[su]?s?mlal2?|vmlal|sdot|us?mmla|usdot|bfdot)\b")


def functions(object_file, objdump):
    """Name -> instructions as (address, text)."""
    text = subprocess.run([objdump, "-d", "-C", "--no-show-raw-insn", object_file], capture_output=True, text=True,
                          check=True).stdout
    found, name = {}, None
    for line in text.splitlines():
        if head := re.match(r"[0-9a-f]+ <(.*)>:$", line):
            name = head[1]
            found[name] = []
        elif name and (row := re.match(r"\s+([0-9a-f]+):\s+(.*)", line)):
            found[name].append((int(row[1], 16), re.sub(r"\s*(//|@).*", "", row[2]).strip()))
    return found


def inner_loop(instructions):
    """Of the stretches that end in a conditional branch to their beginning and hold no other such branch, the one with
    most products."""
    loops = []
    for address, text in instructions:
        target = BRANCH.match(text)
        if target and int(target[2], 16) <= address:
            loops.append((int(target[2], 16), address))
    inner = [(a, b) for a, b in loops if not any((c, d) != (a, b) and a <= c and d <= b for c, d in loops)]
    bodies = [[text for at, text in instructions if a <= at <= b] for a, b in inner]
    return max(bodies, key=products, default=[])


def products(body):
    return sum(bool(PRODUCT.match(text)) for text in body)


def cycles(body, triple, cpu, mca):
    """Cycles a turn in llvm-mca's model, caches always hit."""
    lines = [re.sub(r"\s+[0-9a-f]+ <.*>", " .", text) if BRANCH.match(text) else text for text in body]
    answer = subprocess.run([mca, f"-mtriple={triple}", f"-mcpu={cpu}", "-mattr=+fullfp16,+dotprod,+i8mm,+bf16",
                             "-iterations=100"], input="\n".join(lines), capture_output=True, text=True)
    total = re.search(r"Total Cycles:\s+(\d+)", answer.stdout)
    if not total:
        raise SystemExit(f"llvm-mca cannot read a loop: {answer.stderr.splitlines()[:2]}")
    return int(total[1]) / 100
