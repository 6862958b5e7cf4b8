"""Evaluates flights-3m in one process and on Spark, in several partitions. Prints what each came to as JSON, for main.ts."""
import json
import os
import subprocess
import sys
import time

import pyarrow
import pyarrow.csv
import pyarrow.parquet

from heads_spark import evaluate_text, merge, states_of
from session import command, model, parquet, start

folder, cores = sys.argv[1], os.cpu_count()
columns = ["delay", "distance"]
table = pyarrow.parquet.read_table(parquet).select(columns)
arrow, text = f"{folder}/flights.arrows", f"{folder}/flights.tsv"
with pyarrow.ipc.new_stream(arrow, table.schema) as stream:
    stream.write_table(table, max_chunksize=65536)
layout = pyarrow.csv.WriteOptions(include_header=False, delimiter="\t")
pyarrow.csv.write_csv(table, text, layout)
runs = []


def measure(name, run):
    begin = time.time()
    state = run()
    seconds = time.time() - begin
    runs.append({"name": name, "seconds": seconds, "state": {key: state[key] for key in ("rows", "metrics")}})
    print(f"{name}: {seconds:.1f} s", file=sys.stderr)


def alone(source, *options):
    with open(source) as rows:
        child = [*command, "evaluate", model, "--state", "--quiet", *options]
        return json.loads(subprocess.run(child, stdin=rows, capture_output=True, check=True).stdout)


def peak(times):
    """The most memory that one process has had, in MB, after the flights so many times."""
    child = subprocess.Popen(
        [*command, "evaluate", model, "--format", "arrow", "--quiet"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    with child.stdin as rows, pyarrow.ipc.new_stream(rows, table.schema) as stream:
        for _ in range(times):
            stream.write_table(table, max_chunksize=65536)
        with open(f"/proc/{child.pid}/status") as status:  # What the system says at its end counts this process, too.
            most = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
    assert child.wait() == 0
    return most


tsv = ("--format", "tsv", "--columns", ",".join(columns))
measure("one process, Arrow", lambda: alone(arrow, "--format", "arrow"))
measure("one process, text", lambda: alone(text, *tsv))
measure("--workers 2, Arrow", lambda: alone(arrow, "--format", "arrow", "--workers", "2"))
measure("--workers 2, text", lambda: alone(text, *tsv, "--workers", "2"))
memory = [[times, peak(times)] for times in (1, 10)] if sys.platform == "linux" else []

spark = start(cores)
lines = spark.sparkContext.textFile(f"file://{text}", 7)
measure("Spark, pipe", lambda: evaluate_text(lines, model, columns, result=False, command=command))
flights = spark.read.parquet(parquet).select(columns)
for count in (1, 2, 7, 64):
    part = flights.repartition(count).cache()
    part.count()
    measure(
        f"Spark, mapInArrow, {count} partitions",
        lambda part=part: merge(states_of(part, model, command=command), model, result=False, command=command),
    )
    part.unpersist()

groups = table.group_by(columns).aggregate([([], "count_all")]).to_pylist()
print(json.dumps({"runs": runs, "memory": memory, "groups": [[row["distance"], row["delay"], row["count_all"]] for row in groups]}))
