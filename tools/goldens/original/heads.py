"""The original heads, made with the options of ours."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import tensorflow as tf
from tensorflow_estimator.python.estimator.head.sequential_head import SequentialHeadWrapper

Head: TypeAlias = tf.estimator.Head
Options: TypeAlias = Mapping[str, str | int | float | bool | list[str] | list[float]]

_FAMILY = {"weightColumn", "lossReduction", "name"}
_CLASSES = _FAMILY | {"labelVocabulary"}

_HEADS: dict[str, tuple[Callable[..., Head], set[str]]] = {
    "RegressionHead": (tf.estimator.RegressionHead, _FAMILY | {"labelDimension"}),
    "PoissonRegressionHead": (tf.estimator.PoissonRegressionHead, _FAMILY | {"labelDimension", "computeFullLoss"}),
    "LogisticRegressionHead": (tf.estimator.LogisticRegressionHead, _FAMILY),
    "BinaryClassHead": (tf.estimator.BinaryClassHead, _CLASSES | {"thresholds"}),
    "MultiClassHead": (tf.estimator.MultiClassHead, _CLASSES | {"nClasses"}),
    "MultiLabelHead": (tf.estimator.MultiLabelHead, _CLASSES | {"nClasses", "thresholds", "classesForClassBasedMetrics"}),
}

# Heads made of heads, which come before their options; of the second there is one.
_WRAPPERS: dict[str, tuple[Callable[..., Head], set[str]]] = {
    "MultiHead": (tf.estimator.MultiHead, {"headWeights"}),
    "SequentialHeadWrapper": (lambda heads, **options: SequentialHeadWrapper(*heads, **options), {"sequenceLengthMask", "featureColumns"}),
}


# What heads made of heads have not: each of theirs has it.
_INHERITED = {"weightColumn", "lossReduction"}


@dataclass(frozen=True)
class Maker:
    """A head by its name, and those that it is made of: `{"head": name, "options": options}` each."""

    name: str
    heads: Sequence[Mapping[str, Any]] = ()

    def create(self, options: Options) -> Head:
        """Our names are the original's in camelCase. An option that the original has not is an error."""
        if self.name in _HEADS and not self.heads:
            return _created(self.name, *_HEADS[self.name], options)
        if self.name not in _WRAPPERS or not self.heads:
            raise ValueError(f"{self.name} of {len(self.heads)} heads: expected one of {', '.join(_HEADS)}, or of heads {', '.join(_WRAPPERS)}")
        inherited = {option: value for option, value in options.items() if option in _INHERITED}
        heads = [Maker(head["head"]).create({**inherited, **head["options"]}) for head in self.heads]
        create, known = _WRAPPERS[self.name]
        own = {option: value for option, value in options.items() if option not in inherited}
        return _created(self.name, partial(create, heads), known, own)


def _created(name: str, create: Callable[..., Head], known: set[str], options: Options) -> Head:
    unknown = set(options) - known
    if unknown:
        raise ValueError(f"{name} has no option {', '.join(sorted(unknown))} in the original")
    return create(**{_snake(option): value for option, value in options.items()})


def static_head(head: Head) -> Head:
    """The head that predicts: one of sequences hands on keys, which not every head takes."""
    return head.static_head if isinstance(head, SequentialHeadWrapper) else head


def predictions_in(head: Head, predictions: Mapping[Any, Any]) -> dict[str, Any]:
    """By one key: a head made of heads has pairs of a name and a key. The mask that one of sequences hands on is no prediction."""
    mask = head.input_sequence_mask_key if isinstance(head, SequentialHeadWrapper) else None
    named = {"/".join(key) if isinstance(key, tuple) else key: value for key, value in predictions.items()}
    return {key: value for key, value in named.items() if key != mask}


def remade_metrics(head: Head, metrics: Mapping[str, Any]) -> set[str]:
    """Those that have seen the last batch alone: eagerly, a head made of heads makes the metrics of its heads anew for each batch."""
    return set(metrics) - set(head.metrics())


def _snake(camel: str) -> str:
    return re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), camel)
