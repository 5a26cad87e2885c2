#!/usr/bin/env python3
"""The report in a browser: it renders, filters, sorts and prints, for a mouse, a keyboard, a screen
reader and a phone, and logs nothing.

    report_page.py DLIS                          checks; exit status 77 (skipped) without Chromium
    report_page.py DLIS --picture STORE FILE.png a picture of the store's report

Needs nothing but Python and Debian's `chromium` (tools/setup ci installs it).
"""
import argparse
import base64
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

import browser

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOSTILE = "</script><script>document.title='stolen'</script><img src=x onerror=\"document.title='stolen'\">'\"&"
checks = failures = 0


def check(what, is_true, seen=""):
    global checks, failures
    checks += 1
    if not is_true:
        failures += 1
        print(f"FAILED: {what}{f': {seen}' if seen != '' else ''}")


def dlis(program, *words, cwd):
    done = subprocess.run([program, *map(str, words)], cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"dlis {' '.join(map(str, words))}: {done.stderr}")


def small_store(program, folder):
    """Twelve stacks, some of them refused, and one whose every text is an attack."""
    store = folder / "run.db"
    dlis(program, "explore", "data/resnet20_cifar10.onnx", "--compress", "none,weight_prune:zeros=0.8",
         "--format", "dense,bf16,csr", "--compute", "indirect_gemm,sparse_direct", "--tune", "off", "--seconds",
         "0.02", "--data", "cifar10:data/cifar10?limit=40", "-o", store, cwd=ROOT)
    with sqlite3.connect(store) as database:
        names = [row[1] for row in database.execute("PRAGMA table_info(records)")]
        texts = [name for name in ("stack", "model", "compress", "schedule", "machine", "command") if name in names]
        database.execute("CREATE TEMP TABLE attack AS SELECT * FROM records WHERE refused IS NULL LIMIT 1")
        database.execute("UPDATE attack SET id = NULL, key = 'attack', "
                         + ", ".join(f'"{name}" = ?' for name in texts), [HOSTILE] * len(texts))
        database.execute("INSERT INTO records SELECT * FROM attack")
    return store


def shown(b):
    return b.value("[...document.querySelectorAll('#table tbody tr')].filter(r => !r.hidden).map(r => r.innerText)")


def column(b, field):
    return b.value("(() => { const i = [...document.querySelectorAll('#table thead th')]"
                   f".findIndex(th => th.dataset.field === '{field}');"
                   "return [...document.querySelectorAll('#table tbody tr')].filter(r => !r.hidden)"
                   ".map(r => r.cells[i].dataset.value ?? r.cells[i].textContent); })()")


def check_rendering(b, page):
    b.open(page)
    check("all rows are there", len(shown(b)) == 13, len(shown(b)))
    check("four fronts are drawn", b.value("document.querySelectorAll('#front-charts svg[aria-label]').length") == 4)
    check("marks are drawn", b.value("document.querySelectorAll('#front-charts .mark').length") > 12)
    check("no mark is out of place", not b.value("/NaN|undefined/.test(document.getElementById('front-charts').innerHTML)"))
    check("sparse formats are drawn", b.value("document.querySelectorAll('#sparsity-charts polyline').length") >= 1)
    check("layers have bars", b.value("document.querySelectorAll('#layers-body .bar').length") > 20)
    check("refusals are told", b.value("document.querySelectorAll('#refusals tbody tr').length") >= 1)
    check("hostile text is text", b.value("document.title") == "dlis report: run.db", b.value("document.title"))
    check("it is shown as it is", b.value("document.getElementById('table').textContent").count("</script>") >= 2)
    b.value("document.getElementById('layers-of').value = 3;"
            "document.getElementById('layers-of').dispatchEvent(new Event('change'))")
    check("another stack's layers", "record 3:" in b.value("document.querySelector('#layers-body caption').textContent"))


def check_filter(b, page):
    b.open(page)
    b.value("document.getElementById('filter').focus()")
    b.type("CSR zeros=0.8")
    rows = shown(b)
    check("words filter", len(rows) == 2 and all("csr" in r and "zeros=0.8" in r for r in rows), rows)
    check("the count is announced", b.value("document.getElementById('count').textContent").startswith(f"{len(rows)} of 13"))
    check("the address holds the filter", "filter=CSR+" in b.value("location.hash"), b.value("location.hash"))
    b.open(b.value("location.href"))
    check("the address gives the filter back", shown(b) == rows)
    b.open(page + "#filter=format%3Dcsr+density%3C0.5&sort=median_ms&order=descending")
    check("conditions filter", set(column(b, "format")) == {"csr"} and all(float(d) < 0.5 for d in column(b, "density")))
    times = [float(t) for t in column(b, "median_ms") if t]
    check("the address sorts", times and times == sorted(times, reverse=True), times)
    b.open(page + "#filter=nothingisnamedso")
    check("nothing is a page as well", shown(b) == [])
    b.open(page + "#filter=top1%3E%&sort=%3Cb%3E")  # no field of that name
    check("a broken address sorts by number", b.value("document.querySelector('[aria-sort=ascending]').dataset.field") == "number")


def check_keyboard(b, page):
    b.open(page)
    b.value("document.querySelector('th[data-field=median_ms] button').focus()")
    sort = "document.querySelector('th[data-field=median_ms]').getAttribute('aria-sort')"
    for wanted, reverse in (("ascending", False), ("descending", True)):
        b.press("Enter", 13)
        check(f"a key sorts {wanted}", b.value(sort) == wanted, b.value(sort))
        values = column(b, "median_ms")
        times = [float(t) for t in values if t]
        check(f"the rows are {wanted}", times == sorted(times, reverse=reverse), times)
        check("what has no time is last", "" not in values[:len(times)])
    check("the focus stays", b.value("document.activeElement.textContent") == "median ms")
    b.open(page)
    order = []
    for _ in range(60):
        b.press("Tab", 9)
        order.append(b.value("document.activeElement.getAttribute('href') || document.activeElement.id || document.activeElement.tagName"))
    check("first of all one may skip", order[0] == "#stacks", order[:3])
    check("the filter is reached", "filter" in order, order)
    check("marks of the front are reached", any(o.startswith("#record-") for o in order), order)


def check_reader(b, page):
    b.open(page)
    nodes = [n for n in b.call("Accessibility.getFullAXTree")["nodes"] if not n.get("ignored")]
    role = lambda n: n.get("role", {}).get("value")
    name = lambda n: n.get("name", {}).get("value", "")
    roles = {role(n) for n in nodes}
    for landmark in ("main", "banner", "navigation", "search", "contentinfo", "region"):
        check(f"landmark {landmark}", landmark in roles)
    nameless = [role(n) for n in nodes if role(n) in ("button", "link", "table", "searchbox", "combobox", "region")
                and not name(n).strip()]
    check("everything has a name", not nameless, nameless)
    check("tables have captions", b.value("[...document.querySelectorAll('table')].every(t => t.caption && t.caption.textContent.trim())"))
    check("pictures have names and texts", b.value(
        "[...document.querySelectorAll('figure svg[aria-label]')].every(s => s.querySelector('title') && s.querySelector('desc'))"))
    levels = b.value("[...document.querySelectorAll('h1,h2,h3')].map(h => +h.tagName[1])")
    check("headings nest", levels[0] == 1 and all(b - a <= 1 for a, b in zip(levels, levels[1:])), levels)


CONTRAST = """(() => {
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const light = c => { const [r, g, b] = parse(c).map(v => { v /= 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
    if ((parse(c)[3] ?? 1) > 0) return c; } return 'rgb(255, 255, 255)'; };
  const worst = {};
  for (const e of document.querySelectorAll('p, a, code, td, th, small, caption, label, summary, button, h1, h2, output')) {
    if (!e.textContent.trim()) continue;
    const [x, y] = [light(getComputedStyle(e).color), light(ground(e))];
    const ratio = (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
    worst[e.tagName] = Math.min(worst[e.tagName] ?? 99, ratio); }
  for (const m of document.querySelectorAll('svg .front .mark')) {
    const [x, y] = [light(getComputedStyle(m).stroke), light(ground(m))];
    const ratio = (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
    worst.mark = Math.min(worst.mark ?? 99, ratio); }
  return worst; })()"""


def check_looks(b, page):
    for scheme in ("light", "dark"):
        b.emulate(prefers_color_scheme=scheme)
        b.open(page)
        faint = {tag: ratio for tag, ratio in b.value(CONTRAST).items() if ratio < (3 if tag == "mark" else 4.5)}
        check(f"contrast, {scheme}", not faint, faint)
    b.emulate(prefers_color_scheme="light")
    for width in (360, 768, 1280):
        b.resize(width, 800)
        b.open(page)
        check(f"nothing is wider than {width} pixels", b.value("document.documentElement.scrollWidth") <= width,
              b.value("document.documentElement.scrollWidth"))
    pdf = base64.b64decode(b.call("Page.printToPDF", preferCSSPageSize=True)["data"])
    check("it prints", pdf.startswith(b"%PDF") and len(pdf) > 10000, len(pdf))


def run_checks(program):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        store = small_store(program, folder)
        dlis(program, "report", store.name, "-o", folder / "report.html", cwd=folder)
        page = (folder / "report.html").as_uri()
        with browser.Browser() as b:
            for part in (check_rendering, check_filter, check_keyboard, check_reader, check_looks):
                part(b, page)
            check("the console is empty", not b.problems, b.problems)
            loads = {url.split("#")[0] for url in b.requests} - {page, "about:blank"}
            check("it loads nothing", not loads, loads)
    print(f"{checks - failures} of {checks} checks hold")
    return 1 if failures else 0


def take_picture(program, store, file, width=1200, height=1090):
    with tempfile.TemporaryDirectory() as name:
        page = pathlib.Path(name) / "report.html"
        dlis(program, "report", os.path.relpath(store, ROOT), "-o", page, cwd=ROOT)
        with browser.Browser() as b:
            b.resize(width, height)
            b.call("Emulation.setScrollbarsHidden", hidden=True)
            b.open(page.as_uri() + "#filter=top1%3E80")
            file.write_bytes(base64.b64decode(b.call("Page.captureScreenshot", format="png")["data"]))
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dlis")
    parser.add_argument("--picture", nargs=2, type=pathlib.Path, metavar=("STORE", "FILE"))
    arguments = parser.parse_args()
    if not browser.find():
        print("SKIPPED, NOTHING IS CHECKED: there is no chromium (tools/setup ci installs it)")
        return 77
    if arguments.picture:
        return take_picture(arguments.dlis, arguments.picture[0].resolve(), arguments.picture[1])
    return run_checks(arguments.dlis)


if __name__ == "__main__":
    sys.exit(main())
