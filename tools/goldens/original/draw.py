"""Inputs that the goldens name by a seed: `drawValues` of @tfjs-heads/reference, number for number."""

import math
from collections.abc import Callable, Sequence

Next = Callable[[], float]

_BITS = 0xFFFFFFFF


def random(seed: int) -> Next:
    """Numbers in [0, 1) by xorshift32."""
    # JavaScript multiplies in doubles before `|` cuts the product to 32 bits.
    state = (int(float(seed) * 2_654_435_761) | 1) & _BITS

    def following() -> float:
        nonlocal state
        state ^= (state << 13) & _BITS
        state ^= state >> 17
        state ^= (state << 5) & _BITS
        return state / 2**32

    return following


def exact(following: Next, low: float, high: float) -> float:
    return _round((low + following() * (high - low)) * 1024) / 1024


def _round(value: float) -> int:
    """Math.round: halves go up, where Python's go to the even neighbour."""
    return math.floor(value + 0.5)


def _weight(following: Next) -> float:
    return 0.0 if following() < 0.125 else exact(following, 0, 3)


def _probability(following: Next) -> float:
    return float(_round(following())) if following() < 0.5 else exact(following, 0, 1)


_MAKERS: dict[str, Callable[[Next], float]] = {
    "logits": lambda following: exact(following, -3, 3),
    "weights": _weight,
    "real": lambda following: exact(following, -4, 4),
    "count": lambda following: (0.0, 1.0, 2.0, 50.0)[math.floor(following() * 4)],
    "probability": _probability,
    "positive": lambda following: exact(following, 0.125, 4),
    "binary": lambda following: float(_round(following())),
}


def draw_values(seed: int, shape: Sequence[int], kind: str, classes: int = 2) -> list[float]:
    """Values of a kind, row-major; `classes` says how many ids there are, for the kind `class`."""
    following, size = random(seed), math.prod(shape)
    if kind == "class":
        return _draw_classes(following, size, classes)
    return [_MAKERS[kind](following) for _ in range(size)]


def _draw_classes(following: Next, size: int, classes: int) -> list[float]:
    """Class ids in rounds, each class once a round."""
    ids: list[float] = []
    while len(ids) < size:
        left = [float(class_id) for class_id in range(classes)]
        while left:
            ids.append(left.pop(math.floor(following() * len(left))))
    return ids[:size]
