// What a head of another make returns, of which its package alone knows whether it keeps to the contract.
import type { Scalar } from '@tensorflow/tfjs-core';
import { type EstimatorSpec, type HeadErrorCode, type Metrics, ModeKeys, type Predictions } from '@tfjs-heads/head-api';
import { ask, checkTensor, describeResult, describeValue, headError, isMap, quote, readAs } from '@tfjs-heads/head-kit';

/** Which argument the head was given as. */
type HeadCode = Extract<HeadErrorCode, 'HEADS_INVALID' | 'STATIC_HEAD_INVALID'>;

/** @throws The given code, TENSOR_DISPOSED, TENSOR_FOREIGN */
export function checkLoss(loss: unknown, code: HeadCode): Scalar {
  const tensor = checkTensor('what loss() returns', loss, 'a float32 scalar', code);
  if (tensor.rank === 0 && tensor.dtype === 'float32') return tensor as Scalar;
  throw headError(code, `what loss() returns must be a float32 scalar, got ${describeValue(tensor)}.`);
}

/** @throws The given code */
export function checkPredictions(predictions: unknown, code: HeadCode): Predictions {
  if (isMap(predictions)) return predictions as Predictions;
  throw headError(code, `what predictions() returns must be a map of predictions, got ${describeResult(predictions)}.`);
}

/** @throws The given code */
export function checkMetrics(metrics: unknown, code: HeadCode): Metrics {
  if (!isMap(metrics))
    throw headError(code, `what metrics() returns must be a map of metrics, got ${describeResult(metrics)}.`);
  const entries = readAs('what metrics() returns', code, () => Object.entries(metrics));
  const wrong = entries.find(([, metric]) => !has(metric, ['update', 'result', 'dispose']));
  if (wrong === undefined) return metrics as Metrics;
  const [key, metric] = wrong;
  throw headError(code, `what metrics() returns must have a metric at ${quote(key)}, got ${describeResult(metric)}.`);
}

/** To train and to evaluate, predictions are not asked for: whoever makes them then makes them when they are. */
export function checkSpec(spec: unknown, mode: ModeKeys, code: HeadCode): EstimatorSpec {
  const methods = mode === ModeKeys.TRAIN ? ['dispose', 'trainOp'] : ['dispose'];
  const isSpec =
    isMap(spec) &&
    has(spec, methods) &&
    ask(() => [mode, undefined].includes(spec['mode'] as ModeKeys), false) &&
    (mode !== ModeKeys.PREDICT || ask(() => isMap(spec['predictions']) && isMap(spec['exportOutputs']), false));
  if (isSpec) return spec as unknown as EstimatorSpec;
  if (isMap(spec)) discard(spec);
  const maps = mode === ModeKeys.PREDICT ? ' and maps of predictions and exportOutputs' : '';
  throw headError(
    code,
    `createEstimatorSpec() must return a spec for the mode '${mode}' with ${methods.join('(), ')}()${maps}, got ${describeResult(spec)}.`,
  );
}

/** Disposes of what is left after an error, which no other may hide. */
export function discard(held: unknown): void {
  ask(() => (held as { dispose(): void }).dispose(), undefined);
}

function has(value: unknown, methods: readonly string[]): boolean {
  return ask(() => methods.every((name) => typeof (value as Record<string, unknown>)[name] === 'function'), false);
}
