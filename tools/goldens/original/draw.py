"""Inputs that the goldens name by a seed: src/draw.ts of backend-conformance, number for number."""

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
}


def draw_values(seed: int, shape: Sequence[int], kind: str) -> list[float]:
    """Values of a kind, row-major."""
    following, maker = random(seed), _MAKERS[kind]
    return [maker(following) for _ in range(math.prod(shape))]
