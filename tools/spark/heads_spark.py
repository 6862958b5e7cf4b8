"""Evaluates and predicts on Spark with a head of TensorFlow.js: each task hands its rows to a process of Node beside it.

Every executor needs Node, the model at the same path (a module, or a folder and a module), the packages that it imports, and this
file: give it to spark-submit by --py-files, or to spark.sparkContext.addPyFile.

    from heads_spark import evaluate, predict
    evaluate(spark.read.parquet("flights"), "/models/flights.mjs", by="origin").show()
    predict(df, "/models/flights.mjs", "class_ids int, probabilities array<float>").write.parquet("predicted")
"""
import itertools
import json
import os
import queue
import shlex
import subprocess
import tempfile
import threading

COMMAND = ("npx", "tfjs-heads")


def evaluate(df, model, by=None, slices=1000, module=None, command=COMMAND):
    """The metrics of all rows (slice null) and, with `by`, of those of each value of a column, as a data frame."""
    states = states_of(df, model, by, slices, module, command)
    return as_table(df.sparkSession, merge(states, model, module=module, command=command))


def evaluate_text(lines, model, columns, result=True, module=None, command=COMMAND):
    """What an RDD of lines comes to, with tabs between the fields, whose names are given from left to right: results, or a state."""
    child = [*command, "evaluate", *paths(model, module), "--format", "tsv", "--state", "--quiet"]
    child += ["--columns", ",".join(columns)]
    states = lines.pipe(shlex.join(child), env=dict(os.environ), checkCode=True).collect()
    return merge(states, model, result, module, command)


def states_of(df, model, by=None, slices=1000, module=None, command=COMMAND):
    """The state of each partition that has rows, a line of JSON each. A task that is retried names the same partition."""
    child = [*command, "evaluate", *paths(model, module), "--format", "arrow", "--state", "--quiet"]
    if by is not None:
        child += ["--by", by, "--slices", str(slices)]

    def count(batches):
        import pyarrow
        from pyspark import TaskContext

        first = next(batches, None)
        if first is not None:
            with Child([*child, "--partition", str(TaskContext.get().partitionId())]) as node:
                node.feed(first, batches)
                yield pyarrow.RecordBatch.from_pydict({"state": [node.stdout.read().decode()]})

    return [row.state for row in df.mapInArrow(count, "state string").collect()]


def predict(df, model, schema, module=None, command=COMMAND):
    """The rows with their predictions, whose keys and types the schema tells: "class_ids int, probabilities array<float>"."""
    predicted = df.sparkSession.createDataFrame([], schema).schema
    child = [*command, "predict", *paths(model, module), "--format", "arrow", "--quiet"]
    child += ["--keys", ",".join(predicted.names)]

    def run(batches):
        import pyarrow

        first = next(batches, None)
        if first is not None:
            with Child(child) as node:
                fed = node.feed(first, batches)
                rows, start = first.slice(0, 0), 0
                for part in pyarrow.ipc.open_stream(node.stdout):
                    while start == rows.num_rows:
                        rows, start = fed.get(), 0
                    given = rows.slice(start, part.num_rows)
                    start += part.num_rows
                    yield pyarrow.RecordBatch.from_arrays(
                        [*given.columns, *(part.column(name) for name in predicted.names)],
                        names=[*given.schema.names, *predicted.names],
                    )

    return df.mapInArrow(run, type(predicted)([*df.schema.fields, *predicted.fields]))


def merge(states, model, result=True, module=None, command=COMMAND):
    """What states come to together: results, or a state."""
    child = [*command, "merge", *paths(model, module), *(["--result"] if result else [])]
    merged = subprocess.run(child, input="\n".join(states), capture_output=True, text=True)
    if merged.returncode != 0:
        raise RuntimeError(merged.stderr[-4000:])
    return json.loads(merged.stdout)


def paths(model, module):
    """A model that is a folder may need a module beside it."""
    return [model, *(["--module", module] if module is not None else [])]


def as_table(spark, result):
    """A result as a data frame: slice, rows, metric, value."""
    parts = [{"value": None, **result}, *result.get("slices", [])]
    rows = [(part["value"], part["rows"], key, float(value)) for part in parts for key, value in part["metrics"].items()]
    return spark.createDataFrame(rows, "slice string, rows long, metric string, value double")


class Child:
    """A process of Node that is fed with batches; where it fails, its words are the error of the task."""

    def __init__(self, command):
        self.said = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said)
        self.stdout = self.process.stdout
        self.failure = None

    def __enter__(self):
        return self

    def feed(self, first, others):
        """Writes batches from a thread of its own, and gives those that were written, in their order."""
        import pyarrow

        written = queue.Queue()

        def run():
            try:
                with self.process.stdin as stdin, pyarrow.ipc.new_stream(stdin, first.schema) as stream:
                    for batch in itertools.chain([first], others):
                        written.put(batch)
                        stream.write_batch(batch)
            except BrokenPipeError:
                pass  # It has ended, and its exit code tells why.
            except BaseException as failure:
                self.failure = failure
                self.process.kill()

        self.thread = threading.Thread(target=run, daemon=True)
        self.thread.start()
        return written

    def __exit__(self, kind, error, trace):
        if kind is GeneratorExit:  # Nobody wants the rest.
            self.process.kill()
        self.stdout.close()
        code = self.process.wait()
        self.thread.join()
        self.said.seek(0)
        if self.failure is not None:
            raise self.failure
        if code != 0 and kind is not GeneratorExit:
            raise RuntimeError(f"tfjs-heads ended with {code}: {self.said.read()[-4000:].decode(errors='replace')}")
