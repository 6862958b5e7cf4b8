import type { SessionRunHook } from '@tfjs-heads/head-api';
import { checkOptions, describeValue, headError } from '@tfjs-heads/head-kit';
import type { Estimator } from './estimator.js';

/** When a hook that stops early looks, and at what. */
export interface EarlyStoppingOptions {
  /** Below this step it does not stop. Default: 0. */
  readonly minSteps?: number | undefined;
  /** The name of the evaluations. Default: those without one. */
  readonly evalName?: string | undefined;
}

/** When a hook looks that waits for a metric to become better, and what it leaves. */
export interface PatienceOptions extends EarlyStoppingOptions {
  /**
   * Whether variables have those of the best evaluation again where the hook ends the training, as in Keras; the last checkpoint has them. Default: false.
   * The evaluations must be of checkpoints, as those of `trainAndEvaluate` are.
   */
  readonly restoreBestWeights?: boolean | undefined;
}

/** What has been seen of a metric: its value by the step of the evaluation, the first one first. */
type Seen = readonly (readonly [step: number, value: number])[];

/**
 * Ends a training run where a function says so, which is asked after each step.
 *
 * @param shouldStopFn Looks at `estimator.evaluations()`, say.
 * @throws INVALID_ARGUMENT
 */
export function makeEarlyStoppingHook<P>(estimator: Estimator<P>, shouldStopFn: () => boolean): SessionRunHook {
  if (typeof estimator?.evaluations !== 'function') throw invalid('estimator', 'an Estimator', estimator);
  if (typeof shouldStopFn !== 'function') throw invalid('shouldStopFn', 'a function', shouldStopFn);
  return {
    afterRun: (context) => {
      if (shouldStopFn()) context.requestStop();
    },
  };
}

/** Ends a training run when a metric of an evaluation is above a threshold, from a step on. Throws INVALID_ARGUMENT. */
export function stopIfHigherHook<P>(
  estimator: Estimator<P>,
  metricName: string,
  threshold: number,
  options?: EarlyStoppingOptions,
): SessionRunHook {
  checkNumber('threshold', threshold);
  return hookOf(estimator, metricName, options, (seen) => seen.some(([, value]) => value > threshold));
}

/** Ends a training run when a metric of an evaluation is below a threshold, from a step on. Throws INVALID_ARGUMENT. */
export function stopIfLowerHook<P>(
  estimator: Estimator<P>,
  metricName: string,
  threshold: number,
  options?: EarlyStoppingOptions,
): SessionRunHook {
  checkNumber('threshold', threshold);
  return hookOf(estimator, metricName, options, (seen) => seen.some(([, value]) => value < threshold));
}

/** Ends a training run when a metric has not grown over so many steps. Throws INVALID_ARGUMENT. */
export function stopIfNoIncreaseHook<P>(
  estimator: Estimator<P>,
  metricName: string,
  maxStepsWithoutIncrease: number,
  options?: PatienceOptions,
): SessionRunHook {
  checkNumber('maxStepsWithoutIncrease', maxStepsWithoutIncrease);
  return patientHook(estimator, metricName, maxStepsWithoutIncrease, options, (value, best) => value > best);
}

/** Ends a training run when a metric, such as `loss`, has not fallen over so many steps. Throws INVALID_ARGUMENT. */
export function stopIfNoDecreaseHook<P>(
  estimator: Estimator<P>,
  metricName: string,
  maxStepsWithoutDecrease: number,
  options?: PatienceOptions,
): SessionRunHook {
  checkNumber('maxStepsWithoutDecrease', maxStepsWithoutDecrease);
  return patientHook(estimator, metricName, maxStepsWithoutDecrease, options, (value, best) => value < best);
}

function hookOf<P>(
  estimator: Estimator<P>,
  metricName: string,
  given: EarlyStoppingOptions | undefined,
  shouldStop: (seen: Seen) => boolean,
): SessionRunHook {
  const { minSteps = 0, evalName = '' } = checkOptions('the hook', given ?? {}, ['minSteps', 'evalName']);
  if (typeof metricName !== 'string' || metricName === '')
    throw invalid('metricName', 'the key of a metric', metricName);
  checkNumber('minSteps', minSteps);
  return makeEarlyStoppingHook(estimator, () => shouldStop(seenOf(estimator, metricName, { minSteps, evalName })));
}

function seenOf<P>(
  estimator: Estimator<P>,
  metricName: string,
  { minSteps = 0, evalName = '' }: EarlyStoppingOptions,
): Seen {
  return estimator
    .evaluations(evalName)
    .map((result) => [result.global_step, valueOf(result, metricName)] as const)
    .filter(([step]) => step >= minSteps);
}

/** Ends a training run where the best value is so many steps old. */
function patientHook<P>(
  estimator: Estimator<P>,
  metricName: string,
  steps: number,
  given: PatienceOptions | undefined,
  isBetter: (value: number, best: number) => boolean,
): SessionRunHook {
  const { restoreBestWeights = false, ...options } = checkOptions('the hook', given ?? {}, [
    'minSteps',
    'evalName',
    'restoreBestWeights',
  ]);
  if (typeof restoreBestWeights !== 'boolean') throw invalid('restoreBestWeights', 'true or false', restoreBestWeights);
  const hook = hookOf(estimator, metricName, options, (seen) => {
    const [best, last] = [bestOf(seen, isBetter), seen.at(-1)];
    return best !== undefined && last !== undefined && last[0] - best[0] >= steps;
  });
  if (!restoreBestWeights) return hook;
  let kept: { readonly step: number; readonly restore: () => void } | undefined;
  return {
    afterRun: async (context) => {
      // The checkpoint of the evaluation is still there: the next one comes after this.
      const step = bestOf(seenOf(estimator, metricName, options), isBetter)?.[0];
      if (step !== undefined && step !== kept?.step) kept = { step, restore: await estimator.weightsAt(step) };
      let isStopping = false;
      await hook.afterRun?.({
        ...context,
        requestStop: () => {
          isStopping = true;
        },
      });
      if (!isStopping) return;
      kept?.restore();
      context.requestStop();
    },
  };
}

function bestOf(seen: Seen, isBetter: (value: number, best: number) => boolean): Seen[number] | undefined {
  let best: Seen[number] | undefined;
  for (const one of seen) if (best === undefined || isBetter(one[1], best[1])) best = one;
  return best;
}

function valueOf(result: Readonly<Record<string, number>>, metricName: string): number {
  const value = result[metricName];
  if (value !== undefined) return value;
  throw invalid('metricName', `one of ${Object.keys(result).join(', ')}`, metricName);
}

function checkNumber(name: string, given: number): void {
  if (typeof given !== 'number' || Number.isNaN(given)) throw invalid(name, 'a number', given);
}

function invalid(name: string, expected: string, got: unknown): Error {
  return headError('INVALID_ARGUMENT', `Early stopping: ${name} must be ${expected}, got ${describeValue(got)}.`);
}
