import { columnsToRead, partsOf } from './columns.js';
import { Evaluation, type SliceOptions } from './evaluation.js';
import { contentHash, sealed, settingsOf, writeEvaluation } from './evaluation-state.js';
import { type CutOptions, type Format, inputParts } from './input-parts.js';
import { loadModel } from './load-model.js';
import type { LoadedModel, ModelPaths } from './model-module.js';
import { rowReader } from './row-reader.js';
import { Progress, type Write } from './stdio.js';

/** The options of the command line that `evaluate` and `predict` share. */
export interface InputOptions {
  readonly module?: string;
  readonly format: Format;
  readonly columns?: readonly string[];
  readonly batchSize: number;
  readonly maxLine: number;
  readonly maxMessage: number;
  readonly workers?: number;
  readonly quiet?: boolean;
}

/** The options of `evaluate`. */
export interface EvaluateCommandOptions extends InputOptions {
  readonly state?: boolean;
  readonly partition?: string;
  readonly by?: string;
  readonly slices: number;
}

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
  for await (const part of inputParts(source, cut)) {
    for (const batch of partsOf(reader.read(part), options.batchSize)) await evaluation.add(batch);
    progress.at(evaluation.rows);
  }
  tellRest(evaluation, slicesOf(options), progress);
  const text = await textOf(model, evaluation, options);
  evaluation.dispose();
  await write(text);
  progress.end(evaluation.rows);
}

/** How the input is cut. */
export function cutOptions({ format, columns, maxLine, maxMessage }: InputOptions): CutOptions {
  return { format, header: columns, longestLine: maxLine, largestMessage: maxMessage };
}

/** Which slices there are. */
export function slicesOf({ by, slices }: EvaluateCommandOptions): SliceOptions | undefined {
  return by === undefined ? undefined : { by, limit: slices };
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

/** Says how many rows are of values that were not kept. */
export function tellRest(
  { rest }: { readonly rest: number },
  slices: SliceOptions | undefined,
  progress: Progress,
): void {
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
