"""Trains by tf.function or by JAX' jit, for the benchmark `trace`: tensorflow or jax.

Reads a task as a line of JSON, then how many steps to take, a number a line; answers each by a line: losses, and milliseconds of wall and of CPU, all threads.
"""

import json
import sys
import time

import numpy as np


def shapes(sizes):
    return [shape for a, b in zip(sizes, sizes[1:]) for shape in ((a, b), (b,))]


def read_task():
    task = json.loads(sys.stdin.readline())
    sizes, rows = task["sizes"], task["rows"]
    x = np.array(task["x"], np.float32).reshape(rows, sizes[0])
    labels = np.array(task["labels"], np.float32 if sizes[-1] == 1 else np.int32)
    weights = [np.array(w, np.float32).reshape(s) for w, s in zip(task["weights"], shapes(sizes))]
    return task, x, labels, weights


def tensorflow_step(task, x, labels, weights):
    import tensorflow as tf

    variables = [tf.Variable(w) for w in weights]
    layers = len(weights) // 2
    optimizers = tf.keras.optimizers.legacy
    optimizer = (optimizers.SGD if task["optimizer"] == "SGD" else optimizers.Adam)(task["rate"])
    is_binary = task["sizes"][-1] == 1

    @tf.function
    def step(x, labels):
        with tf.GradientTape() as tape:
            h = x
            for layer in range(layers):
                h = tf.matmul(h, variables[2 * layer]) + variables[2 * layer + 1]
                if layer < layers - 1:
                    h = tf.nn.relu(h)
            if is_binary:
                losses = tf.nn.sigmoid_cross_entropy_with_logits(labels, h[:, 0])
            else:
                losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, h)
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, variables)
        optimizer.apply_gradients(zip(gradients, variables))
        return loss

    x, labels = tf.constant(x), tf.constant(labels)
    return lambda: float(step(x, labels).numpy())


def jax_step(task, x, labels, weights):
    import jax
    import jax.numpy as jnp

    rate = task["rate"]
    layers = len(weights) // 2
    is_binary = task["sizes"][-1] == 1

    def loss_of(parameters, x, labels):
        h = x
        for layer in range(layers):
            h = h @ parameters[2 * layer] + parameters[2 * layer + 1]
            if layer < layers - 1:
                h = jax.nn.relu(h)
        if is_binary:
            z = h[:, 0]
            return jnp.mean(jnp.maximum(z, 0) - z * labels + jnp.log1p(jnp.exp(-jnp.abs(z))))
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(h), labels[:, None], 1))

    def sgd(state, x, labels):
        (parameters,) = state
        loss, gradients = jax.value_and_grad(loss_of)(parameters, x, labels)
        return loss, ([p - rate * g for p, g in zip(parameters, gradients)],)

    def adam(state, x, labels):
        parameters, m, v, count = state
        loss, gradients = jax.value_and_grad(loss_of)(parameters, x, labels)
        count = count + 1
        m = [0.9 * a + 0.1 * g for a, g in zip(m, gradients)]
        v = [0.999 * a + 0.001 * g * g for a, g in zip(v, gradients)]
        corrected = rate * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        parameters = [p - corrected * a / (jnp.sqrt(b) + 1e-7) for p, a, b in zip(parameters, m, v)]
        return loss, (parameters, m, v, count)

    parameters = [jnp.array(w) for w in weights]
    zeros = lambda: [jnp.zeros_like(p) for p in parameters]
    state = (parameters,) if task["optimizer"] == "SGD" else (parameters, zeros(), zeros(), jnp.float32(0))
    step = jax.jit(sgd if task["optimizer"] == "SGD" else adam, donate_argnums=0)
    x, labels = jnp.array(x), jnp.array(labels)

    def once():
        nonlocal state
        loss, state = step(state, x, labels)
        return float(loss)

    return once


def main() -> None:
    step = {"tensorflow": tensorflow_step, "jax": jax_step}[sys.argv[1]](*read_task())
    for line in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        losses = [step() for _ in range(int(line))]
        wall, cpu = 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)
        print(json.dumps({"losses": losses, "wall": wall, "process": cpu}), flush=True)


main()
