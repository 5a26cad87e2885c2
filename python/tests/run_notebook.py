#!/usr/bin/env python3
"""Runs python/example.ipynb from its first cell to its last.

    run_notebook.py [BUILD/python]     the module built there; without it the installed one

Runs under $DLIS_PYTHON where that is set; exit status 77 (skipped) where nbclient or ipykernel is
missing.
"""
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests"))
from under_python import skip_without

try:
    import ipykernel  # noqa: F401
    import nbclient
    import nbformat
    import numpy  # noqa: F401
except ImportError as error:
    skip_without(error)

FILE = pathlib.Path(__file__).resolve().parents[1] / "example.ipynb"
if len(sys.argv) > 1:
    os.environ["PYTHONPATH"] = os.path.abspath(sys.argv[1])

with tempfile.TemporaryDirectory() as folder:
    os.environ["XDG_CACHE_HOME"] = folder
    os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
    notebook = nbformat.read(FILE, as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": FILE.parent}}).execute()

printed = "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", []))
pages = [output["data"]["text/html"] for cell in notebook.cells for output in cell.get("outputs", [])
         if "text/html" in output.get("data", {})]
print(printed)
if not any("<iframe srcdoc=" in page and "&lt;!DOCTYPE html&gt;" in page for page in pages):
    sys.exit("the notebook's last cell shows no report")
print(f"{sum(cell.cell_type == 'code' for cell in notebook.cells)} cells")
