"""Gives serialised tf.Examples to the signatures of a SavedModel, and says what they answer, whose methods they are of, and what they refuse."""

import json
import sys

import tensorflow as tf


def serialized(row):
    """A row is a map of features, each a list of texts, floats or integers."""
    features = {}
    for name, (kind, values) in row.items():
        if kind == "string":
            features[name] = tf.train.Feature(bytes_list=tf.train.BytesList(value=[value.encode() for value in values]))
        elif kind == "int32":
            features[name] = tf.train.Feature(int64_list=tf.train.Int64List(value=values))
        else:
            features[name] = tf.train.Feature(float_list=tf.train.FloatList(value=values))
    return tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString()


def main():
    given = json.load(sys.stdin)
    model = tf.saved_model.load(given["folder"])
    rows = tf.constant([serialized(row) for row in given["rows"]])
    with tf.compat.v1.Session(graph=tf.Graph()) as session:
        meta = tf.compat.v1.saved_model.load(session, ["serve"], given["folder"])
        methods = {name: signature.method_name for name, signature in meta.signature_def.items()}
    answers = {}
    for name, signature in model.signatures.items():
        (key,) = signature.structured_input_signature[1]
        outputs = signature(**{key: rows})
        answers[name] = {
            "input": key,
            "outputs": {
                output: [value.decode() if isinstance(value, bytes) else value for value in tensor.numpy().reshape(-1).tolist()]
                for output, tensor in outputs.items()
            },
        }
    refused = []
    for row in given["refused"]:
        try:
            model.signatures["predict"](examples=tf.constant([serialized(row)]))
        except tf.errors.InvalidArgumentError as error:
            refused.append(error.message)
    json.dump({"answers": answers, "methods": methods, "refused": refused}, sys.stdout)


main()
