"""Which lines were executed, from the segments that llvm-cov exports."""
import itertools

LINE, COLUMN, COUNT, HAS_COUNT, ENTRY, GAP = range(6)


def count_of(own, before):
    """How often a line was executed whose segments are `own`, `before` the last one in front of it; None where
    there is no code. As llvm-cov counts lines, but for those behind a DLIS_TRY: clang 14 puts a gap with a count
    of 0 in front of them, and what begins behind the gap is no new region."""
    starts = [s for s in own if s[HAS_COUNT] and s[ENTRY] and not s[GAP]]
    if own and own[0][ENTRY] and not own[0][HAS_COUNT]:
        return None
    if before and before[HAS_COUNT] and before[GAP] and own and own[0][HAS_COUNT]:
        before = own[0]
    counts = [s[COUNT] for s in starts] + ([before[COUNT]] if before and before[HAS_COUNT] else [])
    return max(counts) if counts else None


def counts_of_lines(segments):
    """By number of the line."""
    by_line = {line: list(own) for line, own in itertools.groupby(segments, lambda s: s[LINE])}
    counts, before = {}, None
    for line in range(min(by_line, default=0), max(by_line, default=-1) + 1):
        own = by_line.get(line, [])
        count = count_of(own, before)
        if count is not None:
            counts[line] = count
        before = own[-1] if own else before
    return counts


def lines_that_run(functions, name):
    """Of file `name`, the lines of all functions that were executed at all."""
    lines = set()
    for function in functions:
        for first, _, last, _, _, file, *_ in function["regions"] if function["count"] else []:
            if function["filenames"][file] == name:
                lines.update(range(first, last + 1))
    return lines
