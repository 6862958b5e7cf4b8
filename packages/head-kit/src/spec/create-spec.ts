import { reshape, Tensor } from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import { ModeKeys } from '@tfjs-heads/head-api';
import type {
  EstimatorSpec,
  EvalSpec,
  ExportOutput,
  ExportOutputs,
  Metrics,
  Predictions,
  PredictSpec,
  SessionRunHook,
  TrainSpec,
} from '@tfjs-heads/head-api';
import { describe, isMap, shapeText } from '../checks/describe.js';
import { checkMode } from '../checks/mode.js';
import { checkNotDisposed } from '../checks/tensor.js';
import { headError } from '../error.js';
import { isExportOutput, isValues, predictOutput } from '../export-output.js';
import { ServingKeys } from '../keys.js';

/** The fields of a spec, as {@link createSpec} takes them. */
export interface SpecFields {
  readonly mode: ModeKeys;
  /** A map, or one tensor, which is kept under the key `output`. Needed to predict. */
  readonly predictions?: Predictions | Tensor | undefined;
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

const FIELDS: readonly string[] = [
  'mode', 'predictions', 'loss', 'trainOp', 'evalMetricOps', 'exportOutputs', 'summaries',
  'trainingChiefHooks', 'trainingHooks', 'evaluationHooks', 'predictionHooks', 'onDispose',
] satisfies (keyof SpecFields)[];

/** What each spec was made from, for {@link replaceSpec}. */
const fieldsOf = new WeakMap<EstimatorSpec, SpecFields>();

/**
 * Makes the spec of one mode, checked as the original checks it. The spec takes over the tensors and
 * metrics in it: its `dispose()` releases them.
 *
 * @throws MODE_INVALID, SPEC_INVALID, EXPORT_OUTPUT_INVALID, EVAL_METRICS_INVALID, TENSOR_DISPOSED
 */
export function createSpec(fields: SpecFields & { readonly mode: typeof ModeKeys.TRAIN }): TrainSpec;
export function createSpec(fields: SpecFields & { readonly mode: typeof ModeKeys.EVAL }): EvalSpec;
export function createSpec(fields: SpecFields & { readonly mode: typeof ModeKeys.PREDICT }): PredictSpec;
export function createSpec(fields: SpecFields): EstimatorSpec;
export function createSpec(fields: SpecFields): EstimatorSpec {
  checkFieldNames(fields);
  const mode = checkMode(fields.mode);
  const training = mode === ModeKeys.TRAIN;
  const trainOp = checkTrainOp(fields.trainOp, training);
  const givenLoss = checkLoss(fields.loss, mode !== ModeKeys.PREDICT);
  const predictions = checkPredictions(fields.predictions, mode === ModeKeys.PREDICT);
  const exportOutputs = mode === ModeKeys.PREDICT ? checkExportOutputs(fields.exportOutputs, predictions) : {};
  const hooks = {
    trainingChiefHooks: checkHooks('trainingChiefHooks', fields.trainingChiefHooks),
    trainingHooks: checkHooks('trainingHooks', fields.trainingHooks),
    evaluationHooks: checkHooks('evaluationHooks', fields.evaluationHooks),
    predictionHooks: checkHooks('predictionHooks', fields.predictionHooks),
  };
  const evalMetricOps = checkEvalMetrics(fields.evalMetricOps);
  const summaries = fields.summaries ?? {};
  // Nothing is made before everything is checked.
  const loss = givenLoss === undefined || givenLoss.rank === 0 ? givenLoss : reshape(givenLoss, []);

  const dispose = (): void => {
    const held = [loss, givenLoss, ...Object.values(predictions), ...Object.values(summaries), ...exportedTensors(exportOutputs)];
    for (const tensor of held) tensor?.dispose();
    for (const metric of Object.values(evalMetricOps)) metric.dispose();
    fields.onDispose?.();
  };
  const common = { predictions, ...hooks, dispose };
  let spec: EstimatorSpec;
  if (mode === ModeKeys.PREDICT) {
    spec = Object.freeze({ mode, exportOutputs, ...common });
  } else if (mode === ModeKeys.EVAL) {
    spec = Object.freeze({ mode, loss: loss as Scalar, evalMetricOps, ...common });
  } else {
    spec = Object.freeze({ mode, loss: loss as Scalar, trainOp: trainOp as () => unknown, summaries, evalMetricOps, ...common });
  }
  fieldsOf.set(spec, fields);
  return spec;
}

/**
 * A spec with some fields replaced, checked anew. The tensors of the replaced fields stay alive; the
 * two specs share the others.
 *
 * @throws SPEC_INVALID when `mode` would change, and what {@link createSpec} throws.
 */
export function replaceSpec(spec: EstimatorSpec, fields: Partial<SpecFields>): EstimatorSpec {
  const original = fieldsOf.get(spec);
  if (original === undefined) {
    throw headError('SPEC_INVALID', `spec must be one that createSpec made, but ${describe(spec)} came.`);
  }
  if (fields.mode !== undefined && fields.mode !== spec.mode) {
    throw headError('SPEC_INVALID', `mode of EstimatorSpec cannot be changed: it is '${spec.mode}', but '${fields.mode}' came.`);
  }
  return createSpec({ ...original, ...fields });
}

function checkFieldNames(fields: unknown): void {
  if (!isMap(fields)) throw headError('SPEC_INVALID', `createSpec takes the fields of a spec, but ${describe(fields)} came.`);
  const unknown = Object.keys(fields).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) {
    throw headError('SPEC_INVALID', `The fields of a spec are ${FIELDS.join(', ')}, but '${unknown}' came.`);
  }
}

function checkTrainOp(trainOp: unknown, needed: boolean): unknown {
  if (trainOp === undefined || trainOp === null) {
    if (needed) throw headError('SPEC_INVALID', `Missing train_op: trainOp must be a function to train, but ${describe(trainOp)} came.`);
    return undefined;
  }
  if (typeof trainOp !== 'function') {
    throw headError('SPEC_INVALID', `trainOp must be a function, but ${describe(trainOp)} came.`);
  }
  return trainOp;
}

function checkLoss(loss: unknown, needed: boolean): Tensor | undefined {
  if (loss === undefined || loss === null) {
    if (needed) throw headError('SPEC_INVALID', `Missing loss: loss must be a scalar to train or evaluate, but ${describe(loss)} came.`);
    return undefined;
  }
  if (!(loss instanceof Tensor)) throw headError('SPEC_INVALID', `loss must be a tensor, but ${describe(loss)} came.`);
  checkNotDisposed('loss', loss); // for the original's rule that every tensor belongs to the current graph
  if (loss.size !== 1) throw headError('SPEC_INVALID', `Loss must be scalar, of shape [], but the shape ${shapeText(loss.shape)} came.`);
  return loss;
}

function checkPredictions(predictions: unknown, needed: boolean): Predictions {
  if (predictions === undefined || predictions === null) {
    if (needed) throw headError('SPEC_INVALID', `Missing predictions: predictions must be a map to predict, but ${describe(predictions)} came.`);
    return {};
  }
  const map = predictions instanceof Tensor ? { output: predictions } : predictions;
  if (!isMap(map)) throw headError('SPEC_INVALID', `predictions must be a map of tensors, but ${describe(map)} came.`);
  for (const [key, value] of Object.entries(map)) {
    if (!isValues(value)) throw headError('SPEC_INVALID', `predictions['${key}'] must be a tensor, but ${describe(value)} came.`);
    if (value instanceof Tensor) checkNotDisposed(`predictions['${key}']`, value);
  }
  return map as Predictions;
}

function checkExportOutputs(exportOutputs: unknown, predictions: Predictions): ExportOutputs {
  if (exportOutputs === undefined || exportOutputs === null) {
    return { [ServingKeys.DEFAULT]: predictOutput({ outputs: predictions }) };
  }
  if (!isMap(exportOutputs)) {
    throw headError('EXPORT_OUTPUT_INVALID', `exportOutputs must be a map, but ${describe(exportOutputs)} came.`);
  }
  const entries = Object.entries(exportOutputs);
  for (const [key, output] of entries) {
    if (!isExportOutput(output)) {
      throw headError(
        'EXPORT_OUTPUT_INVALID',
        `exportOutputs['${key}'] must be made by regressionOutput, classificationOutput or predictOutput, but ${describe(output)} came.`,
      );
    }
  }
  if (ServingKeys.DEFAULT in exportOutputs) return exportOutputs as ExportOutputs;
  const [only] = entries;
  if (entries.length !== 1 || only === undefined) {
    throw headError(
      'EXPORT_OUTPUT_INVALID',
      `exportOutputs must have one entry, or an entry '${ServingKeys.DEFAULT}' among several, but the keys ${JSON.stringify(Object.keys(exportOutputs))} came.`,
    );
  }
  return { ...exportOutputs, [ServingKeys.DEFAULT]: only[1] } as ExportOutputs;
}

function checkHooks(name: string, hooks: unknown): readonly SessionRunHook[] {
  if (hooks === undefined || hooks === null) return [];
  const methods = ['begin', 'beforeRun', 'afterRun', 'end'];
  const isHook = (hook: unknown): boolean => isMap(hook) && methods.some((method) => typeof hook[method] === 'function');
  if (Array.isArray(hooks) && hooks.every(isHook)) return hooks as readonly SessionRunHook[];
  const came = Array.isArray(hooks) ? describe(hooks.find((hook) => !isHook(hook))) : describe(hooks);
  throw headError('SPEC_INVALID', `${name} must be a list of hooks with one of the methods ${methods.join(', ')}, but ${came} came.`);
}

function checkEvalMetrics(metrics: unknown): Metrics {
  if (metrics === undefined || metrics === null) return {};
  if (!isMap(metrics)) throw headError('EVAL_METRICS_INVALID', `evalMetricOps must be a map of metrics, but ${describe(metrics)} came.`);
  for (const [key, metric] of Object.entries(metrics)) {
    const isMetric = isMap(metric) && typeof metric.update === 'function' && typeof metric.result === 'function';
    if (!isMetric) throw headError('EVAL_METRICS_INVALID', `evalMetricOps['${key}'] must be a metric, but ${describe(metric)} came.`);
    if (metric.updates === 0) {
      throw headError('EVAL_METRICS_INVALID', `Please call update first: evalMetricOps['${key}'] must have seen a batch, but it has seen none.`);
    }
  }
  return metrics as Metrics;
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
