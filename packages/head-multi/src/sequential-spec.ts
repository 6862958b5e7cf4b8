import { clone, dispose, keep, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import {
  type EstimatorSpec,
  type EstimatorSpecArgs,
  type Head,
  ModeKeys,
  type Predictions,
} from '@tfjs-heads/head-api';
import { checkMode, createSpec, estimatorSpec, isTensor } from '@tfjs-heads/head-kit';
import { mergeAll } from './merge.js';
import { checkPredictions, checkSpec, discard } from './returned.js';
import { inShape } from './rows.js';
import type { Sequences } from './sequences.js';
import { maskOf, type Steps } from './steps.js';

const CODE = 'STATIC_HEAD_INVALID';

/** The spec of a head for sequences, which is that of its static head: see `SequentialHeadWrapper`. */
export function sequentialSpec(
  whole: Head,
  staticHead: Head,
  sequences: Sequences,
  args: EstimatorSpecArgs,
): EstimatorSpec {
  if (checkMode(args?.mode) === ModeKeys.PREDICT) return specToPredict(staticHead, sequences.maskKey, args);
  // Before the network runs, which may bring the mask to a device, and then nobody knows its values here.
  const steps = sequences.steps(args.features);
  return steps.real === undefined
    ? specOfAllSteps(whole, staticHead, args)
    : specOfRealSteps(staticHead, sequences, steps, args);
}

/** As in the original, the mask stands beside the predictions and is not exported. */
function specToPredict(staticHead: Head, maskKey: string, args: EstimatorSpecArgs): EstimatorSpec {
  const mask = maskOf(args.features, maskKey);
  const spec = checkSpec(staticHead.createEstimatorSpec(args), ModeKeys.PREDICT, CODE);
  const withMask = (): Predictions =>
    mergeAll('The predictions and the mask', [spec.predictions, { [maskKey]: clone(mask) }], 'SEQUENCE_MASK_INVALID');
  return specAround(spec, ModeKeys.PREDICT, withMask, () => undefined);
}

/** The flat tensors stay as long as the spec does, which may compute its loss again. */
function specOfRealSteps(staticHead: Head, sequences: Sequences, steps: Steps, args: EstimatorSpecArgs): EstimatorSpec {
  const held: Tensor[] = [];
  const hold = (make: () => Tensor): Tensor => {
    const tensor = keep(tidy(make));
    held.push(tensor);
    return tensor;
  };
  try {
    const { logits } = args;
    const flatLogits =
      typeof logits === 'function'
        ? (): Tensor => sequences.logits(logits(), steps)
        : hold(() => sequences.logits(logits, steps));
    const labels = hold(() => sequences.labels(args.labels, steps));
    const features = Object.fromEntries(
      sequences.columns.map((column) => [column, hold(() => sequences.feature(args.features, column, steps))]),
    );
    const spec = sequences.ofSequences(args.labels, logits, args.features, () =>
      checkSpec(staticHead.createEstimatorSpec({ ...args, logits: flatLogits, labels, features }), args.mode, CODE),
    );
    return specAround(
      spec,
      args.mode,
      () => checkPredictions(spec.predictions, CODE),
      () => dispose(held),
    );
  } catch (error) {
    dispose(held);
    throw error;
  }
}

/** Predictions have a row for each step that is real, and how many these are nobody can say without waiting: so they are of all. */
function specOfAllSteps(whole: Head, staticHead: Head, args: EstimatorSpecArgs): EstimatorSpec {
  const head: Head = {
    apiVersion: 1,
    name: staticHead.name,
    logitsDimension: staticHead.logitsDimension,
    lossReduction: staticHead.lossReduction,
    loss: (labels, logits, options) => whole.loss(labels, logits, options),
    predictions: (logits) =>
      checkPredictions(
        staticHead.predictions(isTensor(logits) && logits.rank === 2 ? inShape(logits, [...logits.shape, 1]) : logits),
        CODE,
      ),
    metrics: (options) => whole.metrics(options),
    updateMetrics: (...batch) => whole.updateMetrics(...batch),
    createEstimatorSpec: (others) => whole.createEstimatorSpec(others),
  };
  return estimatorSpec(head, args);
}

/** A spec of one's own with what another has in it, which it takes along when it is disposed of. */
function specAround(
  spec: EstimatorSpec,
  mode: ModeKeys,
  predictions: () => Predictions,
  release: () => void,
): EstimatorSpec {
  const { trainingChiefHooks, trainingHooks, evaluationHooks, predictionHooks } = spec;
  const parts = {
    [ModeKeys.TRAIN]: () => {
      const { loss, summaries, evalMetricOps, trainOp } = spec as Extract<EstimatorSpec, { mode: 'train' }>;
      return { loss, summaries, evalMetricOps, trainOp: () => trainOp.call(spec), predictions };
    },
    [ModeKeys.EVAL]: () => {
      const { loss, evalMetricOps } = spec as Extract<EstimatorSpec, { mode: 'eval' }>;
      return { loss, evalMetricOps, predictions };
    },
    [ModeKeys.PREDICT]: () => {
      const { exportOutputs } = spec as Extract<EstimatorSpec, { mode: 'infer' }>;
      return { exportOutputs, predictions: predictions() };
    },
  };
  let around: EstimatorSpec | undefined;
  try {
    // What the spec does not take over, since it refuses something, goes with the tidy.
    tidy(() => {
      around = createSpec({
        mode,
        ...parts[mode](),
        trainingChiefHooks,
        trainingHooks,
        evaluationHooks,
        predictionHooks,
        onDispose: () => {
          spec.dispose();
          release();
        },
      });
    });
    return around as unknown as EstimatorSpec;
  } catch (error) {
    discard(spec);
    throw error;
  }
}
