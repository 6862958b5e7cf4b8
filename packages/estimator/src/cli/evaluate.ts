import { Buffers } from './buffers.js';
import { columnsToRead, partsOf } from './columns.js';
import { Evaluation } from './evaluation.js';
import { contentHash, sealed, settingsOf, writeEvaluation } from './evaluation-state.js';
import { inputParts } from './input-parts.js';
import { loadModel } from './load-model.js';
import type { LoadedModel, ModelPaths } from './model-module.js';
import { cutOptions, type EvaluateCommandOptions, slicesOf } from './options.js';
import { rowReader } from './row-reader.js';
import { Progress, type Write } from './stdio.js';

/** The command `evaluate`: rows in, a state or results out. */
export async function evaluateCommand(
  paths: ModelPaths,
  options: EvaluateCommandOptions,
  source: AsyncIterable<Uint8Array>,
  write: Write,
): Promise<void> {
  const { by } = options;
  const model = await loadModel(paths);
  const evaluation = new Evaluation(model, slicesOf(options));
  const progress = new Progress(options.quiet ?? false);
  const cut = cutOptions(options);
  const reader = await rowReader({ ...cut, types: columnsToRead({ ...model.columns, ...model.labelColumns }, by) });
  const buffers = Buffers.ofThread();
  for await (const part of inputParts(source, cut, buffers.take)) {
    const isFree = await evaluation.addAll(partsOf(reader.read(part), options.batchSize));
    if (isFree && !part.isShared) buffers.give(part.bytes);
    progress.at(evaluation.rows);
  }
  progress.tellRest(evaluation.rest, slicesOf(options));
  const text = await textOf(model, evaluation, options);
  evaluation.dispose();
  await write(text);
  progress.end(evaluation.rows);
}

/** What an evaluation prints. */
export async function textOf(
  model: LoadedModel,
  evaluation: Evaluation,
  { state, partition }: EvaluateCommandOptions,
): Promise<string> {
  return state ? stateText(model, evaluation, partition) : resultText(evaluation);
}

/** The results of an evaluation, as a line. */
export async function resultText(evaluation: Evaluation): Promise<string> {
  return `${JSON.stringify(await evaluation.result())}\n`;
}

async function stateText(model: LoadedModel, evaluation: Evaluation, partition: string | undefined): Promise<string> {
  const content = await evaluation.content();
  const identity = { model: model.id, settings: await settingsOf(model) };
  const partitions = partition === undefined ? [] : ([[partition, contentHash(content)]] as const);
  return writeEvaluation(sealed(identity, partitions, content));
}
