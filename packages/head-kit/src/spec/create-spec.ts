import { keep, reshape, tensor_util } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, TensorContainer } from '@tensorflow/tfjs-core';
import {
  type EstimatorSpec,
  type ExportOutput,
  type ExportOutputs,
  type Metric,
  type Metrics,
  ModeKeys,
  type Predictions,
  type SessionRunHook,
} from '@tfjs-heads/head-api';
import { describe, keysText, quote, shapeText } from '../checks/describe.js';
import { ask, isList, isMap, isTensor } from '../checks/kinds.js';
import { checkMode } from '../checks/mode.js';
import { checkMap, checkOptions } from '../checks/options.js';
import { checkTensor } from '../checks/tensor.js';
import { carryChecks } from '../device-check.js';
import { headError } from '../error.js';
import { checkExportOutput, checkValues, predictOutput } from '../export-output.js';

/** The fields of a spec, as {@link createSpec} takes them. */
export interface SpecFields<P extends Predictions = Predictions> {
  readonly mode: ModeKeys;
  /**
   * A map, or one tensor, which is kept under the key `output`. Needed to predict. To train or evaluate, a function will do, which
   * is called when somebody asks for them.
   */
  readonly predictions?: P | Tensor | (() => P) | undefined;
  /** One element. Needed to train and to evaluate. */
  readonly loss?: Tensor | undefined;
  /** Needed to train. */
  readonly trainOp?: (() => unknown) | undefined;
  readonly evalMetricOps?: Metrics | undefined;
  /** Looked at to predict only. Default: the predictions under `serving_default`. */
  readonly exportOutputs?: ExportOutputs | undefined;
  readonly summaries?: Readonly<Record<string, Scalar>> | undefined;
  readonly trainingChiefHooks?: readonly SessionRunHook[] | undefined;
  readonly trainingHooks?: readonly SessionRunHook[] | undefined;
  readonly evaluationHooks?: readonly SessionRunHook[] | undefined;
  readonly predictionHooks?: readonly SessionRunHook[] | undefined;
  /** Run by `dispose()`, besides releasing what is in the other fields. */
  readonly onDispose?: (() => void) | undefined;
}

const HOOKS = ['trainingChiefHooks', 'trainingHooks', 'evaluationHooks', 'predictionHooks'] as const;

const FIELDS: readonly (keyof SpecFields)[] = [
  'mode',
  'predictions',
  'loss',
  'trainOp',
  'evalMetricOps',
  'exportOutputs',
  'summaries',
  ...HOOKS,
  'onDispose',
];

/** The spec of a mode. */
type SpecOf<M extends ModeKeys, P extends Predictions> = Extract<EstimatorSpec<P>, { readonly mode: M }>;

/** What each spec was made from, for {@link replaceSpec}. */
const fieldsOf = new WeakMap<EstimatorSpec, SpecFields>();

/**
 * Makes the spec of one mode, checked as the original checks it. The spec takes over the tensors and
 * metrics in it: they are kept when a `tf.tidy` or a scope around the call ends, and released by its `dispose()`. After
 * that `trainOp()` is refused, as SPEC_DISPOSED.
 *
 * @throws MODE_INVALID, SPEC_INVALID, EXPORT_OUTPUT_INVALID, EVAL_METRICS_INVALID, TENSOR_DISPOSED, TENSOR_FOREIGN
 */
export function createSpec<M extends ModeKeys>(
  fields: SpecFields & { readonly mode: M; readonly predictions: Tensor },
): SpecOf<M, { readonly output: Tensor }>;
export function createSpec<M extends ModeKeys, P extends Predictions = Predictions>(
  fields: SpecFields<P> & { readonly mode: M },
): SpecOf<M, P>;
export function createSpec(given: SpecFields): EstimatorSpec {
  if (!isMap(given)) throw headError('SPEC_INVALID', `createSpec takes the fields of a spec, got ${describe(given)}.`);
  const fields = checkOptions('createSpec', given, FIELDS, 'SPEC_INVALID');
  const mode = checkMode(fields.mode);
  const isToPredict = mode === ModeKeys.PREDICT;
  const trainOp = checkTrainOp(fields.trainOp, mode === ModeKeys.TRAIN);
  const givenLoss = checkLoss(fields.loss, !isToPredict);
  const makePredictions = typeof fields.predictions === 'function' && !isToPredict ? fields.predictions : undefined;
  let predictions = makePredictions === undefined ? checkPredictions(fields.predictions, isToPredict) : undefined;
  const exportOutputs = isToPredict ? checkExportOutputs(fields.exportOutputs, predictions as Predictions) : {};
  const hooks = Object.fromEntries(HOOKS.map((name) => [name, checkHooks(name, fields[name])]));
  const evalMetricOps = checkEvalMetrics(fields.evalMetricOps);
  const summaries = checkSummaries(fields.summaries);
  if (fields.onDispose !== undefined && typeof fields.onDispose !== 'function') {
    throw headError('SPEC_INVALID', `onDispose must be a function, got ${describe(fields.onDispose)}.`);
  }
  // Nothing is made before everything is checked.
  const loss =
    givenLoss === undefined || givenLoss.rank === 0 ? givenLoss : carryChecks(reshape(givenLoss, []), [givenLoss]);

  const held: ({ dispose(): void } | undefined)[] = [];
  const hold = (values: typeof held): void => {
    // Strings may be made of tensors, which are theirs.
    for (const value of values)
      for (const tensor of isTensor(value)
        ? [value]
        : ask(() => tensor_util.getTensorsInContainer(value as TensorContainer), []))
        keep(tensor);
    held.push(...values);
  };
  hold([
    loss,
    givenLoss,
    ...Object.values(predictions ?? {}),
    ...Object.values(summaries),
    ...exportedTensors(exportOutputs),
  ]);
  let isDisposed = false;
  const checkNotDisposed = (what: string, gone: string): void => {
    if (isDisposed) throw headError('SPEC_DISPOSED', `${what} before dispose(): ${gone} is gone.`);
  };
  const parts = {
    [ModeKeys.TRAIN]: {
      loss,
      trainOp(): unknown {
        checkNotDisposed('trainOp must be called', 'what the training step needs');
        return trainOp?.();
      },
      summaries,
      evalMetricOps,
    },
    [ModeKeys.EVAL]: { loss, evalMetricOps },
    [ModeKeys.PREDICT]: { exportOutputs },
  };
  const dispose = (): void => {
    if (isDisposed) return;
    isDisposed = true;
    for (const tensor of held) tensor?.dispose();
    for (const metric of Object.values(evalMetricOps)) metric.dispose();
    fields.onDispose?.();
  };
  const predictionsOnce = (): Predictions => {
    if (predictions === undefined) {
      checkNotDisposed('predictions must be asked for', 'what they are made of');
      predictions = checkPredictions(makePredictions?.(), true);
      hold(Object.values(predictions));
    }
    return predictions;
  };
  const withoutPredictions = { mode, ...parts[mode], ...hooks, dispose };
  const spec = Object.freeze(
    Object.defineProperty(withoutPredictions, 'predictions', { get: predictionsOnce, enumerable: true }),
  ) as EstimatorSpec;
  fieldsOf.set(spec, fields);
  return spec;
}

/**
 * A spec with some fields replaced, checked anew. The tensors of the replaced fields stay alive; the
 * two specs share the others. `onDispose` is called after that of the first spec.
 *
 * @throws SPEC_INVALID when `mode` would change, and what {@link createSpec} throws.
 */
export function replaceSpec<S extends EstimatorSpec>(
  spec: S,
  fields: Partial<SpecFields> & { readonly predictions?: never },
): S;
export function replaceSpec<M extends ModeKeys, P extends Predictions = Predictions>(
  spec: EstimatorSpec & { readonly mode: M },
  fields: Partial<SpecFields<P>>,
): SpecOf<M, P>;
export function replaceSpec(spec: EstimatorSpec, fields: Partial<SpecFields>): EstimatorSpec {
  const original = fieldsOf.get(spec);
  if (original === undefined) {
    throw headError('SPEC_INVALID', `spec must be one that createSpec made, got ${describe(spec)}.`);
  }
  const replaced = checkOptions('replaceSpec', fields, FIELDS, 'SPEC_INVALID');
  if (replaced.mode !== undefined && replaced.mode !== spec.mode) {
    throw headError(
      'SPEC_INVALID',
      `mode of EstimatorSpec cannot be changed: it is '${spec.mode}', got ${quote(replaced.mode)}.`,
    );
  }
  const { onDispose } = replaced;
  // One more thing to do, in the place of none.
  const both = onDispose && original.onDispose && [original.onDispose, onDispose];
  return createSpec({ ...original, ...replaced, ...(both && { onDispose: () => both.forEach((each) => each()) }) });
}

function checkSummaries(summaries: unknown): Readonly<Record<string, Scalar>> {
  if (summaries === undefined || summaries === null) return {};
  const map = checkMap('summaries', summaries, 'a map of scalars', 'SPEC_INVALID');
  for (const [tag, summary] of Object.entries(map))
    checkTensor(`summaries[${quote(tag)}]`, summary, 'a scalar', 'SPEC_INVALID');
  return map as Readonly<Record<string, Scalar>>;
}

function checkTrainOp(trainOp: unknown, needed: boolean): (() => unknown) | undefined {
  if (trainOp === undefined || trainOp === null) {
    if (needed)
      throw headError(
        'SPEC_INVALID',
        `Missing train_op: trainOp must be a function to train, got ${describe(trainOp)}.`,
      );
    return undefined;
  }
  if (typeof trainOp !== 'function') {
    throw headError('SPEC_INVALID', `trainOp must be a function, got ${describe(trainOp)}.`);
  }
  return trainOp as () => unknown;
}

function checkLoss(loss: unknown, needed: boolean): Tensor | undefined {
  if (loss === undefined || loss === null) {
    if (needed)
      throw headError(
        'SPEC_INVALID',
        `Missing loss: loss must be a scalar to train or evaluate, got ${describe(loss)}.`,
      );
    return undefined;
  }
  const tensor = checkTensor('loss', loss, 'a tensor', 'SPEC_INVALID'); // alive, for the original's rule that every tensor belongs to the current graph
  if (tensor.size !== 1)
    throw headError('SPEC_INVALID', `Loss must be scalar, of shape [], got the shape ${shapeText(tensor.shape)}.`);
  return tensor;
}

function checkPredictions(predictions: unknown, needed: boolean): Predictions {
  if (predictions === undefined || predictions === null) {
    if (needed)
      throw headError(
        'SPEC_INVALID',
        `Missing predictions: predictions must be a map to predict, got ${describe(predictions)}.`,
      );
    return {};
  }
  return checkValues('predictions', isTensor(predictions) ? { output: predictions } : predictions, 'SPEC_INVALID');
}

function checkExportOutputs(exportOutputs: unknown, predictions: Predictions): ExportOutputs {
  if (exportOutputs === undefined || exportOutputs === null) {
    return { serving_default: predictOutput({ outputs: predictions }) };
  }
  const map = checkMap('exportOutputs', exportOutputs, 'a map of export outputs', 'EXPORT_OUTPUT_INVALID');
  const entries = Object.entries(map).map(
    ([key, output]) => [key, checkExportOutput(`exportOutputs[${quote(key)}]`, output)] as const,
  );
  const outputs: ExportOutputs = Object.fromEntries(entries);
  if (Object.hasOwn(outputs, 'serving_default')) return outputs;
  const [only] = entries;
  if (entries.length !== 1 || only === undefined) {
    throw headError(
      'EXPORT_OUTPUT_INVALID',
      `exportOutputs must have one entry, or an entry 'serving_default' among several, got the keys ${keysText(outputs)}.`,
    );
  }
  return { ...outputs, serving_default: only[1] };
}

function checkHooks(name: string, hooks: unknown): readonly SessionRunHook[] {
  if (hooks === undefined || hooks === null) return [];
  const methods = ['begin', 'beforeRun', 'afterRun', 'end'];
  const isHook = (hook: unknown): boolean =>
    ask(() => isMap(hook) && methods.some((method) => typeof hook[method] === 'function'), false);
  const index = isList(hooks) ? ask(() => hooks.findIndex((hook) => !isHook(hook)), 0) : 0;
  if (isList(hooks) && index < 0) return hooks as readonly SessionRunHook[];
  const got = describe(isList(hooks) ? ask(() => hooks[index], hooks) : hooks);
  throw headError(
    'SPEC_INVALID',
    `${name} must be a list of hooks with one of the methods ${methods.join(', ')}, got ${got}.`,
  );
}

function checkEvalMetrics(metrics: unknown): Metrics {
  if (metrics === undefined || metrics === null) return {};
  const map = checkMap('evalMetricOps', metrics, 'a map of metrics', 'EVAL_METRICS_INVALID');
  for (const [key, metric] of Object.entries(map)) {
    const name = `evalMetricOps[${quote(key)}]`;
    const isMetric = ask(
      () =>
        isMap(metric) &&
        typeof metric.update === 'function' &&
        typeof metric.result === 'function' &&
        typeof metric.dispose === 'function',
      false,
    );
    if (!isMetric) throw headError('EVAL_METRICS_INVALID', `${name} must be a metric, got ${describe(metric)}.`);
    if (ask(() => (metric as Metric).updates, undefined) === 0) {
      throw headError(
        'EVAL_METRICS_INVALID',
        `Please call update first: ${name} must have seen a batch, but it has seen none.`,
      );
    }
  }
  return map as Metrics;
}

function exportedTensors(exportOutputs: ExportOutputs): { dispose(): void }[] {
  return Object.values(exportOutputs).flatMap((output: ExportOutput) => {
    switch (output.kind) {
      case 'regression':
        return [output.value];
      case 'classification':
        return [output.scores, output.classes].filter((tensor) => tensor !== undefined);
      case 'predict':
        return Object.values(output.outputs);
    }
  });
}
