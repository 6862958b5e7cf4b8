import { dispose, gather, tensor1d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Features, JsonNumber, Labels, Logits } from '@tfjs-heads/head-api';
import { headError, isMap, isTensor, quote, scoped } from '@tfjs-heads/head-kit';
import { type ColumnBatch, disposeColumns, namesOfSlices, tensorsOf } from './columns.js';
import type { Content, SliceState } from './evaluation-state.js';
import { logitsOfRows } from './logits.js';
import type { ColumnTensors } from './column-types.js';
import { invalidModel, type LoadedModel } from './model-module.js';
import type { SliceOptions } from './options.js';
import { type HeadBatch, RowMetrics } from './row-metrics.js';
import { Slices } from './slices.js';

/** What an evaluation comes to, as JSON. */
export interface EvaluationResult {
  readonly rows: number;
  readonly metrics: Readonly<Record<string, JsonNumber>>;
  readonly slices?: readonly {
    readonly value: string;
    readonly rows: number;
    readonly metrics: Readonly<Record<string, JsonNumber>>;
  }[];
  /** How many rows are of values that were not kept. */
  readonly rest?: number;
}

/** The metrics of a model over rows, and over those of each value of a column. */
export class Evaluation {
  readonly #model: LoadedModel;
  readonly #options: SliceOptions | undefined;
  readonly #metrics: RowMetrics;
  readonly #slices: Slices | undefined;

  constructor(model: LoadedModel, options: SliceOptions | undefined) {
    this.#model = model;
    this.#options = options;
    this.#metrics = new RowMetrics(model.head);
    this.#slices = options && new Slices(model.head, options.limit);
  }

  get rows(): number {
    return this.#metrics.rows;
  }

  /** How many rows are of values that were not kept. */
  get rest(): number {
    return this.#slices?.entries().reduce((rest, [, { rows }]) => rest - rows, this.rows) ?? 0;
  }

  /**
   * Adds rows.
   *
   * @returns Whether the numbers of the batch are looked at by nobody any more
   * @throws INPUT_INVALID, and what the model and the head throw
   */
  async add(batch: ColumnBatch): Promise<boolean> {
    if (batch.rows === 0) return true;
    const features = tensorsOf(batch, this.#model.columns);
    const labelTensors = tensorsOf(batch, this.#model.labelColumns);
    let logits: Logits | undefined;
    let labels: Labels | undefined;
    let isFree = false;
    try {
      logits = await logitsOfRows(this.#model, features);
      labels = this.#labels({ ...features, ...labelTensors });
      const headBatch = { features, logits, labels };
      this.#metrics.add(headBatch, batch.rows);
      if (this.#slices !== undefined && this.#options !== undefined)
        addSlices(this.#slices, headBatch, namesOfSlices(batch, this.#options.by));
    } finally {
      dispose([logits, labels] as Tensor[]);
      isFree = disposeColumns(features, labelTensors);
    }
    return isFree;
  }

  /** Adds rows of several batches: see {@link add}. */
  async addAll(batches: Iterable<ColumnBatch>): Promise<boolean> {
    let areFree = true;
    for (const batch of batches) areFree = (await this.add(batch)) && areFree;
    return areFree;
  }

  #labels(columns: ColumnTensors): Labels {
    const { labels, labelColumns } = this.#model;
    if (labels !== undefined) return scoped(() => labels(columns));
    const [name, ...others] = Object.keys(labelColumns);
    if (name !== undefined && others.length === 0) return columns[name] as Tensor;
    throw invalidModel(
      `must export labels, or one column in labelColumns, to evaluate, got ${others.length === 0 ? 'no' : others.length + 1} columns`,
    );
  }

  /**
   * Adds what other rows have come to.
   *
   * @throws METRIC_STATE_INVALID for states of other metrics, or with other slices
   */
  merge(content: Content): void {
    const { by, limit } = content.slices ?? {};
    if (by !== this.#options?.by || limit !== this.#options?.limit) {
      const text = (of?: string, most?: number): string =>
        of === undefined ? 'no slices' : `${most} slices by ${quote(of)}`;
      throw headError(
        'METRIC_STATE_INVALID',
        `A state to merge must have ${text(this.#options?.by, this.#options?.limit)}, got ${text(by, limit)}.`,
      );
    }
    this.#metrics.merge(content);
    for (const slice of content.slices?.of ?? []) this.#slices?.at(slice.value)?.merge(slice);
  }

  async content(): Promise<Content> {
    const whole = await this.#metrics.state();
    if (this.#slices === undefined || this.#options === undefined) return whole;
    const of: SliceState[] = [];
    for (const [value, metrics] of this.#slices.entries()) of.push({ value, ...(await metrics.state()) });
    return { ...whole, slices: { ...this.#options, of } };
  }

  async result(): Promise<EvaluationResult> {
    const whole = { rows: this.rows, metrics: await this.#metrics.results() };
    if (this.#slices === undefined) return whole;
    const slices = this.#slices
      .entries()
      .map(async ([value, metrics]) => ({ value, rows: metrics.rows, metrics: await metrics.results() }));
    return { ...whole, slices: await Promise.all(slices), rest: this.rest };
  }

  dispose(): void {
    this.#metrics.dispose();
    this.#slices?.dispose();
  }
}

/** Counts the rows of each value, once for each value that the batch has. */
function addSlices(slices: Slices, batch: HeadBatch, names: readonly string[]): void {
  const rowsOf = new Map<string, number[]>();
  for (const [row, name] of names.entries()) {
    const rows = rowsOf.get(name);
    if (rows === undefined) rowsOf.set(name, [row]);
    else rows.push(row);
  }
  for (const [name, rows] of rowsOf) {
    scoped(() => {
      const indices = tensor1d(rows, 'int32');
      const pick = <T>(of: T): T =>
        (isTensor(of)
          ? gather(of, indices)
          : isMap(of)
            ? Object.fromEntries(Object.entries(of).map(([key, value]) => [key, pick(value)]))
            : of) as T;
      const metrics = slices.at(name);
      const { features, logits, labels } = batch;
      metrics?.add({ features: pick(features) as Features, logits: pick(logits), labels: pick(labels) }, rows.length);
    });
  }
}
