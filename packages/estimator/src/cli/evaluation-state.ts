import type { Head, JsonNumber, MetricState } from '@tfjs-heads/head-api';
import { describeValue, headError, isMap, listOf, quote } from '@tfjs-heads/head-kit';
import { type LoadedModel, sha256 } from './model-module.js';
import { isId } from './options.js';

/** What rows have come to: the states of the metrics of a head by their keys. */
export interface RowsState {
  readonly rows: number;
  readonly metrics: Readonly<Record<string, MetricState>>;
}

/** What the rows of one value have come to. */
export interface SliceState extends RowsState {
  readonly value: string;
}

/** What the values of a column have come to, each by itself. */
export interface SlicesState {
  /** The column. */
  readonly by: string;
  /** How many values are kept: of more, those whose hashes come first, which are the same ones however the rows are cut. */
  readonly limit: number;
  /** In the order of the values. */
  readonly of: readonly SliceState[];
}

/** What is summed up of rows. */
export interface Content extends RowsState {
  readonly slices?: SlicesState;
}

/** An evaluation so far, as one line of JSON: see {@link writeEvaluation}. */
export interface EvaluationState extends Content {
  readonly version: 1;
  /** The identity of the model. */
  readonly model: string;
  /** A hash of the settings of the head, of its metrics and of the columns. */
  readonly settings: string;
  /** Which parts of the data are in it: by an id of the caller's, what this part came to, hashed. */
  readonly partitions: readonly (readonly [id: string, content: string])[];
  /** A hash of all the rest: what was changed on the way is refused. */
  readonly digest: string;
}

/** A hash of what states must have in common to be merged, beside the model. */
export async function settingsOf({ head, columns, labelColumns }: LoadedModel): Promise<string> {
  const metrics = head.metrics();
  const parts = await Promise.all(
    Object.entries(metrics).map(async ([key, metric]) => {
      const { version, metric: name, settings, sums } = await metric.state();
      metric.dispose();
      return [key, version, name, Object.entries(settings), sums.length];
    }),
  );
  const sorted = [columns, labelColumns].map((types) => Object.entries(types).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return sha256(JSON.stringify([headOf(head), parts, sorted]));
}

function headOf({ name = '', logitsDimension, lossReduction }: Head): readonly unknown[] {
  return [name, logitsDimension, lossReduction];
}

/** A state with its hash. */
export function sealed(
  identity: Pick<EvaluationState, 'model' | 'settings'>,
  partitions: EvaluationState['partitions'],
  content: Content,
): EvaluationState {
  const unsealed = { version: 1, ...identity, partitions, ...content } as const;
  return { ...unsealed, digest: sha256(JSON.stringify(unsealed)) };
}

/** What a partition came to, hashed. */
export function contentHash(content: Content): string {
  return sha256(JSON.stringify(content)).slice(0, 16);
}

/** A line of JSON. */
export function writeEvaluation(state: EvaluationState): string {
  return `${JSON.stringify(state)}\n`;
}

/**
 * Reads what {@link writeEvaluation} wrote. What metrics refuse of their states they refuse when these are merged.
 *
 * @throws METRIC_STATE_INVALID for anything else, and for the state of another model or head
 */
export function readEvaluation(text: string, expected: Pick<EvaluationState, 'model' | 'settings'>): EvaluationState {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw refused('a line of JSON', quote(text));
  }
  if (!isMap(parsed) || listOf(parsed) !== undefined) throw refused('a state', describeValue(parsed));
  const { version, model, settings, partitions, rows, metrics, slices, digest, ...others } = parsed;
  if (version !== 1) throw refused('version 1', describeValue(version));
  if (settings !== expected.settings)
    throw refused('a state of this head, these metrics and columns', `one with the settings ${quote(settings)}`);
  if (model !== expected.model) throw refused(`a state of the model ${quote(expected.model)}`, quote(model));
  if (Object.keys(others).length > 0) throw refused('no other fields', describeValue(others));
  if (!isCount(rows)) throw refused('rows', describeValue(rows));
  if (!isMap(metrics)) throw refused('metrics', describeValue(metrics));
  if (!arePartitions(partitions)) throw refused('partitions, pairs of an id and a hash', describeValue(partitions));
  if (slices !== undefined && !areSlices(slices, rows)) throw refused('slices', describeValue(slices));
  const content = { rows, metrics, ...(slices !== undefined && { slices }) } as Content;
  const state = sealed(expected, partitions, content);
  if (digest !== state.digest)
    throw refused('a state as it was written', 'one that was changed since: its digest is another');
  return state;
}

function refused(expected: string, got: string): Error {
  return headError('METRIC_STATE_INVALID', `A state to merge must be ${expected}, got ${got}.`);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function arePartitions(value: unknown): value is EvaluationState['partitions'] {
  const isPair = (pair: unknown): boolean =>
    Array.isArray(pair) && pair.length === 2 && isId(pair[0]) && /^[0-9a-f]{16}$/.test(String(pair[1]));
  return Array.isArray(value) && value.every(isPair);
}

function areSlices(value: unknown, all: number): value is SlicesState {
  if (!isMap(value)) return false;
  const { by, limit, of } = value as Partial<SlicesState>;
  if (typeof by !== 'string' || !isCount(limit) || !Array.isArray(of) || of.length > limit) return false;
  const isSlice = (slice: unknown): boolean =>
    isMap(slice) && typeof slice['value'] === 'string' && isCount(slice['rows']) && isMap(slice['metrics']);
  return of.every(isSlice) && (of as SliceState[]).reduce((sum, { rows }) => sum + rows, 0) <= all;
}

/** A number that JSON can carry. */
export function jsonNumber(value: number): JsonNumber {
  return Number.isFinite(value) ? value : (String(value) as JsonNumber);
}
