"""Runs models of TFLite by LiteRT: a case is a file and a batch of rows, the answer what the model gives for it, by the names of its outputs."""

import json
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter


def answer(case):
    rows = np.asarray(case["rows"]["values"], dtype=np.int32 if case["isInt"] else np.float32)
    # Resizes what the model takes to the size of the batch.
    run = Interpreter(model_path=case["file"]).get_signature_runner(case["signature"])
    outputs = run(x=rows.reshape(case["rows"]["shape"]))
    return {name: {"shape": value.shape, "values": value.reshape(-1).tolist()} for name, value in outputs.items()}


json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout)
