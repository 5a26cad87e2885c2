"""Explorations, their records, and the page that shows them."""
from __future__ import annotations

import html
import os

from . import _dlis
from ._network import assign


class Records(list):
    """Records as plain dicts with the fields of the command's --json; `answer` is the sentence on
    the stack to ship where there were constraints, else empty."""
    answer = ""


def _list(values):
    if values is None:
        return []
    return [values] if isinstance(values, (str, int)) else list(values)


def _model(model):
    return model if isinstance(model, str) else os.fspath(model)


def _text(value):
    return "" if value is None else str(value)


def explore(models=(), *, output, compress=(), format=(), compute=(), schedule=(), threads=(),
            device=(), stacks=(), data="", seconds=0.5, batch=1, seed=1, tune="quick", memory=None,
            min_top1=None, max_ms=None, max_memory=None, max_bytes=None, budget=None, grid=False,
            retrain=None, zoo=None, progress=None):
    """Measures every combination of the axes, one value or a list each, and whole `stacks`; with a
    constraint or a `budget` ("10m") it searches, as `dlis explore` does with the same arguments.

    The records go into the store `output`; the same call goes on where it was stopped (Ctrl-C), and
    measures nothing twice. Gives the records of these stacks, refused ones included: a list of
    dicts, such as pandas.DataFrame takes. Where no stack keeps the constraints, or all are refused,
    it raises dlis.Error, and dlis.records(output) has the records. `progress(text, share)` is called
    now and then."""
    asked = _dlis.Exploration()
    models = [models] if isinstance(models, os.PathLike) else _list(models)
    assign(asked.space, models=[_model(model) for model in models], compress=_list(compress),
           format=_list(format), compute=_list(compute), schedule=_list(schedule),
           device=_list(device), threads=_list(threads), stacks=_list(stacks))
    assign(asked.options, data=data, batch=batch, seed=seed)
    asked.set_limits(_text(memory), tune, seconds)
    bounds = asked.constraints
    bounds.min_top1, bounds.max_ms = _text(min_top1), _text(max_ms)
    bounds.max_memory, bounds.max_bytes = _text(max_memory), _text(max_bytes)
    assign(asked, budget=_text(budget), grid=grid, store=os.fspath(output), retrain=_text(retrain))
    if zoo is not None:
        asked.zoo = os.fspath(zoo)
    found = asked.run(progress)
    records = Records(found["records"])
    records.answer = found["answer"]
    return records


def records(store):
    """All records of a store, in the order in which they were made."""
    return _dlis.records(os.fspath(store))


class Report:
    """What an exploration found: in a notebook the page, as text (str, print) the tables."""

    def __init__(self, store):
        self._store = os.fspath(store)
        self.html, self.text = _dlis.report(self._store)

    def save(self, path):
        """Writes the page: one file, which loads nothing."""
        _dlis.write(os.fspath(path), self.html, self._store)

    def _repr_html_(self):
        # A whole document with styles and ids of its own, so it gets a frame of its own; its links to
        # its own parts would be links to parts of the notebook without a base.
        page = self.html.replace("<head>", '<head><base href="about:srcdoc">', 1)
        return (f'<iframe srcdoc="{html.escape(page)}" title="dlis report" sandbox="allow-scripts" '
                'style="width: 100%; height: 50em; border: 0"></iframe>')

    def __str__(self):
        return self.text

    def __repr__(self):
        return f"<dlis.Report of {self._store}>"


def report(store):
    """The report of a store: shows itself in a notebook; .save("report.html"), .text, .html."""
    return Report(store)
