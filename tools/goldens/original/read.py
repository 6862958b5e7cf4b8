"""Reads files of goldens: src/goldens/format.ts of backend-conformance says what stands in them."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from draw import draw_values

FORMAT = "tfjs-heads-goldens/1"
SUMMARY = "original.json"

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
class Batch:
    logits: Floats
    labels: Floats
    features: dict[str, Floats]


def golden_files(folder: Path) -> dict[str, bytes]:
    """The files of goldens in a folder by name. Any JSON there is one, but the summary that this program writes."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.json")) if path.name != SUMMARY}


def parse_goldens(name: str, content: bytes) -> Json:
    goldens: Json = json.loads(content)
    if goldens.get("format") != FORMAT:
        raise ValueError(f"{name} is no file of goldens: its format is {goldens.get('format')!r}, not {FORMAT!r}.")
    return goldens


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def array(tensor: Json) -> Floats:
    """An input, written out or drawn. float32 must hold it exactly, or the original would get other numbers."""
    shape = tensor["shape"]
    drawn = tensor.get("draw")
    values = numbers(tensor["values"]) if drawn is None else np.asarray(draw_values(drawn["seed"], shape, drawn["kind"]))
    single = values.astype(np.float32)
    if not np.array_equal(single.astype(np.float64), values, equal_nan=True):
        raise ValueError(f"an input of shape {shape} is not exact in float32")
    return single.reshape(shape)


def numbers(values: list[float | str]) -> Doubles:
    """NaN and the infinities stand in JSON as strings, and Python reads those as JavaScript writes them."""
    return np.asarray([float(value) for value in values], dtype=np.float64)


def expected(golden: Json) -> Expected:
    values = numbers(golden["values"])
    scale = np.broadcast_to(np.asarray(golden["scale"], dtype=np.float64), values.shape)
    return Expected(values, scale, golden.get("at"))


def batch(golden: Json) -> Batch:
    return Batch(array(golden["logits"]), array(golden["labels"]), features(golden))


def features(golden: Json) -> dict[str, Floats]:
    return {"weight": array(golden["weights"])} if "weights" in golden else {}


def query(head: str, what: str, golden: Json) -> str:
    """The name of a case: what a failure tells, and what the table of known differences is matched with."""
    parameters = ",".join(f"{key}={_as_in_javascript(value)}" for key, value in golden["parameters"].items())
    return f"{head}:golden:{what}:{parameters}"


def _as_in_javascript(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
