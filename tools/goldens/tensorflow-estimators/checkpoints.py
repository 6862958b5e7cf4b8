"""Records checkpoints as the original writes them, for the tests of packages/estimator: of an Estimator, of variables in parts, of tf.train.Checkpoint."""

import base64
import json
import os
import sys
import tempfile

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1


def files_of(prefix: str) -> dict:
    """The files of a checkpoint, and the one that says that it is the latest, in base64."""
    folder, base = os.path.split(prefix)
    files = sorted(name for name in os.listdir(folder) if name == "checkpoint" or name.startswith(base + "."))
    return {name: base64.b64encode(open(os.path.join(folder, name), "rb").read()).decode() for name in files if not name.endswith(".meta")}


def values_of(prefix: str) -> dict:
    reader = tf.train.load_checkpoint(prefix)
    names = [name for name in sorted(reader.get_variable_to_shape_map()) if name != "_CHECKPOINTABLE_OBJECT_GRAPH"]
    return {name: np.asarray(reader.get_tensor(name), np.float64).tolist() for name in names}


def an_estimator() -> dict:
    trained = tf.estimator.DNNEstimator(
        head=tf.estimator.RegressionHead(),
        hidden_units=[3],
        feature_columns=[tf.feature_column.numeric_column("x", shape=(2,))],
        model_dir=tempfile.mkdtemp(),
        config=tf.estimator.RunConfig(tf_random_seed=7),
    )
    x = np.array([[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5]], np.float32)
    batches = lambda: tf.data.Dataset.from_tensors(({"x": x}, x.sum(1, keepdims=True))).repeat()
    trained.train(batches, steps=5)
    result = {"loss": float(trained.evaluate(batches, steps=1)["loss"]), "x": x.tolist()}
    prefix = trained.latest_checkpoint()
    return {"evaluated": result, "values": values_of(prefix), "files": files_of(prefix)}


def variables_in_parts() -> dict:
    prefix = os.path.join(tempfile.mkdtemp(), "model.ckpt-3")
    with tf.Graph().as_default(), v1.Session() as session:
        for axis, rows, columns in ((0, 100, 3), (1, 2, 5)):
            parts = v1.fixed_size_partitioner(3, axis=axis)
            start = tf.constant(np.arange(rows * columns).reshape(rows, columns), tf.float32)
            init = lambda shape, dtype, partition_info, start=start: tf.slice(start, partition_info.var_offset, shape)
            v1.get_variable(f"axis_{axis}", [rows, columns], initializer=init, partitioner=parts)
        session.run(v1.global_variables_initializer())
        v1.train.Saver(sharded=True, save_relative_paths=True).save(session, prefix)
    return {"values": values_of(prefix), "files": files_of(prefix)}


def objects() -> dict:
    layer = tf.keras.Sequential([tf.keras.layers.Dense(2, input_shape=(3,), name="hidden")], name="net")
    layer.set_weights([np.arange(6, dtype=np.float32).reshape(3, 2), np.array([0.5, -0.5], np.float32)])
    checkpoint = tf.train.Checkpoint(net=layer, step=tf.Variable(4, dtype=tf.int64, name="step"))
    prefix = checkpoint.save(os.path.join(tempfile.mkdtemp(), "ckpt"))
    return {"values": values_of(prefix), "files": files_of(prefix)}


with open(sys.argv[1], "w") as file:
    json.dump({"estimator": an_estimator(), "parts": variables_in_parts(), "objects": objects()}, file)
