import { columnsToRead } from './columns.js';
import { Evaluation, type SliceOptions } from './evaluation.js';
import { contentHash, sealed, settingsOf, writeEvaluation } from './evaluation-state.js';
import { type LoadedModel, loadModel } from './model-module.js';
import { evaluateInPool } from './pool.js';
import { batchesOf, type Format, unitsOf } from './row-units.js';
import { Progress, type Write } from './stdio.js';

/** The options of the command line that `evaluate` and `predict` share. */
export interface InputOptions {
  readonly format: Format;
  readonly columns?: readonly string[];
  readonly batchSize: number;
  readonly maxLine: number;
  readonly maxMessage: number;
  readonly quiet?: boolean;
}

/** The options of `evaluate`. */
export interface EvaluateCommandOptions extends InputOptions {
  readonly state?: boolean;
  readonly partition?: string;
  readonly by?: string;
  readonly slices: number;
  readonly workers?: number;
}

/** The command `evaluate`: rows in, a state or results out. */
export async function evaluateCommand(
  modelPath: string,
  options: EvaluateCommandOptions,
  source: AsyncIterable<Uint8Array>,
  write: Write,
): Promise<void> {
  const { by, workers, batchSize, partition } = options;
  const model = await loadModel(modelPath);
  const slices: SliceOptions | undefined = by === undefined ? undefined : { by, limit: options.slices };
  const evaluation = new Evaluation(model, slices);
  const progress = new Progress(options.quiet ?? false);
  const units = unitsOf(source, rowOptions(options, columnsToRead({ ...model.columns, ...model.labelColumns }, by)));
  const onRows = (): void => progress.at(evaluation.rows);
  if (workers === undefined) {
    for await (const unit of units) {
      for (const batch of batchesOf(unit, batchSize)) await evaluation.add(batch);
      onRows();
    }
  } else await evaluateInPool(evaluation, units, workers, { modelPath, slices, batchSize }, onRows);
  tellRest(evaluation, slices, progress);
  const text = options.state ? await stateText(model, evaluation, partition) : await resultText(evaluation);
  evaluation.dispose();
  await write(text);
  progress.end(evaluation.rows);
}

/** How rows are read. */
export function rowOptions(options: InputOptions, types: LoadedModel['columns']): Parameters<typeof unitsOf>[1] {
  const { format, columns, maxLine, maxMessage } = options;
  return { format, types, header: columns, longestLine: maxLine, largestMessage: maxMessage };
}

/** The results of an evaluation, as a line. */
export async function resultText(evaluation: Evaluation): Promise<string> {
  return `${JSON.stringify(await evaluation.result())}\n`;
}

/** Says how many rows are of values that were not kept. */
export function tellRest(evaluation: Evaluation, slices: SliceOptions | undefined, progress: Progress): void {
  const rest = slices === undefined ? 0 : evaluation.rest;
  if (rest > 0)
    progress.tell(
      `${rest.toLocaleString('en')} rows are in no slice: '${slices?.by}' has more than ${slices?.limit} values (--slices)`,
    );
}

async function stateText(model: LoadedModel, evaluation: Evaluation, partition: string | undefined): Promise<string> {
  const content = await evaluation.content();
  const identity = { model: model.id, settings: await settingsOf(model) };
  const partitions = partition === undefined ? [] : ([[partition, contentHash(content)]] as const);
  return writeEvaluation(sealed(identity, partitions, content));
}
