"""Replays the goldens on the original heads of tf.estimator.

Usage: python replay.py FOLDER... [--summary FILE]

Ends with 0 when every number is as expected, with 1 when one is not; says which.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# One thread and no oneDNN: the same numbers in every run. TensorFlow reads this when it is imported.
os.environ.update(TF_ENABLE_ONEDNN_OPTS="0", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")

import tensorflow as tf  # noqa: E402

from batches import replay_case  # noqa: E402
from compare import Tally  # noqa: E402
from evaluations import replay_evaluation  # noqa: E402
from heads import Maker  # noqa: E402
from read import Json, golden_files, parse_goldens  # noqa: E402
from summary import summary  # noqa: E402
from trainings import replay_training  # noqa: E402


def replay(files: dict[str, bytes]) -> Tally:
    tally = Tally()
    for name, content in files.items():
        goldens = parse_goldens(name, content)
        made, exports = Maker(goldens["head"], goldens.get("heads", ())), goldens.get("exports")
        for case in goldens["cases"]:
            with _naming(name, case):
                replay_case(made, case, exports, tally)
        for evaluation in goldens["evaluations"]:
            with _naming(name, evaluation):
                replay_evaluation(made, evaluation, tally)
        for training in goldens["trainings"]:
            with _naming(name, training):
                replay_training(made, training, tally)
    return tally


@contextmanager
def _naming(name: str, golden: Json) -> Iterator[None]:
    """What the original refuses ends the run, and says whose input it was."""
    try:
        yield
    except Exception as error:
        error.add_note(f"This was in {name}, {golden['parameters']}.")
        raise


def main() -> int:
    parser = argparse.ArgumentParser(description="Replays goldens on the original heads of tf.estimator.")
    parser.add_argument("folders", type=Path, nargs="+", help="with the files of goldens")
    parser.add_argument("--summary", type=Path, help="where the summary is written")
    arguments = parser.parse_args()
    files = golden_files(arguments.folders)
    if not files:
        parser.error(f"there are no goldens in {', '.join(map(str, arguments.folders))}")
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.get_logger().setLevel("ERROR")
    tally = replay(files)
    if arguments.summary:
        arguments.summary.write_text(json.dumps(summary(files, tally), indent=2) + "\n")
    for failure in tally.failures:
        print(failure, file=sys.stderr)
    compared = sum(count.compared for quantities in tally.heads.values() for count in quantities.values())
    print(f"{compared} numbers compared with the original, {len(tally.failures)} failures")
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
