"""Compares what the original gives with what the goldens expect, and keeps count."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from known import KNOWN, Known
from read import Doubles, Expected, Json, expected

TOLERANCE = 1e-6

# Whole numbers are int64 in the original, int32 here; words are objects to numpy.
_OURS = {"int64": "int32", "object": "string"}

# The smallest normal float32: TensorFlow flushes what is smaller to zero.
_TINY = 2.0**-126


@dataclass
class Count:
    """How many numbers were compared, and the largest difference among them with its place."""

    compared: int = 0
    largest: float = 0.0
    where: str = ""

    def add(self, differences: Doubles, where: str) -> None:
        self.compared += differences.size
        if differences.size == 0:
            return
        worst = int(np.argmax(differences))
        if differences[worst] > self.largest:
            self.largest, self.where = float(differences[worst]), f"{where}[{worst}]"


@dataclass
class Tally:
    """Everything that was compared."""

    heads: dict[str, dict[str, Count]] = field(default_factory=dict)
    known: dict[Known, Count] = field(default_factory=lambda: {known: Count() for known in KNOWN})
    rules: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def numbers(self, quantity: str, query: str, actual: npt.ArrayLike, golden: Expected, key: str = "") -> None:
        """Compares numbers; `quantity` is the row of the summary, `key` tells which of several, as a metric's."""
        where = f"{query} {quantity}{key and ' ' + key}"
        values = np.asarray(actual, dtype=np.float64).ravel()
        if golden.at is not None:
            values = values[golden.at]
        if values.size != golden.values.size:
            self.failures.append(f"{where}: the original gives {values.size} numbers, expected {golden.values.size}")
            return
        differences = _differences(values, golden)
        known = next((known for known in KNOWN if known.matches(where)), None)
        self._count(quantity, query, known).add(differences, where)
        limit = known.limit if known else TOLERANCE
        for index in np.flatnonzero(~(differences <= limit))[:1]:
            self.failures.append(
                f"{where}[{index}]: the original gives {values[index]}, expected {golden.values[index]},"
                f" a difference of {differences[index]:.3g} where {limit:g} is allowed"
            )

    def prediction(self, quantity: str, query: str, actual: npt.ArrayLike, golden: Json, key: str) -> None:
        """Compares a prediction: its shape, its dtype, and its numbers or words."""
        given, where = np.asarray(actual), f"{query} {quantity} {key}"
        dtype = _OURS.get(given.dtype.name, given.dtype.name)
        for what, got, meant in [("shape", list(given.shape), golden["shape"]), ("dtype", dtype, golden["dtype"])]:
            if got != meant:
                self.failures.append(f"{where}: the original has the {what} {got}, expected {meant}")
                return
        if dtype != "string":
            self.numbers(quantity, query, given, expected(golden), key)
            return
        words = [word.decode() for word in given.ravel()]
        shown = words if golden.get("at") is None else [words[index] for index in golden["at"]]
        self._count(quantity, query, None).compared += len(shown)
        if shown != golden["values"]:
            self.failures.append(f"{where}: the original gives {shown}, expected {golden['values']}")

    def keys(self, query: str, quantity: str, actual: Iterable[str], expected: Iterable[str]) -> None:
        if set(actual) != set(expected):
            self.failures.append(f"{query} {quantity}: the original has the keys {sorted(actual)}, expected {sorted(expected)}")

    def _count(self, quantity: str, query: str, known: Known | None) -> Count:
        if known is not None:
            return self.known[known]
        return self.heads.setdefault(query.split(":")[0], {}).setdefault(quantity, Count())


def _differences(actual: Doubles, expected: Expected) -> Doubles:
    """|actual - expected| / max(|expected|, scale); NaN is equal to NaN alone, an infinity to itself."""
    with np.errstate(invalid="ignore", divide="ignore"):
        same = (actual == expected.values) | (np.isnan(actual) & np.isnan(expected.values))
        beyond = np.maximum(np.abs(actual - expected.values) - _TINY, 0)
        relative = beyond / np.maximum(np.abs(expected.values), expected.scale)
    relative = np.where(same | (beyond == 0), 0, relative)
    return np.where(np.isfinite(relative), relative, np.inf)
