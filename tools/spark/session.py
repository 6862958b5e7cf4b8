"""A session of Spark on this machine, and where things are."""
import os
import sys

from pyspark.sql import SparkSession

import heads_spark

root = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
command = ("node", f"{root}/packages/estimator/dist/cli/main.js")
model = f"{root}/tools/spark/flights.mjs"
parquet = f"{root}/node_modules/vega-datasets/data/flights-3m.parquet"


def start(cores):
    """Tasks are tried twice."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(f"local[{cores},2]")
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.memory": "1g",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "65536",
    }
    for key, value in settings.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    spark.sparkContext.addPyFile(heads_spark.__file__)
    return spark
