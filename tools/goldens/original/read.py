"""Reads files of goldens: `GoldenFile` of @tfjs-heads/conformance-kit says what stands in them."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from draw import draw_values

FORMAT = 2

Json = dict[str, Any]
Doubles = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Expected:
    """Numbers that must come out, and the magnitude of the terms that each was combined from."""

    values: Doubles
    scale: Doubles
    at: list[int] | None


@dataclass(frozen=True)
class Sparse:
    """Labels of which only some are there."""

    indices: npt.NDArray[np.int64]
    values: npt.NDArray[Any]
    shape: list[int]


# One for a head, or one for each of the heads that it is made of, by name.
Inputs: TypeAlias = npt.NDArray[Any] | Sparse | dict[str, Any]


@dataclass(frozen=True)
class Batch:
    logits: Inputs
    labels: Inputs
    features: dict[str, npt.NDArray[Any]]


def golden_files(folders: list[Path]) -> dict[str, bytes]:
    """The files of goldens in some folders, by path. Any JSON there is one."""
    return {path.as_posix(): path.read_bytes() for folder in folders for path in sorted(folder.glob("*.json"))}


def parse_goldens(name: str, content: bytes) -> Json:
    goldens: Json = json.loads(content)
    if goldens.get("format") != FORMAT:
        raise ValueError(f"{name} is no file of goldens: its format is {goldens.get('format')!r}, not {FORMAT!r}.")
    return goldens


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def inputs(golden: Json) -> Inputs:
    """What goes into a head, dense or sparse, or a map of such by the names of heads."""
    if "shape" not in golden:
        return {name: inputs(part) for name, part in golden.items()}
    if "indices" not in golden:
        return array(golden)
    indices = np.asarray(golden["indices"], dtype=np.int64).reshape(-1, len(golden["shape"]))
    return Sparse(indices, array({**golden, "shape": [len(golden["values"])]}), golden["shape"])


def tensors(given: Inputs) -> Any:
    """The same as TensorFlow takes it: in the graph that is the default one, if there is one."""
    if isinstance(given, dict):
        return {name: tensors(part) for name, part in given.items()}
    return tf.SparseTensor(given.indices, given.values, given.shape) if isinstance(given, Sparse) else tf.constant(given)


def array(tensor: Json) -> npt.NDArray[Any]:
    """An input, written out or drawn. float32 must hold it exactly, or the original would get other numbers."""
    shape = tensor["shape"]
    if tensor.get("dtype") == "string":
        return np.asarray(tensor["values"], dtype=object).reshape(shape)
    drawn = tensor.get("draw")
    values = numbers(tensor["values"]) if drawn is None else np.asarray(draw_values(drawn["seed"], shape, drawn["kind"], drawn.get("classes", 2)))
    single = values.astype(np.float32)
    if not np.array_equal(single.astype(np.float64), values, equal_nan=True):
        raise ValueError(f"an input of shape {shape} is not exact in float32")
    return single.reshape(shape).astype(_DTYPES[tensor.get("dtype", "float32")])


_DTYPES = {"float32": np.float32, "int32": np.int32, "bool": np.bool_}


def numbers(values: list[float | str]) -> Doubles:
    """NaN and the infinities stand in JSON as strings, and Python reads those as JavaScript writes them."""
    return np.asarray([float(value) for value in values], dtype=np.float64)


def expected(golden: Json) -> Expected:
    values = numbers(golden["values"])
    scale = np.broadcast_to(np.asarray(golden.get("scale", 0), dtype=np.float64), values.shape)
    return Expected(values, scale, golden.get("at"))


def batch(golden: Json) -> Batch:
    return Batch(inputs(golden["logits"]), inputs(golden["labels"]), features(golden))


def features(golden: Json) -> dict[str, npt.NDArray[Any]]:
    given = {name: array(feature) for name, feature in golden.get("features", {}).items()}
    return {**given, "weight": array(golden["weights"])} if "weights" in golden else given


def query(head: str, what: str, golden: Json) -> str:
    """The name of a case: what a failure tells, and what the table of known differences is matched with."""
    parameters = ",".join(f"{key}={_as_in_javascript(value)}" for key, value in golden["parameters"].items())
    return f"{head}:golden:{what}:{parameters}"


def _as_in_javascript(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
