"""Imported first by checks that need packages: they go on under $DLIS_PYTHON where that is set."""
import os
import shutil
import sys

wanted = os.environ.get("DLIS_PYTHON")
if wanted and os.environ.get("DLIS_PYTHON_STARTED") != "1":
    os.environ["DLIS_PYTHON_STARTED"] = "1"
    found = shutil.which(wanted) or sys.exit(f"DLIS_PYTHON: no program at {os.path.abspath(wanted)}")
    os.execv(found, [found] + sys.argv)


def skip(reason):
    print(f"SKIPPED, NOTHING IS CHECKED: {reason}")
    sys.exit(77)


def skip_without(error):
    """An ImportError."""
    skip(f"{error}; set DLIS_PYTHON to a Python that has it")
