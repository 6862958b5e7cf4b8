import type { Batch, LabelValues } from '@tfjs-heads/conformance-kit';
import { type Scaled, sizeOf, squaredError, ULPS, type Values } from '@tfjs-heads/reference';
import {
  type CaseDescription,
  drawnBatch,
  eachLabel,
  type EvaluationDescription,
  type HeadDescription,
  type HeadModel,
  type Options,
  weighted,
  type WeightShape,
  written,
} from '../describe.js';
import { optimizers } from '../optimizers.js';
import { regressionExports, regressionModel } from '../regression-family.js';

const MASK = 'sequence_length_mask';
const k = 2;
const predictions = { predictions: ULPS.EXACT };

function modelOf(options: Options): HeadModel {
  const model = regressionModel(squaredError, predictions, options);
  return {
    loss(batch) {
      const { loss, gradient } = model.loss(flat(batch));
      const ofSteps = [...(gradient as readonly Scaled[])];
      const zero = { value: 0, scale: 0 };
      return { loss, gradient: realSteps(batch).flatMap((real) => (real ? ofSteps.splice(0, k) : [zero, zero])) };
    },
    predictions: model.predictions,
    metrics: (batches) => model.metrics(batches.map(flat)),
  };
}

function realSteps({ features = {} }: Batch): readonly boolean[] {
  return (features[MASK] as Values).values.map((value) => value !== 0);
}

/** The steps that the mask does not leave out, one after the other. */
function flat(batch: Batch): Batch {
  const real = realSteps(batch);
  const stepsOf = ({ shape, values }: Values): Values => {
    const size = sizeOf(shape.slice(2));
    const picked = values.filter((_, i) => real[Math.floor(i / size)]);
    return { shape: [picked.length / size, ...shape.slice(2)], values: picked };
  };
  return {
    logits: stepsOf(batch.logits as Values),
    labels: stepsOf(batch.labels as LabelValues),
    ...(batch.weights && { weights: stepsOf(batch.weights) }),
  };
}

type Inputs = Pick<CaseDescription, 'logits' | 'labels' | 'weights' | 'features'>;

/** Sequences of some steps, of which a mask says row by row which are real. */
function inputsOf(mask: readonly (readonly number[])[], weights: WeightShape = 'none'): Inputs {
  const shape = [mask.length, mask[0]?.length ?? 0];
  return {
    ...drawnBatch('real', [...shape, k], weights),
    features: { [MASK]: { ...written(shape, mask.flat()), dtype: 'bool' } },
  };
}

/** A mask as it comes of lengths. */
function ofLengths(lengths: readonly number[], time: number): readonly (readonly number[])[] {
  return lengths.map((length) => Array.from({ length: time }, (_, step) => (step < length ? 1 : 0)));
}

const masks = {
  ragged: ofLengths([4, 1, 3, 2, 4], 4),
  full: ofLengths([3, 3], 3),
  'one-step': ofLengths([1, 0, 0], 2),
  'empty-sequences': ofLengths([0, 3, 0, 5], 5),
  gaps: [
    [0, 1, 0, 1],
    [1, 0, 0, 0],
    [0, 0, 0, 1],
  ],
} as const;

/** Weights go to the static head among the features that are named. */
function optionsOf(inputs: Inputs, more: Options = {}): Options {
  return weighted({ ...more, ...(inputs.weights && { featureColumns: ['weight'] }) }, inputs);
}

function drawn(
  name: keyof typeof masks,
  weights: WeightShape,
  reduction: string,
  { lossOnly = false }: Pick<CaseDescription, 'lossOnly'> = {},
): CaseDescription {
  const inputs = inputsOf(masks[name], weights);
  const [first] = masks[name];
  return {
    parameters: { mask: name, shape: `${masks[name].length}x${first?.length}x${k}`, weights, reduction },
    options: optionsOf(inputs, { lossReduction: reduction }),
    ...inputs,
    lossOnly,
  };
}

function evaluation(lengths: readonly (readonly number[])[], weights: WeightShape): EvaluationDescription {
  const batches = lengths.map((each) => inputsOf(ofLengths(each, 4), weights));
  return { parameters: { batches: batches.length, weights }, options: optionsOf(batches[0] as Inputs), batches };
}

const labelOf = eachLabel((signal, noise) => 2 * signal + noise / 2);
const before = [11, 3];
const mask = written(before, ofLengths([3, 1, 2, 3, 3, 0, 2, 1, 3, 2, 3], 3).flat());

export const sequential: HeadDescription = {
  head: 'SequentialHeadWrapper',
  package: 'head-multi',
  file: 'sequential-head-wrapper.json',
  formula:
    'squared error of the steps that the mask has, as rows, as in SequentialHeadWrapper of tf.estimator; the other steps have a gradient of 0',
  heads: [{ head: 'RegressionHead', options: { labelDimension: k } }],
  modelOf,
  exports: regressionExports(Object.keys(predictions)),
  cases: [
    {
      // By hand: squares of 2 and 3 and 0 and 1 over four numbers; the last step, far off, is none.
      parameters: { inputs: 'by-hand' },
      options: {},
      logits: written([1, 3, 2], [45, 41, 1, 2, 1e4, -1e4]),
      labels: written([1, 3, 2], [43, 44, 1, 1, 0, 0]),
      features: { [MASK]: { ...written([1, 3], [1, 1, 0]), dtype: 'bool' } },
    },
    drawn('ragged', 'none', 'sum_over_batch_size'),
    drawn('ragged', 'rows', 'sum', { lossOnly: true }),
    drawn('ragged', 'rows', 'sum_over_batch_size'),
    drawn('ragged', 'column', 'auto', { lossOnly: true }),
    drawn('ragged', 'logits', 'sum_over_batch_size'),
    drawn('full', 'rows', 'sum_over_batch_size'),
    drawn('one-step', 'none', 'sum'),
    drawn('empty-sequences', 'rows', 'sum_over_batch_size'),
    drawn('gaps', 'none', 'sum_over_batch_size'),
    {
      ...drawn('gaps', 'rows', 'sum_over_batch_size'),
      parameters: { mask: 'int32', weights: 'rows' },
      features: { [MASK]: { ...written([3, 4], masks.gaps.flat()), dtype: 'int32' } },
    },
    {
      ...drawn('ragged', 'rows', 'sum_over_batch_size'),
      parameters: { mask: 'ragged', weights: 'all-0' },
      weights: written(
        [5, 4],
        Array.from({ length: 20 }, () => 0),
      ),
    },
  ],
  evaluations: [
    evaluation([[4, 1, 3], [2], [4, 0, 1, 4, 3, 2, 1]], 'none'),
    evaluation([[1, 2, 3, 4], [3], [0, 4]], 'rows'),
  ],
  trainings: [
    {
      ...optimizers.sgd,
      options: { featureColumns: ['weight'] },
      outputs: k,
      before,
      features: { [MASK]: { ...mask, dtype: 'bool' } },
      seed: 51,
    },
  ],
  labelsOf: (signals) => ({ ...labelOf(signals), shape: [...before, k] }),
};
