import { dispose } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Logits, Predictions } from '@tfjs-heads/head-api';
import { type ColumnBatch, tensorsOf } from './columns.js';
import { type InputOptions, rowOptions } from './evaluate.js';
import { logitsOf } from './evaluation.js';
import { type LoadedModel, loadModel } from './model-module.js';
import { type PredictionColumn, predictionWriter, readPredictions } from './predictions.js';
import { batchesOf, unitsOf } from './row-units.js';
import { Progress, type Write } from './stdio.js';

/** The options of `predict`. */
export interface PredictCommandOptions extends InputOptions {
  readonly keys?: readonly string[];
}

/** The command `predict`: rows in, their predictions out, in the same order and format. */
export async function predictCommand(
  modelPath: string,
  options: PredictCommandOptions,
  source: AsyncIterable<Uint8Array>,
  write: Write,
): Promise<void> {
  const model = await loadModel(modelPath);
  const writer = predictionWriter(options.format);
  const progress = new Progress(options.quiet ?? false);
  let rows = 0;
  for await (const unit of unitsOf(source, rowOptions(options, model.columns))) {
    for (const batch of batchesOf(unit, options.batchSize)) {
      await write(writer.write(await predictionsOf(model, batch, options.keys), batch.rows));
      rows += batch.rows;
      progress.at(rows);
    }
  }
  await write(writer.end());
  progress.end(rows);
}

async function predictionsOf(
  model: LoadedModel,
  batch: ColumnBatch,
  keys: readonly string[] | undefined,
): Promise<readonly PredictionColumn[]> {
  const features = tensorsOf(batch, model.columns);
  let logits: Logits | undefined;
  let predictions: Predictions = {};
  try {
    logits = await logitsOf(model, features);
    predictions = model.head.predictions(logits, keys);
    return await readPredictions(predictions, batch.rows);
  } finally {
    dispose([features, logits] as Tensor[]);
    for (const prediction of Object.values(predictions)) prediction.dispose();
  }
}
