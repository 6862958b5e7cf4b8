"""Rules of tfjs' optimizers that TensorFlow has not, for arrays of float64."""

from collections import defaultdict
from collections.abc import Callable, Mapping

import numpy as np

from read import Doubles
from settings import Settings, read_settings

# The number of a variable, its value and its gradient, to its next value.
Rule = Callable[[int, Doubles, Doubles], Doubles]


def create_rule(name: str, settings: Mapping[str, float | bool]) -> Rule:
    return _RULES[name](read_settings(name, settings))


def _adam(given: Settings) -> Rule:
    """tfjs adds epsilon after the correction of the bias, TensorFlow before it.

    The powers of beta are kept in float32 as tfjs has them on every backend: 1 - float32(0.999) is 1.3e-5 of itself off,
    which would hide all other errors.
    """
    beta1, beta2 = given["beta1"], given["beta2"]
    power1, power2 = _powers(beta1), _powers(beta2)
    first, second = _slots(), _slots()

    def step(index: int, value: Doubles, gradient: Doubles) -> Doubles:
        first[index] = beta1 * first[index] + (1 - beta1) * gradient
        second[index] = beta2 * second[index] + (1 - beta2) * gradient**2
        mean = first[index] / (1 - power1(index))
        root = np.sqrt(second[index] / (1 - power2(index)))
        return value - given["learningRate"] * mean / (root + given["epsilon"])

    return step


def _powers(base: float) -> Callable[[int], float]:
    """The first power, then the second and so on, for each variable; multiplied in float32."""
    powers: defaultdict[int, np.float32] = defaultdict(lambda: np.float32(1))

    def following(index: int) -> float:
        powers[index] = np.float32(powers[index] * np.float32(base))
        return float(powers[index])

    return following


def _centered_rmsprop(given: Settings) -> Rule:
    """tfjs subtracts epsilon under the root, TensorFlow adds it."""
    decay = given["decay"]
    square, mean, moment = _slots(), _slots(), _slots()

    def step(index: int, value: Doubles, gradient: Doubles) -> Doubles:
        square[index] = decay * square[index] + (1 - decay) * gradient**2
        mean[index] = decay * mean[index] + (1 - decay) * gradient
        root = np.sqrt(square[index] - (mean[index] ** 2 + given["epsilon"]))
        moment[index] = given["momentum"] * moment[index] + given["learningRate"] * gradient / root
        return value - moment[index]

    return step


def _adadelta(given: Settings) -> Rule:
    """tfjs divides by the squares from before the step, TensorFlow by those after it."""
    rho, epsilon = given["rho"], given["epsilon"]
    square, updates = _slots(), _slots()

    def step(index: int, value: Doubles, gradient: Doubles) -> Doubles:
        update = np.sqrt(updates[index] + epsilon) / np.sqrt(square[index] + epsilon) * gradient
        square[index] = rho * square[index] + (1 - rho) * gradient**2
        updates[index] = rho * updates[index] + (1 - rho) * update**2
        return value - given["learningRate"] * update

    return step


def _slots() -> defaultdict[int, Doubles]:
    """What an optimizer keeps for each variable: 0 at first."""
    return defaultdict(lambda: np.zeros(()))


_RULES: dict[str, Callable[[Settings], Rule]] = {"adam": _adam, "rmsprop": _centered_rmsprop, "adadelta": _adadelta}
