"""Records what TensorFlow's own optimizers make of two variables, for the tests of packages/optimizers.

Variables are in float64, so that TensorFlow's rounding is not taken for its rule. Most settings are exact in float32, in which
Keras keeps some of them; where the defaults are, they are marked as not exact.
"""

import json
import platform
import sys
from importlib.metadata import version

import numpy as np
import tensorflow as tf

keras = tf.keras.optimizers
legacy = tf.keras.optimizers.legacy
v1 = tf.compat.v1.train

STEPS = 20
RECORDED = (1, 2, 5, STEPS)
START = {"kernel": [1.0, -0.5, 0.25], "bias": [0.0, 0.75]}


def draw_gradients() -> list[dict[str, list[float]]]:
    """Of several magnitudes, exact in float32."""
    random = np.random.default_rng(13)
    sizes = [1, 2**-4, 2**-10]

    def draw(count: int) -> list[float]:
        return [float(np.float32(random.uniform(-1, 1)) * sizes[i % 3]) for i in range(count)]

    return [{"kernel": draw(3), "bias": draw(2)} for _ in range(STEPS)]


def follow(optimizer: object, gradients: list[dict[str, list[float]]]) -> dict[str, dict[str, list[float]]]:
    variables = {name: tf.Variable(values, dtype=tf.float64, name=name) for name, values in START.items()}
    if hasattr(optimizer, "exclude_from_weight_decay") and optimizer.weight_decay:
        optimizer.build(list(variables.values()))
    recorded = {}
    for step, of in enumerate(gradients, start=1):
        optimizer.apply_gradients([(tf.constant(of[name], tf.float64), variable) for name, variable in variables.items()])
        if step in RECORDED:
            recorded[str(step)] = {name: variable.numpy().tolist() for name, variable in variables.items()}
    return recorded


def without_bias(optimizer: object) -> object:
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    return optimizer


RATE = {"learningRate": 0.125}
BETAS = {"beta1": 0.875, "beta2": 1 - 2**-10, "epsilon": 2**-20}
B = {"beta_1": 0.875, "beta_2": 1 - 2**-10, "epsilon": 2**-20}
COSINE = {"initialLearningRate": 0.0625, "decaySteps": 16, "alpha": 0.125, "warmupTarget": 0.25, "warmupSteps": 4}

# Class and options here, the original's name and an instance of it, and whether all settings are exact in float32.
CASES = [
    ("SGD", {}, "legacy.SGD", legacy.SGD(), False),
    ("SGD", RATE, "v1.GradientDescentOptimizer", v1.GradientDescentOptimizer(0.125), True),
    ("SGD", {**RATE, "momentum": 0.875}, "legacy.SGD", legacy.SGD(0.125, momentum=0.875), True),
    ("SGD", {**RATE, "momentum": 0.875}, "v1.MomentumOptimizer", v1.MomentumOptimizer(0.125, 0.875), True),
    ("SGD", {**RATE, "momentum": 0.875, "nesterov": True}, "keras.SGD", keras.SGD(0.125, 0.875, nesterov=True), True),
    ("SGD", {**RATE, "clipvalue": 0.25}, "keras.SGD", keras.SGD(0.125, clipvalue=0.25), True),
    ("SGD", {**RATE, "clipnorm": 0.25}, "keras.SGD", keras.SGD(0.125, clipnorm=0.25), True),
    ("SGD", {**RATE, "globalClipnorm": 0.25}, "keras.SGD", keras.SGD(0.125, global_clipnorm=0.25), True),
    (
        "SGD",
        {**RATE, "momentum": 0.5, "weightDecay": 0.0625, "excludeFromWeightDecay": ["bias"]},
        "keras.SGD",
        without_bias(keras.SGD(0.125, momentum=0.5, weight_decay=0.0625)),
        True,
    ),
    ("Adagrad", {}, "legacy.Adagrad", legacy.Adagrad(), False),
    ("Adagrad", {**RATE, "initialAccumulatorValue": 0.25, "epsilon": 2**-10}, "legacy.Adagrad", legacy.Adagrad(0.125, 0.25, 2**-10), True),
    ("Adagrad", {**RATE, "initialAccumulatorValue": 0.25, "epsilon": 0}, "v1.AdagradOptimizer", v1.AdagradOptimizer(0.125, 0.25), True),
    ("Adam", {}, "legacy.Adam", legacy.Adam(), False),
    ("Adam", {**RATE, **BETAS}, "legacy.Adam", legacy.Adam(0.125, **B), True),
    ("Adam", {**RATE, **BETAS}, "v1.AdamOptimizer", v1.AdamOptimizer(0.125, 0.875, 1 - 2**-10, 2**-20), True),
    ("Adam", {**RATE, **BETAS, "amsgrad": True}, "legacy.Adam", legacy.Adam(0.125, **B, amsgrad=True), True),
    ("Adam", {**BETAS, "learningRate": {"className": "CosineDecay", "config": COSINE}}, "keras.Adam", keras.Adam(keras.schedules.CosineDecay(0.0625, 16, 0.125, warmup_target=0.25, warmup_steps=4), **B), True),
    ("AdamW", {}, "keras.AdamW", keras.AdamW(), False),
    ("AdamW", {**RATE, **BETAS, "weightDecay": 0.25, "excludeFromWeightDecay": ["bias"]}, "keras.AdamW", without_bias(keras.AdamW(0.125, weight_decay=0.25, **B)), True),
    ("RMSprop", {}, "legacy.RMSprop", legacy.RMSprop(), False),
    ("RMSprop", {**RATE, "rho": 0.875, "epsilon": 2**-10}, "legacy.RMSprop", legacy.RMSprop(0.125, 0.875, epsilon=2**-10), True),
    ("RMSprop", {**RATE, "rho": 0.875, "epsilon": 2**-10, "momentum": 0.5}, "legacy.RMSprop", legacy.RMSprop(0.125, 0.875, 0.5, 2**-10), True),
    ("RMSprop", {**RATE, "rho": 0.875, "epsilon": 2**-10, "centered": True}, "legacy.RMSprop", legacy.RMSprop(0.125, 0.875, epsilon=2**-10, centered=True), True),
    ("RMSprop", {**RATE, "rho": 0.875, "epsilon": 2**-10, "momentum": 0.5, "centered": True}, "legacy.RMSprop", legacy.RMSprop(0.125, 0.875, 0.5, 2**-10, centered=True), True),
    ("Ftrl", {}, "legacy.Ftrl", legacy.Ftrl(), False),
    ("Ftrl", RATE, "v1.FtrlOptimizer", v1.FtrlOptimizer(0.125, initial_accumulator_value=0.1), False),
    (
        "Ftrl",
        {**RATE, "initialAccumulatorValue": 0.25, "l1RegularizationStrength": 0.125, "l2RegularizationStrength": 0.0625, "l2ShrinkageRegularizationStrength": 0.03125, "beta": 0.5},
        "legacy.Ftrl",
        legacy.Ftrl(0.125, -0.5, 0.25, 0.125, 0.0625, l2_shrinkage_regularization_strength=0.03125, beta=0.5),
        True,
    ),
    ("Ftrl", {**RATE, "initialAccumulatorValue": 0.25, "learningRatePower": -0.75}, "legacy.Ftrl", legacy.Ftrl(0.125, -0.75, 0.25), True),
    ("Adamax", {}, "legacy.Adamax", legacy.Adamax(), False),
    ("Adamax", {**RATE, **BETAS}, "legacy.Adamax", legacy.Adamax(0.125, **B), True),
    ("Nadam", {}, "keras.Nadam", keras.Nadam(), False),
    ("Nadam", {**RATE, **BETAS}, "keras.Nadam", keras.Nadam(0.125, **B), True),
    # Keras 3 has ten times the rate of Keras 2.15, whose rule is the same.
    ("Lion", {}, "keras.Lion", keras.Lion(0.001), False),
    ("Lion", {"learningRate": 2**-7, "beta1": 0.75, "beta2": 0.875, "weightDecay": 0.25}, "keras.Lion", keras.Lion(2**-7, 0.75, 0.875, weight_decay=0.25), True),
]

schedules = keras.schedules
DECAY = {"initialLearningRate": 0.5, "decaySteps": 10, "decayRate": 0.5}
SCHEDULES = [
    ("ExponentialDecay", DECAY, schedules.ExponentialDecay(0.5, 10, 0.5)),
    ("ExponentialDecay", {**DECAY, "staircase": True}, schedules.ExponentialDecay(0.5, 10, 0.5, staircase=True)),
    ("InverseTimeDecay", DECAY, schedules.InverseTimeDecay(0.5, 10, 0.5)),
    ("InverseTimeDecay", {**DECAY, "staircase": True}, schedules.InverseTimeDecay(0.5, 10, 0.5, staircase=True)),
    ("PolynomialDecay", {"initialLearningRate": 0.5, "decaySteps": 10}, schedules.PolynomialDecay(0.5, 10)),
    (
        "PolynomialDecay",
        {"initialLearningRate": 0.5, "decaySteps": 10, "endLearningRate": 0.125, "power": 2, "cycle": True},
        schedules.PolynomialDecay(0.5, 10, 0.125, 2, cycle=True),
    ),
    ("CosineDecay", {"initialLearningRate": 0.5, "decaySteps": 10, "alpha": 0.25}, schedules.CosineDecay(0.5, 10, 0.25)),
    ("CosineDecay", COSINE, schedules.CosineDecay(0.0625, 16, 0.125, warmup_target=0.25, warmup_steps=4)),
    ("PiecewiseConstantDecay", {"boundaries": [3, 10], "values": [0.5, 0.25, 0.125]}, schedules.PiecewiseConstantDecay([3, 10], [0.5, 0.25, 0.125])),
]
AT = (0, 1, 3, 4, 9, 10, 11, 20, 25, 100)


def main(path: str) -> None:
    gradients = draw_gradients()
    golden = {
        "format": "tfjs-heads-optimizers/1",
        "versions": {"python": platform.python_version(), "tensorflow-cpu": version("tensorflow-cpu"), "keras": version("keras"), "numpy": version("numpy")},
        "start": START,
        "gradients": gradients,
        "cases": [
            {"optimizer": optimizer, "options": options, "source": source, "exact": exact, "steps": follow(original, gradients)}
            for optimizer, options, source, original, exact in CASES
        ],
        "schedules": [
            {"schedule": name, "options": options, "rates": {str(step): float(schedule(step)) for step in AT}}
            for name, options, schedule in SCHEDULES
        ],
    }
    with open(path, "w", encoding="utf-8") as file:
        json.dump(golden, file, indent=1)
        file.write("\n")
    print(f"goldens: recorded {len(CASES)} optimizers and {len(SCHEDULES)} schedules of TensorFlow")


main(sys.argv[1])
