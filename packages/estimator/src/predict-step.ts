import { clone, dispose } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Predictions, PredictSpec, StringValues } from '@tfjs-heads/head-api';
import { carryChecks, headError, isTensor } from '@tfjs-heads/head-kit';
import { type Trace, type TraceOptions, traceStep } from '@tfjs-heads/tracing';
import type { CheckedBatch } from './input.js';

/** A number or a string, or a list of such, nested as the shape of a prediction is. */
export type PredictedValue = number | string | readonly PredictedValue[];

/** The predictions of one example by key, or of a whole batch. */
export type Predicted = Readonly<Record<string, PredictedValue>>;

type Step = (batch: CheckedBatch, keys: readonly string[] | null) => Readonly<Record<string, Tensor>>;

/** Where a prediction is strings: those that its numbers count. */
type Tables = Readonly<Record<string, readonly string[] | undefined>>;

/** Predicts batches by a recording, in which strings are their indices in a list. Strings that are no such run as they are. */
export class PredictStep {
  readonly #specOf: (batch: CheckedBatch) => PredictSpec;
  readonly #trace: Trace<Step>;
  /** By the keys of predictions. A replay runs no JavaScript that would say it. */
  readonly #tables = new Map<string, Tables>();
  #isTraceable = true;

  constructor(specOf: (batch: CheckedBatch) => PredictSpec, options: TraceOptions) {
    this.#specOf = specOf;
    this.#trace = traceStep<Step>((batch, keys) => this.#predict(batch, keys ?? undefined), options);
  }

  /**
   * The predictions of a batch as numbers and strings.
   *
   * @param keys Those that are wanted; undefined for all.
   * @throws PREDICTION_KEY_INVALID where none of the keys is there, and what the `modelFn` throws
   */
  async predict(batch: CheckedBatch, keys: readonly string[] | undefined): Promise<Predicted> {
    if (this.#isTraceable) {
      const predicted = this.#trace(batch, keys ?? null);
      const tables = this.#tables.get(textOf(keys));
      try {
        if (this.#isTraceable) return await readAll(predicted, (value, key) => named(value, tables?.[key]));
        this.#trace.dispose();
      } finally {
        dispose(predicted);
      }
    }
    const spec = this.#specOf(batch);
    try {
      return await readAll(choose(spec.predictions, keys), (value) => value);
    } finally {
      spec.dispose();
    }
  }

  dispose(): void {
    this.#isTraceable = false;
    this.#trace.dispose();
  }

  #predict(batch: CheckedBatch, keys: readonly string[] | undefined): Record<string, Tensor> {
    const spec = this.#specOf(batch);
    try {
      const chosen = Object.entries(choose(spec.predictions, keys));
      if (!chosen.every(([, value]) => isNumeric(value) || (value as StringValues).lookup !== undefined)) {
        this.#isTraceable = false;
        return {};
      }
      const tables: Record<string, readonly string[] | undefined> = {};
      const tensors = chosen.map(([key, value]) => {
        if (isNumeric(value)) return [key, carryChecks(clone(value), [value])] as const;
        const lookup = (value as Required<StringValues>).lookup();
        tables[key] = lookup.table;
        return [key, lookup.ids] as const;
      });
      this.#tables.set(textOf(keys), tables);
      return Object.fromEntries(tensors);
    } finally {
      spec.dispose();
    }
  }
}

async function readAll(
  values: Readonly<Record<string, Predictions[string]>>,
  change: (value: PredictedValue, key: string) => PredictedValue,
): Promise<Predicted> {
  const read = await Promise.all(
    Object.entries(values).map(
      async ([key, value]) => [key, change((await value.array()) as PredictedValue, key)] as const,
    ),
  );
  return Object.fromEntries(read);
}

function isNumeric(value: Predictions[string]): value is Tensor {
  return isTensor(value) && value.dtype !== 'string';
}

/** The strings that indices count, nested as these are. */
function named(value: PredictedValue, table: readonly string[] | undefined): PredictedValue {
  if (table === undefined) return value;
  return typeof value === 'object' ? value.map((one) => named(one, table)) : (table[value as number] as string);
}

function textOf(keys: readonly string[] | undefined): string {
  return JSON.stringify(keys ?? null);
}

function choose(
  predictions: Predictions,
  keys: readonly string[] | undefined,
): Readonly<Record<string, Predictions[string]>> {
  const all = Object.entries(predictions);
  const chosen = keys === undefined ? all : all.filter(([key]) => keys.includes(key));
  if (chosen.length > 0) return Object.fromEntries(chosen);
  throw headError(
    'PREDICTION_KEY_INVALID',
    `predictKeys must be some of ${all.map(([key]) => key).join(', ') || 'no keys'}, got ${keys === undefined ? 'none' : keys.join(', ')}.`,
  );
}
