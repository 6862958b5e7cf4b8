import { clone, customGrad, scalar, tidy, type GradSaveFunc, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { ModeKeys, type EstimatorSpecArgs, type Head, type Logits, type SparseTensor } from '@tfjs-heads/head-api';
import { filled } from '@tfjs-heads/reference';
import {
  labelTensors,
  logitsIn,
  mapParts,
  mapped,
  partsOf,
  tensorOf,
  tensorsOf,
  WEIGHT,
  type BatchTensors,
} from '../../batch.js';
import { check, type Check } from '../check.js';
import {
  held,
  heldAgain,
  lossAndGradient,
  numberOf,
  outcomeOf,
  readPredictions,
  resultsOf,
  tensorsIn,
  toPredict,
  updated,
  readNumbers,
  releaseTape,
} from '../outcome.js';
import type { NamedSubject } from '../../subject.js';
import { batchFor, headOf } from './claims.js';
import { nearOutcome, sameLabels, scalesOf } from './compare.js';
import { networkFor } from './spec-model.js';

interface Model {
  readonly subject: NamedSubject;
  readonly tensors: BatchTensors;
  readonly kernel: Variable;
  readonly logits: () => Logits;
}

/** What is done with a head, its outputs released as their owner does it. */
const uses: Readonly<Record<string, (head: Head, model: Model) => void | Promise<void>>> = {
  loss: (head, { tensors: { labels, logits, features } }) => head.loss(labels, logits, { features }).dispose(),
  gradient(head, { tensors }) {
    const { value, grad } = lossAndGradient(head, tensors);
    for (const made of [value, ...tensorsIn(grad)]) made.dispose();
  },
  predictions(head, { tensors: { logits } }) {
    for (const values of Object.values(head.predictions(logits))) values.dispose();
  },
  async metrics(head, { tensors }) {
    const metrics = updated(head, head.metrics(), tensors);
    updated(head, metrics, tensors);
    await resultsOf(metrics);
    for (const metric of Object.values(metrics)) metric.dispose();
  },
  'metrics-nobody-asks'(head, { tensors }) {
    for (const metric of Object.values(updated(head, head.metrics(), tensors))) metric.dispose();
  },
  infer: (head, { subject, tensors }) => head.createEstimatorSpec(toPredict(subject, tensors)).dispose(),
  eval: (head, { tensors }) => head.createEstimatorSpec({ mode: ModeKeys.EVAL, ...tensors }).dispose(),
  train(head, model) {
    const spec = trainSpec(head, model);
    if (spec.mode === ModeKeys.TRAIN) spec.trainOp();
    spec.dispose();
  },
  'train-without-op': (head, model) => trainSpec(head, model).dispose(),
  'train-regularized'(head, model) {
    const spec = trainSpec(head, model, { regularizationLosses: () => [scalar(0.5)] });
    if (spec.mode === ModeKeys.TRAIN) spec.trainOp();
    spec.dispose();
  },
  'train-op-fn'(head, { tensors }) {
    const spec = head.createEstimatorSpec({
      mode: ModeKeys.TRAIN,
      ...tensors,
      trainOpFn: (_, recompute) => recompute().dispose(),
    });
    if (spec.mode === ModeKeys.TRAIN) spec.trainOp();
    spec.dispose();
  },
  'train-that-fails'(head, model) {
    const failing = (): Logits => {
      for (const logits of tensorsIn(model.logits())) saving(logits);
      throw new Error('The network fails.');
    };
    try {
      trainSpec(head, { ...model, logits: failing });
    } catch {
      releaseTape(); // tfjs leaves it, not the head.
      return;
    }
    throw new Error('The error of the network did not come through.');
  },
  'train-on-a-constant'(head, model) {
    const constant = (): Logits => model.tensors.logits;
    try {
      trainSpec(head, { ...model, logits: constant }, { regularizationLosses: () => [scalar(0.5)] });
    } catch {
      return;
    }
    throw new Error('Logits that depend on none of the variables were taken.');
  },
  'train-on-wrong-labels'(head, model) {
    const { labels } = model.tensors;
    const wrong = tensorOf(filled([1, 9, 9], 0));
    const [first] = partsOf<Tensor | SparseTensor>(labels).map(([name]) => name);
    const wrongOf = mapParts<Tensor | SparseTensor, Tensor | SparseTensor>(labels, (part, name) =>
      name === first ? wrong : part,
    );
    try {
      trainSpec(head, { ...model, tensors: { ...model.tensors, labels: wrongOf } });
    } catch {
      return wrong.dispose();
    }
    throw new Error('Labels of shape [1,9,9] were taken.');
  },
};

function trainSpec(
  head: Head,
  { tensors: { labels, features }, kernel, logits }: Model,
  more: Pick<EstimatorSpecArgs, 'regularizationLosses'> = {},
): ReturnType<Head['createEstimatorSpec']> {
  return head.createEstimatorSpec({
    mode: ModeKeys.TRAIN,
    labels,
    features,
    logits,
    optimizer: sgd,
    trainableVariables: [kernel],
    ...more,
  });
}

/** An op that saves its input for its gradient, as most do. */
const saving = customGrad((x, save) => {
  (save as GradSaveFunc)([x as Tensor]);
  return { value: clone(x as Tensor), gradFunc: (dy: Tensor) => clone(dy) };
});

const sgd = { applyGradients: (): void => undefined };

export const noLeak: Check = check({
  states: 'What a head returns, disposed, leaves no tensor and no buffer behind, and nor does an error.',
  cases: () => Object.keys(uses).map((use) => ({ use })),
  async run({ subject, judge }, { use }) {
    const head = headOf(subject);
    const batch = batchFor(subject, head, 5);
    const model = { subject, tensors: tensorsOf(batch), ...networkFor(batch) };
    const before = held();
    await uses[use]?.(head, model);
    await heldAgain(judge, use, before);
  },
});

export const inputsKept: Check = check({
  states: 'Inputs are neither disposed, nor changed, nor returned: they are as they were when all outputs are gone.',
  cases: () => [{ rows: 5 }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = batchFor(subject, head, rows);
    const { logits, labels, features } = tensorsOf(batch);
    const tensors = { logits, labels, features };
    const { value, grad } = lossAndGradient(head, tensors);
    const predictions = head.predictions(logits);
    const metrics = updated(head, head.metrics(), tensors);
    await resultsOf(metrics);
    const predicting = head.createEstimatorSpec(toPredict(subject, tensors));
    const evaluating = head.createEstimatorSpec({ mode: ModeKeys.EVAL, ...tensors });
    const outputs = [
      value,
      ...tensorsIn(grad),
      ...Object.values(predictions),
      ...Object.values(metrics),
      predicting,
      evaluating,
    ];
    for (const output of outputs) output.dispose();
    const inputs = {
      logits: tensorsIn(logits),
      labels: labelTensors(labels),
      ...mapped(features, (feature) => [feature]),
    };
    for (const [name, input] of Object.entries(inputs))
      judge.that(
        input.every(({ isDisposed }) => !isDisposed),
        `${name}: disposed`,
      );
    judge.same('the logits', await readNumbers(logits), logitsIn(batch));
    await sameLabels(judge, 'the labels', labels, batch);
    const given = { ...batch.features, ...(batch.weights && { [WEIGHT]: batch.weights }) };
    for (const [name, { values }] of Object.entries(given))
      judge.same(`the feature '${name}'`, (await features[name]?.data()) ?? [], values);
  },
});

export const outputsOwned: Check = check({
  states: 'Outputs stay when the inputs are gone and when a tidy that returns them ends, and reads of metrics go on.',
  cases: () => [{ rows: 5 }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = batchFor(subject, head, rows);
    const expected = await outcomeOf(head, tensorsOf(batch));
    const tensors = tensorsOf(batch);
    const metrics = head.metrics();
    const { loss, gradient, predictions } = tidy(() => {
      const { value, grad } = lossAndGradient(head, tensors);
      updated(head, metrics, tensors);
      return {
        loss: value,
        gradient: grad as Tensor,
        predictions: head.predictions(tensors.logits) as Record<string, Tensor>,
      };
    });
    for (const input of [
      ...tensorsIn(tensors.logits),
      ...labelTensors(tensors.labels),
      ...Object.values(tensors.features),
    ])
      input.dispose();
    const actual = {
      loss: await numberOf(loss),
      gradient: await readNumbers(gradient),
      predictions: await readPredictions(predictions),
      metrics: await resultsOf(metrics),
    };
    nearOutcome(judge, actual, expected, scalesOf(batch));
  },
});
