"""Prints how many milliseconds Keras takes to evaluate nine metrics of a binary model: rows, batch, width."""

import statistics
import sys
import time

import numpy as np
import tensorflow as tf

REPETITIONS = 3


def main() -> None:
    rows, batch, width = (int(argument) for argument in sys.argv[1:])
    random = np.random.default_rng(3)
    x = random.standard_normal((rows, width), dtype=np.float32)
    y = (x.sum(1) + 2 * random.standard_normal(rows) > 0).astype(np.float32)[:, None]
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, "sigmoid", input_shape=(width,))])
    label_mean = tf.keras.metrics.MeanMetricWrapper(lambda labels, _: labels, name="label/mean")
    baseline = tf.keras.metrics.MeanMetricWrapper(lambda labels, _: labels, name="accuracy_baseline")
    prediction_mean = tf.keras.metrics.MeanMetricWrapper(lambda _, predictions: predictions, name="prediction/mean")
    metrics = [  # the ninth is the mean of the loss
        tf.keras.metrics.BinaryAccuracy(),
        tf.keras.metrics.Precision(),
        tf.keras.metrics.Recall(),
        prediction_mean,
        label_mean,
        baseline,
        tf.keras.metrics.AUC(curve="ROC"),
        tf.keras.metrics.AUC(curve="PR"),
    ]
    model.compile("sgd", "binary_crossentropy", metrics=metrics)
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(batch).prefetch(2)
    model.evaluate(data, verbose=0)
    times = []
    for _ in range(REPETITIONS):
        start = time.perf_counter()
        model.evaluate(data, verbose=0)
        times.append(time.perf_counter() - start)
    print(1000 * statistics.median(times))


main()
