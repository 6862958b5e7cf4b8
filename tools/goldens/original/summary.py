"""What a run saw, as JSON: nothing in it changes unless the goldens, the versions or the numbers do."""

import platform
from importlib.metadata import version

import keras
import numpy as np
import tensorflow as tf

from compare import TOLERANCE, Count, Tally
from read import Json, sha256

FORMAT = "tfjs-heads-original/1"


def summary(files: dict[str, bytes], tally: Tally) -> Json:
    return {
        "format": FORMAT,
        "versions": {
            "python": platform.python_version(),
            "tensorflow-cpu": tf.__version__,
            "tensorflow-estimator": version("tensorflow-estimator"),
            "keras": keras.__version__,
            "numpy": np.__version__,
        },
        "tolerance": TOLERANCE,
        "goldens": {name: sha256(content) for name, content in files.items()},
        "rules": dict(sorted(tally.rules.items())),
        "heads": {
            head: {quantity: _count(count) for quantity, count in quantities.items()} for head, quantities in tally.heads.items()
        },
        "known": [
            {"pattern": known.pattern, "reason": known.reason, "limit": known.limit, **_count(count)}
            for known, count in tally.known.items()
        ],
        "failures": tally.failures,
    }


def _count(count: Count) -> Json:
    # An infinity is no JSON; digits beyond these tell nothing.
    largest = f"{count.largest:.3g}"
    return {"compared": count.compared, "largest": "Infinity" if largest == "inf" else float(largest), "where": count.where}
