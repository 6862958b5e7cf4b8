"""A network of one hidden layer of relu under an original head, trained on one batch.

The network stands in float64, so that the head alone rounds: it casts logits to float32.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from batches import Modes
from compare import Tally
from heads import Maker
from optimizers import create_optimizer
from read import Doubles, Json, array, expected, features, inputs, query, tensors
from written_out import create_rule

History = tuple[list[float], list[Doubles]]


def replay_training(made: Maker, training: Json, tally: Tally) -> None:
    title, optimizer = query(made.name, "training", training), training["optimizer"]
    theirs = create_optimizer(optimizer["name"], optimizer["settings"])
    variant = " ".join(map(str, training["parameters"].values()))
    tally.rules[variant] = "tfjs, written out" if theirs is None else "tensorflow"
    losses, end = _train_by_rule(made, training) if theirs is None else _train_by_spec(made, training)
    tally.numbers("training: losses", title, losses, expected(training["losses"]))
    for index, (actual, golden) in enumerate(zip(end, training["end"], strict=True)):
        tally.numbers("training: variables", title, actual, expected(golden), f"variable {index}")


def _train_by_spec(made: Maker, training: Json) -> History:
    """TensorFlow's optimizer, through the spec of the head. It needs a graph."""
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        optimizer = create_optimizer(training["optimizer"]["name"], training["optimizer"]["settings"])
        variables = [tf.Variable(value) for value in _start(training)]
        spec = made.create(training["options"]).create_estimator_spec(
            tensors(features(training)),
            Modes.TRAIN,
            _logits(training, variables),
            tensors(inputs(training["labels"])),
            optimizer=optimizer,
            trainable_variables=variables,
        )
        session.run([tf.compat.v1.global_variables_initializer(), tf.compat.v1.tables_initializer()])
        # The loss comes before the update: this waits for gradients, and those for the same logits.
        losses = [session.run([spec.loss, spec.train_op])[0] for _ in range(training["steps"])]
        return losses, session.run(variables)


def _train_by_rule(made: Maker, training: Json) -> History:
    """A rule that TensorFlow has not, on the gradients that the head gives."""
    head, rule = made.create(training["options"]), create_rule(training["optimizer"]["name"], training["optimizer"]["settings"])
    values, labels, weights = _start(training), tensors(inputs(training["labels"])), tensors(features(training))
    losses = []
    for _ in range(training["steps"]):
        variables = [tf.constant(value) for value in values]
        with tf.GradientTape() as tape:
            tape.watch(variables)
            loss = head.loss(logits=_logits(training, variables), labels=labels, features=weights, mode=Modes.TRAIN)
        losses.append(float(loss))
        gradients = [gradient.numpy() for gradient in tape.gradient(loss, variables)]
        values = [rule(index, value, gradient) for index, (value, gradient) in enumerate(zip(values, gradients, strict=True))]
    return losses, values


def _start(training: Json) -> list[Doubles]:
    return [array(tensor).astype(np.float64) for tensor in training["start"]]


def _logits(training: Json, variables: Sequence[tf.Tensor | tf.Variable]) -> Any:
    hidden_kernel, hidden_bias, kernel, bias = variables
    x = tf.constant(array(training["inputs"]).astype(np.float64))
    hidden = tf.nn.relu(x @ hidden_kernel + hidden_bias)
    logits, heads = hidden @ kernel + bias, training.get("heads")
    return logits if heads is None else dict(zip(heads, tf.split(logits, list(heads.values()), axis=-1), strict=True))
