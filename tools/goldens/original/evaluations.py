"""Metrics of an original head over several batches."""

import tensorflow as tf

from batches import Modes, compare_map, run_metrics
from compare import Tally
from heads import create_head
from read import Batch, Floats, Json, batch, query


def replay_evaluation(name: str, evaluation: Json, tally: Tally) -> None:
    batches, title = [batch(one) for one in evaluation["batches"]], query(name, "evaluation", evaluation)
    head = create_head(name, evaluation["options"])
    metrics = head.metrics()
    for one in batches:
        head.update_metrics(metrics, one.features, tf.constant(one.logits), one.labels)
    results = {key: metric.result() for key, metric in metrics.items()}
    compare_map("evaluation", title, results, evaluation["metrics"], tally)
    compare_map("evaluation by a spec", title, _in_graph(name, evaluation, batches), evaluation["metrics"], tally)


def _in_graph(name: str, evaluation: Json, batches: list[Batch]) -> Json:
    """As an Estimator evaluates: one graph, into which batch after batch is fed."""
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        head, first = create_head(name, evaluation["options"]), batches[0]
        logits, labels = _placeholder(first.logits), _placeholder(first.labels)
        features = {key: _placeholder(value) for key, value in first.features.items()}
        spec = head.create_estimator_spec(features, Modes.EVAL, logits, labels)
        feeds = [
            {logits: one.logits, labels: one.labels, **{features[key]: value for key, value in one.features.items()}}
            for one in batches
        ]
        return run_metrics(session, spec, feeds)


def _placeholder(example: Floats) -> tf.Tensor:
    """Any number of rows: batches differ in it."""
    return tf.compat.v1.placeholder(tf.float32, (None, *example.shape[1:]))
