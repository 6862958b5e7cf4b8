import { ModeKeys, type Metrics, type SessionRunContext } from '@tfjs-heads/head-api';
import { headError, quote } from '@tfjs-heads/head-kit';
import type { Hooks } from './hooks.js';
import type { CheckedBatch } from './input.js';
import { mergeMetric } from './merge-metrics.js';
import type { Model } from './model.js';

/** The metrics of an evaluation by key, with `loss` and `global_step`. */
export type EvalResult = Readonly<Record<string, number>> & { readonly loss: number; readonly global_step: number };

/** What an evaluation is made of. */
export interface EvalRun<P> {
  readonly model: Model<P>;
  readonly batches: AsyncIterable<CheckedBatch>;
  /** How many batches at most. */
  readonly steps: number;
  readonly globalStep: number;
  readonly hooks: Hooks;
}

/** The names that metrics may not have. */
const RESERVED = ['loss', 'global_step'] as const;

/**
 * Runs the model over batches. `loss` is the plain mean over the batches of their losses, each of which counts once, however few rows
 * it has, as in the original; metrics count rows.
 *
 * @throws INPUT_INVALID for an input without batches, EVAL_METRICS_INVALID for a metric named as what every result has
 */
export async function runEvaluation<P>({ model, batches, steps, globalStep, hooks }: EvalRun<P>): Promise<EvalResult> {
  let metrics: Metrics = {};
  let release = (): void => undefined;
  let sum = 0;
  let count = 0;
  let isStopped = false;
  let loss: (() => Promise<number>) | undefined;
  const context: SessionRunContext = {
    globalStep,
    get loss() {
      return loss;
    },
    requestStop: () => {
      isStopped = true;
    },
  };
  /** Calls the `modelFn`: for the metrics of the first batch, and for what cannot be recorded. */
  const evaluateBatch = async (batch: CheckedBatch): Promise<number> => {
    const spec = model.spec(batch, ModeKeys.EVAL);
    const isFirst = count === 0;
    if (isFirst) {
      release = () => spec.dispose();
      metrics = checkMetrics(spec.evalMetricOps);
    }
    try {
      const [value = Number.NaN] = await spec.loss.data();
      if (!isFirst) await addTo(metrics, spec.evalMetricOps);
      return value;
    } finally {
      if (!isFirst) spec.dispose();
    }
  };
  try {
    await hooks.begin(context);
    for await (const batch of batches) {
      await model.prepared(batch, async (prepared) => {
        await hooks.beforeRun(context);
        const value =
          (count === 0 ? undefined : await model.evalStep(prepared, metrics, count)) ?? (await evaluateBatch(prepared));
        loss = async () => value;
        sum += value;
        count++;
        await hooks.afterRun(context);
      });
      if (isStopped || count >= steps) break;
    }
    if (count === 0) throw headError('INPUT_INVALID', 'evaluate: inputFn must give at least one batch, got none.');
    const results = await Promise.all(
      Object.entries(metrics).map(async ([key, metric]) => [key, await metric.result()] as const),
    );
    await hooks.end(context);
    return { ...Object.fromEntries(results), loss: sum / count, global_step: globalStep };
  } finally {
    release();
  }
}

function checkMetrics(metrics: Metrics): Metrics {
  const taken = RESERVED.find((name) => Object.hasOwn(metrics, name));
  if (taken === undefined) return metrics;
  throw headError(
    'EVAL_METRICS_INVALID',
    `A metric must not be named ${quote(taken)}, which every result of evaluate has.`,
  );
}

/** Adds what a batch's metrics have summed up. */
async function addTo(metrics: Metrics, others: Metrics): Promise<void> {
  for (const [key, metric] of Object.entries(metrics)) {
    const other = others[key];
    if (other === undefined) {
      throw headError(
        'EVAL_METRICS_INVALID',
        `modelFn must give the same metrics for each batch, got none named ${quote(key)}.`,
      );
    }
    await mergeMetric(metric, other);
  }
}
