"""Records what the original makes of feature columns, and how its canned estimators train, for the tests of packages/estimator."""

import json
import platform
import sys
import tempfile
from importlib.metadata import version

import numpy as np
import tensorflow as tf
from tensorflow_estimator.python.estimator.head.sequential_head import SequentialHeadWrapper

fc = tf.feature_column
estimator = tf.estimator
STEPS = 50
RECORDED = (1, 2, 5, 10, 20, STEPS)

# Strings of each of the branches of the hash: 0 to 3 bytes, 4 to 7, 8 to 16, 17 to 32, 33 to 64, and more.
TEXTS = ["", "a", "ab", "abc", "-1", "wxyz", "Zürich", "seven77", "eight888", "日本語テキスト", "x" * 16, "y" * 17, "z" * 32]
TEXTS += ["The quick brown fox jumps over the", "q" * 64, "w" * 65, "lorem ipsum dolor sit amet " * 5, "0123456789" * 20, "k" * 128, "m" * 1000]

# A batch, and the columns that are made of it.
AGE = [21.0, 35.0, 18.0, 64.5, 40.0, 35.5]
PAIR = [[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5], [1.0, 1.0], [0.0, -2.0], [0.125, 3.0]]
CITY = ["oslo", "", "rome", "paris", "oslo", "lima"]
FLOOR = [[0, 2], [3, -1], [1, 1], [-1, -1], [2, 2], [0, 3]]
CODE = [7, 12, -1, 12, 100, 7]
# Sparse: tags of a row, and how much each counts.
TAG_ROWS = [["red", "blue"], [], ["green"], ["red", "red", "mauve"], ["blue"], ["mauve", "green"]]
TAG_WEIGHTS = [[0.5, 2.0], [], [1.5], [1.0, 0.25, 3.0], [-1.0], [0.0, 0.75]]


def sparse(rows: list) -> tf.SparseTensor:
    indices = [[i, j] for i, row in enumerate(rows) for j in range(len(row))]
    values = [value for row in rows for value in row]
    return tf.SparseTensor(indices, values, [len(rows), max(len(row) for row in rows)])


def features() -> dict:
    return {
        "age": tf.constant(AGE),
        "pair": tf.constant(PAIR),
        "city": tf.constant(CITY),
        "floor": tf.constant(FLOOR, tf.int64),
        "code": tf.constant(CODE, tf.int64),
        "tags": sparse(TAG_ROWS),
        "amount": sparse(TAG_WEIGHTS),
    }


def table(rows: int, dimension: int) -> list:
    return [[(3 * i + 5 * j) % 11 / 4 - 1 for j in range(dimension)] for i in range(rows)]


def from_table(shape: object, dtype: object = None, **_: object) -> tf.Tensor:
    return tf.constant(table(*shape), tf.float32)


age = fc.numeric_column("age")
bucketized = fc.bucketized_column(age, [20, 35, 60])
city = fc.categorical_column_with_vocabulary_list("city", ["oslo", "rome", "paris"])
city_oov = fc.categorical_column_with_vocabulary_list("city", ["oslo", "rome"], num_oov_buckets=3)
city_default = fc.categorical_column_with_vocabulary_list("city", ["oslo", "rome"], default_value=1)
code_vocabulary = fc.categorical_column_with_vocabulary_list("code", [7, 12], dtype=tf.int64, num_oov_buckets=2)
floor = fc.categorical_column_with_identity("floor", 4)
code_identity = fc.categorical_column_with_identity("code", 13, default_value=0)
city_hash = fc.categorical_column_with_hash_bucket("city", 10)
code_hash = fc.categorical_column_with_hash_bucket("code", 10, dtype=tf.int64)
tags = fc.categorical_column_with_vocabulary_list("tags", ["red", "blue", "green"])
tags_hash = fc.categorical_column_with_hash_bucket("tags", 6)
weighted = fc.weighted_categorical_column(tags, "amount")


def shared() -> list:
    return fc.shared_embeddings([tags, city], 2, initializer=from_table)


COLUMNS = {
    "age": lambda: [age],
    "pair": lambda: [fc.numeric_column("pair", 2)],
    "pairNormalized": lambda: [fc.numeric_column("pair", 2, normalizer_fn=lambda x: (x - 0.5) * 2)],
    "bucketized": lambda: [bucketized],
    "pairBucketized": lambda: [fc.bucketized_column(fc.numeric_column("pair", 2), [0, 1])],
    "cityIndicator": lambda: [fc.indicator_column(city)],
    "cityOov": lambda: [fc.indicator_column(city_oov)],
    "cityDefault": lambda: [fc.indicator_column(city_default)],
    "codeVocabulary": lambda: [fc.indicator_column(code_vocabulary)],
    "floorIndicator": lambda: [fc.indicator_column(floor)],
    "codeIdentity": lambda: [fc.indicator_column(code_identity)],
    "cityHash": lambda: [fc.indicator_column(city_hash)],
    "codeHash": lambda: [fc.indicator_column(code_hash)],
    "tagsIndicator": lambda: [fc.indicator_column(tags)],
    "tagsHash": lambda: [fc.indicator_column(tags_hash)],
    "weightedIndicator": lambda: [fc.indicator_column(weighted)],
    "crossed": lambda: [fc.indicator_column(fc.crossed_column([bucketized, "city"], 9))],
    "crossedStrings": lambda: [fc.indicator_column(fc.crossed_column(["tags", "city"], 9))],
    "crossedThree": lambda: [fc.indicator_column(fc.crossed_column(["city", tags, bucketized], 12))],
    "crossedIds": lambda: [fc.indicator_column(fc.crossed_column([floor, "code"], 8))],
    "crossedNested": lambda: [fc.indicator_column(fc.crossed_column([fc.crossed_column(["city", "tags"], 50), "code"], 11))],
    "crossedKey": lambda: [fc.indicator_column(fc.crossed_column(["city", "code"], 11, hash_key=1234567890123))],
    "embeddingMean": lambda: [fc.embedding_column(tags, 2, initializer=from_table)],
    "embeddingSum": lambda: [fc.embedding_column(tags, 2, combiner="sum", initializer=from_table)],
    "embeddingSqrtn": lambda: [fc.embedding_column(tags_hash, 3, combiner="sqrtn", initializer=from_table)],
    "embeddingMaxNorm": lambda: [fc.embedding_column(tags, 2, max_norm=1.0, initializer=from_table)],
    "embeddingWeightedMean": lambda: [fc.embedding_column(weighted, 2, initializer=from_table)],
    "embeddingWeightedSum": lambda: [fc.embedding_column(weighted, 2, combiner="sum", initializer=from_table)],
    "embeddingWeightedSqrtn": lambda: [fc.embedding_column(weighted, 2, combiner="sqrtn", initializer=from_table)],
    "shared": shared,
    "sorted": lambda: [fc.indicator_column(tags), fc.numeric_column("pair", 2), bucketized, fc.embedding_column(city, 2, initializer=from_table), age],
}


def dense(columns: list) -> dict:
    layer = tf.keras.layers.DenseFeatures(columns)
    output = layer(features())
    return {"names": [column.name for column in columns], "variables": [v.name for v in layer.variables], "output": output.numpy().tolist()}


def in_graph(make: object) -> dict:
    """Shared embeddings work in graphs only."""
    with tf.Graph().as_default():
        columns = make()
        layer = tf.keras.layers.DenseFeatures(columns)
        output = layer(features())
        names = [v.name for v in tf.compat.v1.global_variables()]
        with tf.compat.v1.Session() as session:
            session.run([tf.compat.v1.global_variables_initializer(), tf.compat.v1.tables_initializer()])
            return {"names": [column.name for column in columns], "variables": names, "output": session.run(output).tolist()}


# ---- sequences: words of different numbers, a number for each, and two for each

WORDS = [["oslo", "rome", "oslo"], ["paris"], ["lima", "oslo"], ["rome", "lima", "paris", "rome"], ["oslo"], ["paris", "rome"]]
HEAT = [[0.5, -1.0, 2.0], [1.5], [0.25, 0.75], [3.0, -2.0, 1.0, 0.5], [-0.5], [2.5, 1.0]]
MOVES = [[value for one in row for value in (one, 1 - one / 2)] for row in HEAT]
TIME = max(len(row) for row in WORDS)
STEP_LABELS = [[[(3 * i + 2 * j) % 7 / 2 - 1] for j in range(TIME)] for i in range(len(WORDS))]

words = fc.sequence_categorical_column_with_vocabulary_list("words", ["oslo", "rome", "paris"])
words_hash = fc.sequence_categorical_column_with_hash_bucket("words", 5)
steps = fc.sequence_categorical_column_with_identity("steps", 4)
heat = fc.sequence_numeric_column("heat")
moves = fc.sequence_numeric_column("moves", 2, normalizer_fn=lambda x: x * 2)


def sequences() -> dict:
    return {
        "words": sparse(WORDS),
        "heat": sparse(HEAT),
        "moves": sparse(MOVES),
        "steps": tf.constant([[0, 1, 2, 3], [3, -1, -1, -1], [1, 2, -1, -1], [0, 0, 1, 1], [2, -1, -1, -1], [3, 3, -1, -1]], tf.int64),
        "pair": tf.constant(PAIR),
        "city": tf.constant(CITY),
        "weight": tf.constant(WEIGHTS),
    }


SEQUENCE_COLUMNS = {
    "wordsIndicator": lambda: [fc.indicator_column(words)],
    "wordsEmbedding": lambda: [fc.embedding_column(words, 2, initializer=from_table)],
    "wordsHash": lambda: [fc.embedding_column(words_hash, 3, initializer=from_table, max_norm=1.0)],
    "steps": lambda: [fc.indicator_column(steps)],
    "heat": lambda: [heat],
    "moves": lambda: [moves],
    "sorted": lambda: [fc.indicator_column(words), heat, fc.embedding_column(words_hash, 2, initializer=from_table), moves],
}


def sequence(columns: list) -> dict:
    output, lengths = tf.keras.experimental.SequenceFeatures(columns)(sequences())
    return {"names": [column.name for column in columns], "output": output.numpy().tolist(), "lengths": lengths.numpy().tolist()}


# ---- how estimators train

LABELS = [[1.5], [0.0], [-0.5], [2.0], [1.0], [3.0]]
CLASSES = [[1], [0], [2], [1], [1], [2]]
WEIGHTS = [1.0, 0.5, 2.0, 0.0, 1.0, 1.5]


class Watch(estimator.SessionRunHook):
    """Keeps what variables start with, and the loss of each step."""

    def __init__(self) -> None:
        self.losses, self.start = [], {}

    def after_create_session(self, session: object, coord: object) -> None:
        self.start = {v.name.split(":")[0]: session.run(v).tolist() for v in tf.compat.v1.trainable_variables()}

    def before_run(self, context: object) -> object:
        return tf.compat.v1.train.SessionRunArgs(tf.compat.v1.get_collection(tf.compat.v1.GraphKeys.LOSSES)[-1])

    def after_run(self, context: object, values: object) -> None:
        self.losses.append(float(values.results))


def batch() -> dict:
    return {**features(), "weight": tf.constant(WEIGHTS)}


def train(make: object, labels: list, dtype: object, given_by: object = batch) -> dict:
    def input_fn() -> tf.data.Dataset:
        given = given_by()
        return tf.data.Dataset.from_tensors((given, tf.constant(labels, dtype))).repeat()

    with tempfile.TemporaryDirectory() as folder:
        model = make(folder)
        watch = Watch()
        model.train(input_fn, hooks=[watch], steps=STEPS)
        names = [n for n in model.get_variable_names() if not n.startswith("training/") and n != "global_step"]
        return {
            "start": watch.start,
            "losses": {str(step): watch.losses[step - 1] for step in RECORDED},
            "end": {name: model.get_variable_value(name).tolist() for name in sorted(names)},
            "globalStep": int(model.get_variable_value("global_step")),
        }


def regression() -> object:
    return estimator.RegressionHead(weight_column="weight")


def linear_columns() -> list:
    return [fc.numeric_column("pair", 2), bucketized, city, weighted, fc.crossed_column([bucketized, "city"], 9)]


def dnn_columns() -> list:
    return [fc.numeric_column("pair", 2), fc.indicator_column(city), fc.embedding_column(tags, 2)]


def rnn(folder: str, **settings: object) -> object:
    tf.keras.utils.set_random_seed(3)  # The seed of the config is not for these.
    columns = [fc.embedding_column(words, 2), heat]
    head = settings.pop("head", regression())
    return estimator.experimental.RNNEstimator(head, columns, model_dir=folder, config=CONFIG, **settings)


def by_step() -> object:
    return SequentialHeadWrapper(estimator.RegressionHead())


CONFIG = estimator.RunConfig(tf_random_seed=3)
OPTIMIZERS = ["Adagrad", "Adam", "Ftrl", "RMSProp", "SGD"]
TRAININGS = {
    **{f"linear {name}": (lambda folder, name=name: estimator.LinearEstimator(regression(), linear_columns(), folder, optimizer=name, config=CONFIG), LABELS, tf.float32) for name in OPTIMIZERS},
    **{f"baseline {name}": (lambda folder, name=name: estimator.BaselineEstimator(regression(), folder, optimizer=name, config=CONFIG), LABELS, tf.float32) for name in OPTIMIZERS},
    "linear mean": (lambda folder: estimator.LinearEstimator(regression(), linear_columns(), folder, sparse_combiner="mean", config=CONFIG), LABELS, tf.float32),
    "linear sqrtn": (lambda folder: estimator.LinearEstimator(regression(), linear_columns(), folder, sparse_combiner="sqrtn", config=CONFIG), LABELS, tf.float32),
    "linear classes": (lambda folder: estimator.LinearClassifier(linear_columns(), folder, n_classes=3, config=CONFIG), CLASSES, tf.int64),
    "baseline classes": (lambda folder: estimator.BaselineClassifier(folder, n_classes=3, config=CONFIG), CLASSES, tf.int64),
    "dnn": (lambda folder: estimator.DNNEstimator(regression(), [4, 3], dnn_columns(), folder, config=CONFIG), LABELS, tf.float32),
    "dnn batchNorm": (lambda folder: estimator.DNNEstimator(regression(), [4, 3], dnn_columns(), folder, optimizer="SGD", batch_norm=True, activation_fn=tf.nn.tanh, config=CONFIG), LABELS, tf.float32),
    "combined": (lambda folder: estimator.DNNLinearCombinedEstimator(regression(), folder, linear_feature_columns=linear_columns(), dnn_feature_columns=dnn_columns(), dnn_hidden_units=[4], config=CONFIG), LABELS, tf.float32),
    "rnn": (lambda folder: rnn(folder, units=[3]), LABELS, tf.float32, sequences),
    "rnn context": (lambda folder: rnn(folder, units=3, cell_type="simple_rnn", context_feature_columns=[fc.embedding_column(city, 2), fc.numeric_column("pair", 2)]), LABELS, tf.float32, sequences),
    "rnn lstm": (lambda folder: rnn(folder, units=[3, 2], cell_type="lstm"), LABELS, tf.float32, sequences),
    "rnn gru": (lambda folder: rnn(folder, units=[3], cell_type="gru", optimizer="Adam"), LABELS, tf.float32, sequences),
    "rnn clipped": (lambda folder: rnn(folder, units=3, cell_type="lstm", optimizer="SGD"), [[10 * value for value in row] for row in LABELS], tf.float32, sequences),
    "rnn by step": (lambda folder: rnn(folder, units=[2, 3], cell_type="gru", head=by_step(), return_sequences=True), STEP_LABELS, tf.float32, sequences),
}


def main(path: str) -> None:
    golden = {
        "format": "tfjs-heads-estimators/1",
        "versions": {"python": platform.python_version(), "tensorflow-cpu": version("tensorflow-cpu"), "tensorflow-estimator": version("tensorflow-estimator")},
        "fingerprints": {text: str(int(tf.strings.to_hash_bucket_fast(text, 2**63 - 1))) for text in TEXTS},
        "features": {"age": AGE, "pair": PAIR, "city": CITY, "floor": FLOOR, "code": CODE, "tags": TAG_ROWS, "amount": TAG_WEIGHTS, "weight": WEIGHTS},
        "sequences": {"words": WORDS, "heat": HEAT, "moves": MOVES, "steps": sequences()["steps"].numpy().tolist()},
        "labels": LABELS,
        "stepLabels": STEP_LABELS,
        "classes": CLASSES,
        "columns": {name: in_graph(make) if name == "shared" else dense(make()) for name, make in COLUMNS.items()},
        "sequenceColumns": {name: sequence(make()) for name, make in SEQUENCE_COLUMNS.items()},
        "trainings": {name: train(*how) for name, how in TRAININGS.items()},
    }
    with open(path, "w", encoding="utf-8") as file:
        json.dump(golden, file, indent=1)
        file.write("\n")
    print(f"goldens: recorded {len(COLUMNS) + len(SEQUENCE_COLUMNS)} sets of feature columns and {len(TRAININGS)} trainings of the original")


main(sys.argv[1])
