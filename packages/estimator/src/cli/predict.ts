import { dispose } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Predictions } from '@tfjs-heads/head-api';
import { type ColumnBatch, partsOf, tensorsOf } from './columns.js';
import { inputParts } from './input-parts.js';
import { loadPredictor, type Predictor } from './load-model.js';
import type { ModelPaths } from './model-module.js';
import { cutOptions, type PredictCommandOptions } from './options.js';
import { type PredictionColumn, predictionWriter, readPredictions } from './predictions.js';
import { rowReader } from './row-reader.js';
import { Progress, type Write } from './stdio.js';

/** The command `predict`: rows in, their predictions out, in the same order and format. */
export async function predictCommand(
  paths: ModelPaths,
  options: PredictCommandOptions,
  source: AsyncIterable<Uint8Array>,
  write: Write,
): Promise<void> {
  const model = await loadPredictor(paths);
  const writer = await predictionWriter(options.format);
  const progress = new Progress(options.quiet ?? false);
  const cut = cutOptions(options);
  const reader = await rowReader({ ...cut, types: model.columns });
  let rows = 0;
  for await (const part of inputParts(source, cut)) {
    for (const batch of partsOf(reader.read(part), options.batchSize)) {
      const predictions = await predictionsOf(model, batch, options.keys);
      if (rows === 0) await write(writer.begin(predictions));
      await write(writer.write(predictions, batch.rows));
      rows += batch.rows;
      progress.at(rows);
    }
  }
  await write(writer.end());
  progress.end(rows);
}

/**
 * The predictions of rows.
 *
 * @throws PREDICTION_KEY_INVALID, SPEC_INVALID, and what the model throws
 */
export async function predictionsOf(
  model: Predictor,
  batch: ColumnBatch,
  keys: readonly string[] | undefined,
): Promise<readonly PredictionColumn[]> {
  const columns = tensorsOf(batch, model.columns);
  let predictions: Predictions = {};
  try {
    predictions = await model.predictions(columns, keys);
    return await readPredictions(predictions, batch.rows);
  } finally {
    dispose(columns as Record<string, Tensor>);
    for (const prediction of Object.values(predictions)) prediction.dispose();
  }
}
