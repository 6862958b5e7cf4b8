"""Metrics of an original head over several batches."""

from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from batches import Modes, compare_map, run_metrics
from compare import Tally
from heads import Maker, remade_metrics
from read import Batch, Inputs, Json, Sparse, batch, query, tensors


def replay_evaluation(made: Maker, evaluation: Json, tally: Tally) -> None:
    batches, title = [batch(one) for one in evaluation["batches"]], query(made.name, "evaluation", evaluation)
    head = made.create(evaluation["options"])
    metrics = head.metrics()
    for one in batches:
        head.update_metrics(eval_metrics=metrics, features=tensors(one.features), logits=tensors(one.logits), labels=tensors(one.labels))
    remade = remade_metrics(head, metrics)
    results = {key: metric.result() for key, metric in metrics.items() if key not in remade}
    golden = {key: value for key, value in evaluation["metrics"].items() if key not in remade}
    compare_map("evaluation", title, results, golden, tally)
    compare_map("evaluation by a spec", title, _in_graph(made, evaluation, batches), evaluation["metrics"], tally)


def _in_graph(made: Maker, evaluation: Json, batches: list[Batch]) -> Json:
    """As an Estimator evaluates: one graph, into which batch after batch is fed."""
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        head, first = made.create(evaluation["options"]), batches[0]
        logits, labels, features = _placeholder(first.logits), _placeholder(first.labels), _placeholder(first.features)
        spec = head.create_estimator_spec(features, Modes.EVAL, logits, labels)
        feeds = [dict([*_feed(logits, one.logits), *_feed(labels, one.labels), *_feed(features, one.features)]) for one in batches]
        return run_metrics(session, spec, feeds)


def _placeholder(example: Inputs) -> Any:
    """Any number of rows: batches differ in it."""
    if isinstance(example, dict):
        return {name: _placeholder(part) for name, part in example.items()}
    values = example.values if isinstance(example, Sparse) else example
    dtype = tf.string if values.dtype == object else tf.as_dtype(values.dtype)
    if isinstance(example, Sparse):
        return tf.compat.v1.sparse_placeholder(dtype, (None, *example.shape[1:]))
    return tf.compat.v1.placeholder(dtype, (None, *example.shape[1:]))


def _feed(placeholder: Any, given: Inputs) -> Iterator[tuple[Any, Any]]:
    """What goes into each placeholder."""
    if isinstance(given, dict):
        for name, part in given.items():
            yield from _feed(placeholder[name], part)
    elif isinstance(given, Sparse):
        yield placeholder, tf.compat.v1.SparseTensorValue(given.indices, given.values, given.shape)
    else:
        yield placeholder, given
