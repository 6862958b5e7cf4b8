"""The settings of tfjs' optimizers, by the names of their constructors' parameters."""

from collections.abc import Mapping

Settings = Mapping[str, float]

# What a backend of float32 adds where an optimizer is given none.
EPSILON = 1e-7

_DEFAULTS: dict[str, dict[str, float | None]] = {
    "sgd": {"learningRate": None},
    "momentum": {"learningRate": None, "momentum": None, "useNesterov": False},
    "adagrad": {"learningRate": None, "initialAccumulatorValue": 0.1},
    "rmsprop": {"learningRate": None, "decay": 0.9, "momentum": 0.0, "epsilon": EPSILON, "centered": False},
    "adam": {"learningRate": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": EPSILON},
    "adamax": {"learningRate": 0.002, "beta1": 0.9, "beta2": 0.999, "epsilon": EPSILON, "decay": 0.0},
    "adadelta": {"learningRate": 0.001, "rho": 0.95, "epsilon": EPSILON},
}


def read_settings(name: str, given: Mapping[str, float | bool]) -> Settings:
    """Adds the defaults of tfjs. A setting that is unknown, or missing and without default, is an error."""
    if name not in _DEFAULTS:
        raise ValueError(f"the optimizer {name} is none of {', '.join(_DEFAULTS)}")
    unknown = given.keys() - _DEFAULTS[name].keys()
    if unknown:
        raise ValueError(f"{name} has no setting {', '.join(sorted(unknown))}")
    settings = {setting: value for setting, value in {**_DEFAULTS[name], **given}.items() if value is not None}
    absent = _DEFAULTS[name].keys() - settings.keys()
    if absent:
        raise ValueError(f"{name} needs {', '.join(sorted(absent))}")
    return settings
