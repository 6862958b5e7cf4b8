"""One batch through an original head: its methods called eagerly, and the specs that an Estimator would run."""

from typing import Any

import tensorflow as tf

from compare import Tally
from heads import Head, Maker, predictions_in, static_head
from read import Batch, Json, batch, expected, query, tensors

Modes = tf.estimator.ModeKeys


def replay_case(made: Maker, case: Json, exports: Json | None, tally: Tally) -> None:
    given = batch(case)
    _replay_methods(made, case, given, tally)
    _replay_graph(made, case, given, tally)
    if case["predictions"]:
        _replay_predict_spec(made, case, given, exports, tally)


def _replay_methods(made: Maker, case: Json, given: Batch, tally: Tally) -> None:
    head, title = made.create(case["options"]), query(made.name, "case", case)
    logits, labels = tensors(given.logits), tensors(given.labels)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        # By name: the heads do not agree on the order.
        loss = head.loss(logits=logits, labels=labels, features=tensors(given.features), mode=Modes.TRAIN)
    tally.numbers("loss", title, loss, expected(case["loss"]))
    _compare_gradient("gradient", title, tape.gradient(loss, logits), case, tally)
    compare_map("predictions", title, predictions_in(head, static_head(head).predictions(logits)), case["predictions"], tally)
    metrics = head.update_metrics(head.metrics(), tensors(given.features), logits, labels)
    compare_map("metrics", title, {key: metric.result() for key, metric in metrics.items()}, case["metrics"], tally)


def _compare_gradient(quantity: str, title: str, gradient: Any, case: Json, tally: Tally) -> None:
    """By the logits of one head, or of each of those that it is made of."""
    if not isinstance(gradient, dict):
        tally.numbers(quantity, title, gradient, expected(case["gradient"]))
        return
    for name, part in gradient.items():
        tally.numbers(quantity, title, part, expected(case["gradient"][name]), name)


def _replay_predict_spec(made: Maker, case: Json, given: Batch, exports: Json | None, tally: Tally) -> None:
    head, title = made.create(case["options"]), query(made.name, "case", case)
    spec = head.create_estimator_spec(tensors(given.features), Modes.PREDICT, tensors(given.logits))
    compare_map("predict spec: predictions", title, predictions_in(head, spec.predictions), case["predictions"], tally)
    if exports is None:
        return
    tally.keys(title, "predict spec: exports", spec.export_outputs, exports)
    for key in sorted(spec.export_outputs.keys() & exports.keys()):
        outputs = {name: case["predictions"][prediction] for name, prediction in exports[key]["outputs"].items()}
        compare_map("predict spec: exports", f"{title} {key}", _outputs(spec.export_outputs[key], exports[key]["kind"]), outputs, tally)


def _outputs(output: tf.estimator.export.ExportOutput, kind: str) -> Json:
    """What an export holds by name, if it is of the kind."""
    if kind == "regression" and isinstance(output, tf.estimator.export.RegressionOutput):
        return {"value": output.value}
    if kind == "classification" and isinstance(output, tf.estimator.export.ClassificationOutput):
        return {"scores": output.scores, "classes": output.classes}
    if kind == "predict" and isinstance(output, tf.estimator.export.PredictOutput):
        return dict(output.outputs)
    return {f"{type(output).__name__}, expected one of the kind {kind}": []}


def _replay_graph(made: Maker, case: Json, given: Batch, tally: Tally) -> None:
    """The specs of training and evaluation, which the original cannot make eagerly."""
    title = query(made.name, "case", case)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        head, logits = made.create(case["options"]), tensors(given.logits)
        train, by_logits = _train_spec(head, given, logits)
        evaluation = head.create_estimator_spec(tensors(given.features), Modes.EVAL, logits, tensors(given.labels))
        session.run(tf.compat.v1.tables_initializer())
        loss, gradient, _ = session.run([train.loss, by_logits, train.train_op])
        eval_loss, metrics = session.run(evaluation.loss), run_metrics(session, evaluation, [{}])
    tally.numbers("train spec: loss", title, loss, expected(case["loss"]))
    _compare_gradient("train spec: gradient", title, gradient, case, tally)
    tally.numbers("eval spec: loss", title, eval_loss, expected(case["loss"]))
    compare_map("eval spec: metrics", title, metrics, case["metrics"], tally)


def _train_spec(head: Head, given: Batch, logits: Any) -> tuple[tf.estimator.EstimatorSpec, Any]:
    """A spec of training whose step only makes the gradient, and that."""
    made: list[Any] = []

    def train_op_fn(loss: tf.Tensor) -> tf.Operation:
        made.extend(tf.gradients(loss, tf.nest.flatten(logits)))
        return tf.group(*made)

    spec = head.create_estimator_spec(tensors(given.features), Modes.TRAIN, logits, tensors(given.labels), train_op_fn=train_op_fn)
    return spec, tf.nest.pack_sequence_as(logits, made)


def run_metrics(session: tf.compat.v1.Session, spec: tf.estimator.EstimatorSpec, feeds: list[Json]) -> Json:
    """The metrics of a spec after one update for each feed."""
    session.run([tf.compat.v1.global_variables_initializer(), tf.compat.v1.local_variables_initializer(), tf.compat.v1.tables_initializer()])
    for feed in feeds:
        session.run([update for _, update in spec.eval_metric_ops.values()], feed)
    results: Json = session.run({key: value for key, (value, _) in spec.eval_metric_ops.items()})
    return results


def compare_map(quantity: str, title: str, actual: Json, golden: Json, tally: Tally) -> None:
    """Goldens without any key tell nothing: another case of the same batch has them."""
    if not golden:
        return
    tally.keys(title, quantity, actual, golden)
    for key in sorted(actual.keys() & golden.keys()):
        if "shape" in golden[key]:
            tally.prediction(quantity, title, actual[key], golden[key], key)
        else:
            tally.numbers(quantity, title, actual[key], expected(golden[key]), key)
