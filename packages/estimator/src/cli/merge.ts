import { headError, quote } from '@tfjs-heads/head-kit';
import { fresh } from './byte-input.js';
import { resultText } from './evaluate.js';
import { Evaluation } from './evaluation.js';
import {
  contentHash,
  type EvaluationState,
  readEvaluation,
  sealed,
  settingsOf,
  writeEvaluation,
} from './evaluation-state.js';
import { loadModel } from './load-model.js';
import type { LoadedModel, ModelPaths } from './model-module.js';
import { Progress, type Write } from './stdio.js';
import { textBlocks } from './text-blocks.js';
import { linesOf } from './text-rows.js';

/** The options of `merge`. */
export interface MergeCommandOptions {
  readonly module?: string;
  readonly result?: boolean;
  readonly maxLine: number;
  readonly quiet?: boolean;
}

/** The command `merge`: states in, one a line; one state or its results out. */
export async function mergeCommand(
  paths: ModelPaths,
  options: MergeCommandOptions,
  source: AsyncIterable<Uint8Array>,
  write: Write,
): Promise<void> {
  const model = await loadModel(paths);
  const progress = new Progress(options.quiet ?? false);
  const { evaluation, identity, partitions } = await mergeStates(model, lines(source, options.maxLine), (text) =>
    progress.tell(text),
  );
  const { slices } = await evaluation.content();
  progress.tellRest(evaluation.rest, slices);
  const content = await evaluation.content();
  await write(options.result ? await resultText(evaluation) : writeEvaluation(sealed(identity, partitions, content)));
  evaluation.dispose();
}

/** What states come to together. */
export interface Merged {
  readonly evaluation: Evaluation;
  readonly identity: Pick<EvaluationState, 'model' | 'settings'>;
  readonly partitions: EvaluationState['partitions'];
}

/**
 * Merges states of one model. A partition that comes twice, as where a task was retried, counts once.
 *
 * @param texts Each a state, as JSON.
 * @param tell Is told what was left out, and what looks as if it should be.
 * @throws METRIC_STATE_INVALID where one is none, of another model or head, with other slices, or with another content for a
 *   partition that is there already
 */
export async function mergeStates(
  model: LoadedModel,
  texts: AsyncIterable<string> | Iterable<string>,
  tell: (text: string) => void,
): Promise<Merged> {
  const identity = { model: model.id, settings: await settingsOf(model) };
  const known = new Map<string, string>();
  const anonymous = new Set<string>();
  let evaluation: Evaluation | undefined;
  for await (const text of texts) {
    const state = readEvaluation(text, identity);
    const { slices } = state;
    evaluation ??= new Evaluation(model, slices && { by: slices.by, limit: slices.limit });
    if (isKnown(state, known)) {
      tell(
        `partition ${state.partitions
          .map(([id]) => quote(id))
          .join(', ')
          .slice(0, 200)} came again, and counts once`,
      );
      continue;
    }
    if (state.partitions.length === 0 && state.rows > 0) {
      const hash = contentHash({ rows: state.rows, metrics: state.metrics, ...(slices && { slices }) });
      if (anonymous.has(hash))
        tell(
          `the same state of ${state.rows} rows came again, and counts again: --partition would tell whether it is the same rows`,
        );
      anonymous.add(hash);
    }
    evaluation.merge(state);
    for (const [id, content] of state.partitions) known.set(id, content);
  }
  const partitions = [...known].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { evaluation: evaluation ?? new Evaluation(model, undefined), identity, partitions };
}

/** Whether all partitions of a state are there already. */
function isKnown({ partitions }: EvaluationState, known: ReadonlyMap<string, string>): boolean {
  const other = partitions.find(([id, content]) => known.has(id) && known.get(id) !== content);
  if (other !== undefined)
    throw headError(
      'METRIC_STATE_INVALID',
      `A state to merge must have of a partition what it had before, got another content of ${quote(other[0])}.`,
    );
  const there = partitions.filter(([id]) => known.has(id));
  if (there.length === 0) return false;
  if (there.length === partitions.length) return true;
  throw headError(
    'METRIC_STATE_INVALID',
    `A state to merge must have none or all of its partitions in those before, got ${there.length} of ${partitions.length}, ${quote(there[0]?.[0])} among them.`,
  );
}

async function* lines(source: AsyncIterable<Uint8Array>, longest: number): AsyncGenerator<string, void, void> {
  for await (const { bytes, line } of textBlocks(source, longest, fresh, 1))
    for (const text of linesOf(bytes, line)) if (text !== '') yield text;
}
