"""Opens SavedModels by Python's TensorFlow, both ways, and compares what their signatures give with what tfjs gave."""

import functools
import json
import sys

import numpy as np
import tensorflow as tf


def difference(name, actual, expected):
    """Says where an output is not what it should be, if it is not."""
    if list(actual.shape) != expected["shape"]:
        return f"{name} has the shape {list(actual.shape)}, not {expected['shape']}"
    values = actual.reshape(-1)
    if values.dtype == object:
        strings = [value.decode() for value in values]
        return None if strings == expected["values"] else f"{name} is {strings}, not {expected['values']}"
    wanted = np.asarray(expected["values"], dtype=np.float64)
    worst = np.max(np.abs(values - wanted) / np.maximum(1, np.abs(wanted)), initial=0)
    return None if worst <= 2e-6 else f"{name} is {worst} off"


@functools.cache
def load_2(folder):
    return tf.saved_model.load(folder)


@functools.cache
def load_1(folder):
    session = tf.compat.v1.Session(graph=tf.Graph())
    return session, tf.compat.v1.saved_model.load(session, ["serve"], folder)


def run_2(folder, signature, rows):
    outputs = load_2(folder).signatures[signature](x=tf.constant(rows))
    return {name: value.numpy() for name, value in outputs.items()}


def run_1(folder, signature, rows):
    session, graph = load_1(folder)
    described = graph.signature_def[signature]
    fetches = {name: info.name for name, info in described.outputs.items()}
    return session.run(fetches, {described.inputs["x"].name: rows})


def variable_problems(folder, signature, rows):
    """Variables of a model must be TensorFlow's own, have the numbers of its checkpoint, and be what the signature computes with."""
    model = load_2(folder)
    checkpoint = tf.train.load_checkpoint(f"{folder}/variables/variables")
    names = {variable.name.removesuffix(":0") for variable in model.variables}
    if names != set(checkpoint.get_variable_to_shape_map()) or not names:
        return [f"has the variables {sorted(names)}, not those of its checkpoint"]
    before = run_2(folder, signature, rows)
    for variable in model.variables:
        if not np.array_equal(variable.numpy(), checkpoint.get_tensor(variable.name.removesuffix(":0"))):
            return [f"has another value of {variable.name}"]
        variable.assign(variable + tf.ones_like(variable))
    after = run_2(folder, signature, rows)
    model.restore(f"{folder}/variables/variables")
    again = run_2(folder, signature, rows)
    changed = any(not np.array_equal(before[name], after[name]) for name in before)
    restored = all(np.array_equal(before[name], again[name]) for name in before)
    return ([] if changed else ["does not compute with its variables"]) + ([] if restored else ["is not restored"])


def main():
    problems, compared, restored = [], 0, set()
    for case in json.load(sys.stdin):
        rows = np.asarray(case["rows"]["values"], dtype=np.int32 if case["isInt"] else np.float32)
        rows = rows.reshape(case["rows"]["shape"])
        if case["folder"].endswith("checkpoint") and case["folder"] not in restored:
            restored.add(case["folder"])
            found = variable_problems(case["folder"], case["signature"], rows)
            problems.extend(f"{case['model']} {problem}" for problem in found)
        for run in (run_2, run_1):
            where = f"{run.__name__} {case['model']}, {case['signature']}"
            got = run(case["folder"], case["signature"], rows)
            if set(got) != set(case["outputs"]):
                problems.append(f"{where} has the outputs {sorted(got)}, not {sorted(case['outputs'])}")
                continue
            for name, expected in case["outputs"].items():
                compared += 1
                problem = difference(f"{where}, {name}", got[name], expected)
                if problem is not None:
                    problems.append(problem)
    print(json.dumps({"compared": compared, "restored": len(restored), "problems": problems}))


main()
