import type { SessionRunHook } from '@tfjs-heads/head-api';
import { checkOptions, describeValue, headError, listOf } from '@tfjs-heads/head-kit';
import { Estimator } from './estimator.js';
import type { EvalResult } from './evaluate.js';
import type { Exporter } from './exporters.js';
import type { InputFn } from './input.js';
import type { CheckpointSaverListener } from './train.js';

/** What to train on: `TrainSpec` of the original. */
export interface TrainSettings<P = unknown> {
  readonly inputFn: InputFn<P>;
  /** The number of the last step. Default: to the end of the input. */
  readonly maxSteps?: number | undefined;
  readonly hooks?: readonly SessionRunHook[] | undefined;
  readonly savingListeners?: readonly CheckpointSaverListener[] | undefined;
}

/** What to evaluate on, how often, and what to export then: `EvalSpec` of the original. */
export interface EvalSettings<P = unknown> {
  readonly inputFn: InputFn<P>;
  /** How many batches at most. Default: 100. Null: all. */
  readonly steps?: number | null | undefined;
  readonly name?: string | undefined;
  readonly hooks?: readonly SessionRunHook[] | undefined;
  readonly exporters?: readonly Exporter<P>[] | undefined;
  /** The least number of seconds from one evaluation to the next. Default: 600. */
  readonly throttleSecs?: number | undefined;
}

/** What came of it. */
export interface TrainedAndEvaluated {
  /** Of the last evaluation. */
  readonly metrics: EvalResult;
  /** Of each exporter at the end. */
  readonly exportResults: readonly (string | undefined)[];
}

const TRAIN = ['inputFn', 'maxSteps', 'hooks', 'savingListeners'] as const;
const EVAL = ['inputFn', 'steps', 'name', 'hooks', 'exporters', 'throttleSecs'] as const;

/**
 * Trains, evaluates after checkpoints, not after the first of the run and not too often, and once more at the end. Exporters run after
 * each evaluation.
 *
 * ```ts
 * const { metrics } = await trainAndEvaluate(estimator, { inputFn, maxSteps: 10_000 }, { inputFn: evalInputFn, throttleSecs: 60 });
 * ```
 *
 * @throws INVALID_ARGUMENT, and what `train` and `evaluate` throw
 */
export async function trainAndEvaluate<P>(
  estimator: Estimator<P>,
  trainSpec: TrainSettings<P>,
  evalSpec: EvalSettings<P>,
): Promise<TrainedAndEvaluated> {
  if (!(estimator instanceof Estimator)) throw invalid('estimator', 'an Estimator', estimator);
  const { inputFn, maxSteps, hooks, savingListeners = [] } = checkOptions('trainSpec', trainSpec, TRAIN);
  const checked = checkEval(evalSpec);
  let lastAt = -Infinity;
  let isFirst = true;

  const evaluateNow = async (isTheFinalExport: boolean): Promise<TrainedAndEvaluated> => {
    const { steps, name, exporters } = checked;
    const metrics = await estimator.evaluate(checked.inputFn, {
      steps: steps ?? undefined,
      name,
      hooks: checked.hooks,
    });
    lastAt = performance.now();
    const checkpointPath = await estimator.latestCheckpoint();
    const exportResults: (string | undefined)[] = [];
    for (const exporter of exporters) {
      const exportPath = `${estimator.modelDir ?? '.'}/export/${exporter.name}`;
      exportResults.push(
        await exporter.export({ estimator, exportPath, checkpointPath, evalResult: metrics, isTheFinalExport }),
      );
    }
    return { metrics, exportResults };
  };

  const listener: CheckpointSaverListener = {
    afterSave: async () => {
      const isDue = !isFirst && performance.now() - lastAt >= checked.throttleSecs * 1000;
      isFirst = false;
      if (isDue) await evaluateNow(false);
    },
  };
  await estimator.train(inputFn, { maxSteps, hooks, savingListeners: [...savingListeners, listener] });
  return evaluateNow(true);
}

function checkEval<P>(
  given: EvalSettings<P>,
): EvalSettings<P> & { readonly throttleSecs: number; readonly exporters: readonly Exporter<P>[] } {
  const { steps = 100, exporters = [], throttleSecs = 600, ...others } = checkOptions('evalSpec', given, EVAL);
  if (typeof throttleSecs !== 'number' || !(throttleSecs >= 0))
    throw invalid('evalSpec.throttleSecs', 'a number, at least 0', throttleSecs);
  const isExporter = (value: unknown): boolean =>
    typeof (value as Partial<Exporter> | null)?.export === 'function' && typeof (value as Exporter).name === 'string';
  if (listOf(exporters)?.every(isExporter) !== true)
    throw invalid('evalSpec.exporters', 'a list of exporters', exporters);
  return { ...others, steps, exporters, throttleSecs };
}

function invalid(name: string, expected: string, got: unknown): Error {
  return headError('INVALID_ARGUMENT', `trainAndEvaluate: ${name} must be ${expected}, got ${describeValue(got)}.`);
}
