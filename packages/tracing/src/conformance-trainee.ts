import {
  add,
  cast,
  concat,
  fill,
  greater,
  matMul,
  randomUniform,
  relu,
  slice,
  sum,
  tidy,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import {
  BaseHead,
  LabelRange,
  meanMetric,
  type MetricDefinition,
  type Predictors,
  sigmoidCrossEntropy,
} from '@tfjs-heads/head-kit';
import { Adam, type BaseOptimizer, CosineDecay, SGD } from '@tfjs-heads/optimizers';
import { optimizerCases } from '@tfjs-heads/optimizers/conformance';

/** A batch of what the step of a {@link Trainee} takes. */
export interface Batch {
  readonly x: Tensor;
  readonly labels: Tensor;
}

/** A network with its first weights, an optimizer, and the step that trains the one by the other. */
export interface Trainee {
  readonly variables: readonly Variable[];
  readonly optimizer: BaseOptimizer;
  readonly step: (batch: Batch) => Scalar;
}

type Make = () => BaseOptimizer;

/** Each optimizer with each of its formulas, and what is more than an update: clipping and a rate that changes. By names that a query can hold. */
export const makers: ReadonlyMap<string, Make> = new Map<string, Make>([
  ...Object.entries(optimizerCases).map(([name, { make }]): [string, Make] => [name.replaceAll(/\W+/g, '-'), make]),
  ['SGD-clipvalue', () => new SGD({ learningRate: 0.1, clipvalue: 0.01 })],
  ['Adam-clipnorm', () => new Adam({ learningRate: 0.1, clipnorm: 0.05 })],
  ['SGD-globalClipnorm', () => new SGD({ learningRate: 0.1, momentum: 0.9, globalClipnorm: 0.05 })],
  [
    'Adam-schedule',
    () => new Adam({ learningRate: new CosineDecay({ initialLearningRate: 0.1, decaySteps: 1000, alpha: 0.1 }) }),
  ],
]);

/** As a head of two classes, with a loss of its own kernel and labels that are held to their range. */
class RangedHead extends BaseHead {
  protected override readonly elementLoss = sigmoidCrossEntropy;
  protected override readonly labelRange = new LabelRange({ min: 0, max: 1 });

  protected override predictors(logits: Tensor): Predictors {
    return { logits: () => logits };
  }

  protected override metricDefinitions(): readonly MetricDefinition[] {
    return [meanMetric('average_loss', 'losses')];
  }
}

const [ROWS, INPUTS, HIDDEN] = [8, 3, 4];

/** Two of one optimizer begin alike, and have nothing in common. */
export function makeTrainee(make: Make): Trainee {
  const [w1, b1, w2, b2] = tidy(() => [
    variable(draw([INPUTS, HIDDEN], 1)),
    variable(zeros([HIDDEN])),
    variable(draw([HIDDEN, 1], 2)),
    variable(zeros([1])),
  ]) as [Variable, Variable, Variable, Variable];
  const variables = [w1, b1, w2, b2];
  const optimizer = make();
  const head = new RangedHead({ logitsDimension: 1 });
  const network = (x: Tensor): Tensor => add(product(relu(add(product(x, w1), b1)), w2), b2);
  const step = ({ x, labels }: Batch): Scalar =>
    optimizer.minimize(() => head.loss(labels, network(x)), true, variables) as Scalar;
  return { variables, optimizer, step };
}

/** The rows of a step: some few batches, again and again. */
export function batchAt(step: number): Batch {
  return tidy(() => {
    const x = draw([ROWS, INPUTS], 10 + (step % 5));
    return { x, labels: cast(greater(sum(x, 1, true), 0), 'float32') };
  });
}

/** The rows of a step, but that the first one has this label. */
export function batchWith(label: number, step: number): Batch {
  return tidy(() => {
    const { x, labels } = batchAt(step);
    return { x, labels: concat([fill([1, 1], label), slice(labels, [1, 0])]) };
  });
}

function draw(shape: number[], seed: number): Tensor {
  return randomUniform(shape, -1, 1, 'float32', seed);
}

function product(a: Tensor, b: Tensor): Tensor {
  return matMul(a as Tensor2D, b as Tensor2D);
}
