from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

_Path = str | PathLike[str]
_Arrays = ArrayLike | Sequence[ArrayLike] | Mapping[str, ArrayLike]
_Out = NDArray[Any] | Sequence[NDArray[Any]] | Mapping[str, NDArray[Any]] | None
_Progress = Callable[[str, float], object] | None
_Axis = str | Iterable[str]
_Bound = str | float | None

__version__: str
__all__ = [
    "Error", "Network", "Plan", "Records", "Report", "Value", "__version__", "compress",
    "devices", "explore", "load", "records", "report", "rows",
]

class Error(ValueError):
    what: str
    where: str
    hint: str
    refused: bool

class Value(NamedTuple):
    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]

class Plan:
    inputs: list[Value]
    outputs: list[Value]
    def __init__(self, plan: Any) -> None: ...
    def run(self, x: _Arrays, out: _Out = None) -> Any: ...
    def explain(self) -> str: ...
    def save(self, path: _Path) -> None: ...
    @property
    def weights_bytes(self) -> int: ...
    @property
    def activation_bytes(self) -> int: ...
    @property
    def scratch_bytes(self) -> int: ...
    @property
    def peak_bytes(self) -> int: ...

class Network:
    inputs: list[Value]
    outputs: list[Value]
    def __init__(self, network: Any) -> None: ...
    def plan(
        self,
        *,
        format: str = "auto",
        compute: str = "auto",
        schedule: str = "static",
        threads: int = 1,
        device: str = "cpu",
        memory: int | str | None = None,
        tune: str = "quick",
        choices: _Path | None = None,
    ) -> Plan: ...
    def run(self, x: _Arrays, out: _Out = None) -> Any: ...
    def shaped(self, shapes: Mapping[str, Sequence[int]]) -> Network: ...
    def images(self, data: str) -> tuple[NDArray[np.float32], NDArray[np.int32]]: ...
    def accuracy(self, data: str, *, progress: _Progress = None) -> dict[str, Any]: ...
    def weights(self) -> dict[str, NDArray[Any]]: ...
    def save(self, path: _Path) -> None: ...
    @property
    def model(self) -> str: ...
    @property
    def notes(self) -> list[str]: ...
    @property
    def metadata(self) -> dict[str, str]: ...
    @property
    def macs(self) -> int: ...
    @property
    def parameters(self) -> int: ...
    @property
    def density(self) -> float: ...

class Records(list[dict[str, Any]]):
    answer: str

class Report:
    html: str
    text: str
    def __init__(self, store: _Path) -> None: ...
    def save(self, path: _Path) -> None: ...

def load(
    path: _Path,
    *,
    batch: int = 1,
    seed: int = 1,
    shapes: Mapping[str, Sequence[int]] | None = None,
) -> Network: ...
def compress(
    network: Network,
    techniques: str,
    *,
    data: str = "",
    settings: Mapping[str, object] | None = None,
    progress: _Progress = None,
) -> Network: ...
def explore(
    models: _Path | Iterable[_Path] = (),
    *,
    output: _Path,
    compress: _Axis = (),
    format: _Axis = (),
    compute: _Axis = (),
    schedule: _Axis = (),
    threads: int | Iterable[int] = (),
    device: _Axis = (),
    stacks: _Axis = (),
    data: str = "",
    seconds: float = 0.5,
    batch: int = 1,
    seed: int = 1,
    tune: str = "quick",
    memory: int | str | None = None,
    min_top1: _Bound = None,
    max_ms: _Bound = None,
    max_memory: _Bound = None,
    max_bytes: _Bound = None,
    budget: str | None = None,
    grid: bool = False,
    retrain: float | str | None = None,
    zoo: _Path | None = None,
    progress: _Progress = None,
) -> Records: ...
def records(store: _Path) -> list[dict[str, Any]]: ...
def report(store: _Path) -> Report: ...
def rows(layer: str = "") -> list[dict[str, str]]: ...
def devices() -> list[dict[str, Any]]: ...
