"""TensorFlow's optimizers, set so that their rule is mathematically that of tfjs' optimizer of the same name."""

from collections.abc import Callable, Mapping

from tensorflow.keras.optimizers import legacy

from settings import EPSILON, Settings, read_settings


def create_optimizer(name: str, settings: Mapping[str, float | bool]) -> legacy.Optimizer | None:
    """None where TensorFlow has no such rule."""
    given = read_settings(name, settings)
    return _OPTIMIZERS[name](given) if name in _OPTIMIZERS else None


def _sgd(given: Settings) -> legacy.Optimizer:
    return legacy.SGD(given["learningRate"])


def _momentum(given: Settings) -> legacy.Optimizer:
    # Here the speed includes the learning rate; the same as long as that stays.
    return legacy.SGD(given["learningRate"], momentum=given["momentum"], nesterov=bool(given["useNesterov"]))


def _adagrad(given: Settings) -> legacy.Optimizer:
    # tfjs adds its epsilon under the root, in every step: the same as a sum that starts at it. TensorFlow's own is added
    # after the root and cannot be 0, so it is made too small to matter.
    return legacy.Adagrad(given["learningRate"], initial_accumulator_value=given["initialAccumulatorValue"] + EPSILON, epsilon=1e-30)


def _rmsprop(given: Settings) -> legacy.Optimizer | None:
    if given["centered"]:
        return None  # tfjs subtracts its epsilon, TensorFlow adds it.
    # TensorFlow adds epsilon under the root, as tfjs does, where there is a momentum. A function is one, even of 0.
    return legacy.RMSprop(given["learningRate"], rho=given["decay"], momentum=lambda: given["momentum"], epsilon=given["epsilon"])


def _adamax(given: Settings) -> legacy.Optimizer:
    return legacy.Adamax(given["learningRate"], given["beta1"], given["beta2"], given["epsilon"], decay=given["decay"])


_OPTIMIZERS: dict[str, Callable[[Settings], legacy.Optimizer | None]] = {
    "sgd": _sgd,
    "momentum": _momentum,
    "adagrad": _adagrad,
    "rmsprop": _rmsprop,
    "adamax": _adamax,
}
