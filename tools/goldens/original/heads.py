"""The original heads, made with the options of ours."""

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

import tensorflow as tf

Head: TypeAlias = tf.estimator.Head

_FAMILY = {"weightColumn", "lossReduction", "name"}

_HEADS: dict[str, tuple[Callable[..., Head], set[str]]] = {
    "RegressionHead": (tf.estimator.RegressionHead, _FAMILY | {"labelDimension"}),
    "PoissonRegressionHead": (tf.estimator.PoissonRegressionHead, _FAMILY | {"labelDimension", "computeFullLoss"}),
    "LogisticRegressionHead": (tf.estimator.LogisticRegressionHead, _FAMILY),
    "MultiClassHead": (tf.estimator.MultiClassHead, _FAMILY | {"nClasses", "labelVocabulary"}),
    "MultiLabelHead": (tf.estimator.MultiLabelHead, _FAMILY | {"nClasses", "labelVocabulary"}),
}


def create_head(name: str, options: Mapping[str, str | int | bool | list[str]]) -> Head:
    """Our names are the original's in camelCase. An option that the original has not is an error."""
    if name not in _HEADS:
        raise ValueError(f"{name} is none of {', '.join(_HEADS)}")
    create, known = _HEADS[name]
    unknown = set(options) - known
    if unknown:
        raise ValueError(f"{name} has no option {', '.join(sorted(unknown))} in the original")
    return create(**{_snake(option): value for option, value in options.items()})


def _snake(camel: str) -> str:
    return re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), camel)
