"""What goes wrong on a cluster, made to go wrong here. Prints what came of each as JSON, for spark.test.ts."""
import json
import os
import sys

from pyspark import TaskContext

from heads_spark import evaluate_text, merge, predict, states_of
from session import command, model, parquet, start

folder = sys.argv[1]
spark = start(2)
rows = spark.read.parquet(parquet).select("delay", "distance", "origin").limit(4000).repartition(4).cache()


def state(df, of=model):
    merged = merge(states_of(df, of, command=command), of, result=False, command=command)
    return {key: merged[key] for key in ("rows", "metrics")}


def failure(run):
    try:
        run()
        return "none"
    except Exception as error:
        return str(error)


def module(name, body):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write(f"import * as flights from 'file://{model}';\nexport * from 'file://{model}';\n{body}")
    return path


def fail_once(batches):
    yield from batches
    if TaskContext.get().partitionId() == 1 and TaskContext.get().attemptNumber() == 0:
        raise RuntimeError("a task that fails once")


once = os.path.join(folder, "has-died")
dies_once = module(
    "dies-once.mjs",
    f"""import {{ existsSync, writeFileSync }} from 'node:fs';
export const logits = (columns) => {{
  if (!existsSync('{once}')) {{
    writeFileSync('{once}', '');
    process.kill(process.pid, 'SIGKILL');
  }}
  return flights.logits(columns);
}};
""",
)
dies = module("dies.mjs", "export const logits = () => process.kill(process.pid, 'SIGKILL');\n")
broken = module("broken.mjs", "throw new Error('no such weights');\n")
whole = state(rows)
states = states_of(rows, model, command=command)
text = rows.select("delay", "distance").rdd.map(lambda row: f"{row[0]}\t{row[1]}")
predicted = predict(rows, model, "class_ids int, probabilities array<float>", command=command).collect()
print(
    json.dumps(
        {
            "rows": whole["rows"],
            "retried": state(rows.mapInArrow(fail_once, rows.schema)) == whole,
            "killed": state(rows, dies_once)["metrics"] == whole["metrics"] and os.path.exists(once),
            "empty": state(rows.limit(3).repartition(8))["rows"],
            "text": evaluate_text(text, model, ["delay", "distance"], command=command)
            == merge(states, model, command=command),
            "twice": merge([*states, states[0]], model, command=command)["rows"],
            "predicted": [[row.distance, row.class_ids, *row.probabilities] for row in predicted],
            "dies": failure(lambda: states_of(rows, dies, command=command)),
            "broken": failure(lambda: states_of(rows, broken, command=command)),
            "malformed": failure(
                lambda: states_of(rows.selectExpr("if(delay = 33, null, delay) delay", "distance"), model, command=command)
            ),
            "unlike": failure(lambda: merge([*states, states_of(rows, dies_once, command=command)[0]], model, command=command)),
        }
    )
)
