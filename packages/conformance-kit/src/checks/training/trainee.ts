import {
  add,
  clone,
  matMul,
  relu,
  stack,
  train as optimizersOfTfjs,
  variable,
  type Optimizer,
  type Scalar,
  type Tensor,
  type Variable,
} from '@tensorflow/tfjs-core';
import {
  ModeKeys,
  type EstimatorSpecArgs,
  type Head,
  type Labels,
  type Logits,
  type TrainSpec,
} from '@tfjs-heads/head-api';
import { exact, random, sizeOf, type Values } from '@tfjs-heads/reference';
import { asLogits, stepsOf, tensorOf, tensorsOf, WEIGHT, widthOf } from '../../batch.js';
import { drawBatch } from '../../draw-batch.js';
import type { Judge } from '../../judge.js';
import type { NamedSubject } from '../../subject.js';

/** Odd, as the sizes of the network are. */
const ROWS = 33;

/** A head on a network with a batch, on the current backend. */
export interface Trainee {
  readonly head: Head;
  readonly network: Network;
  readonly labels: Labels;
  readonly features: Readonly<Record<string, Tensor>>;
  /** Runs the network on the batch. */
  logits(): Logits;
}

/** What training has come to, in numbers. */
export interface Trained {
  /** The loss of each step, before its update. */
  readonly losses: readonly number[];
  readonly variables: readonly Values[];
}

/** @param start What the variables begin with. Default: small numbers. */
export function traineeOf(subject: NamedSubject, start?: readonly Values[]): Trainee {
  const isWeighted = subject.weights !== 'none';
  const head = subject.create(isWeighted ? { weightColumn: WEIGHT } : {});
  const batch = drawBatch(subject, head, { seed: 29, rows: [ROWS], ...(isWeighted && { weights: 'rows' }) });
  const { labels, features } = tensorsOf(batch);
  const network = new Network(start ?? drawStart(widthOf(batch)));
  const inputs = tensorOf(drawInputs(stepsOf(batch)));
  return { head, network, labels, features, logits: () => asLogits(network.apply(inputs), batch.logits) };
}

/** One step, whose spec is the caller's to dispose. */
export function stepOf(
  { head, network, labels, features, logits }: Trainee,
  args: Omit<EstimatorSpecArgs, 'mode' | 'logits'>,
): TrainSpec {
  const { variables: trainableVariables } = network;
  const given = { mode: ModeKeys.TRAIN, labels, features, logits, ...(args.optimizer && { trainableVariables }) };
  const spec = head.createEstimatorSpec({ ...given, ...args });
  if (spec.mode !== ModeKeys.TRAIN) throw new Error(`The mode of a spec for ${ModeKeys.TRAIN}: got ${spec.mode}.`);
  return spec;
}

/** Trains for some steps and reads everything at the end: on a GPU a read between steps would cost more than they. */
export async function train(
  trainee: Trainee,
  optimizer: EstimatorSpecArgs['optimizer'],
  steps: number,
): Promise<Trained> {
  const losses: Scalar[] = [];
  for (let i = 0; i < steps; i++) {
    const spec = stepOf(trainee, { optimizer });
    spec.trainOp();
    losses.push(clone(spec.loss));
    spec.dispose();
  }
  const curve = await stack(losses).data();
  return { losses: Array.from(curve), variables: await trainee.network.read() };
}

/** The same curve and the same variables. Losses and variables are made of terms of about 1, which may cancel. */
export function nearTrained(judge: Judge, actual: Trained, expected: Trained, k: number): void {
  judge.near('the losses', actual.losses, expected.losses, { k, scale: 1 });
  expected.variables.forEach(({ values }, i) =>
    judge.near(`variable ${i}`, actual.variables[i]?.values ?? [], values, { k, scale: 1 }),
  );
}

/** Odd sizes: WebGL pads textures to even ones, and what stands in the padding must not count. */
const INPUTS = 5;
const HIDDEN = 7;

/** Small variables to start with, exact in float32: kernel and bias of the hidden layer, then of the last one. */
function drawStart(outputs: number): readonly Values[] {
  const next = random(27);
  const draw = (...shape: number[]): Values => ({
    shape,
    values: Array.from({ length: sizeOf(shape) }, () => exact(next, -0.7, 0.7)),
  });
  return [draw(INPUTS, HIDDEN), draw(HIDDEN), draw(HIDDEN, outputs), draw(outputs)];
}

/** What goes into the network, `[rows, 5]`. */
function drawInputs(rows: number): Values {
  const next = random(28);
  return { shape: [rows, INPUTS], values: Array.from({ length: rows * INPUTS }, () => exact(next, -1, 1)) };
}

/** One hidden layer of relu under a linear one, on the current backend. */
export class Network {
  readonly variables: readonly Variable[];

  /** @param start Kernel and bias of the hidden layer, then of the last one. */
  constructor(start: readonly Values[]) {
    this.variables = start.map((values) => variable(tensorOf(values)));
  }

  /** The logits, `[rows, outputs]`. */
  apply(inputs: Tensor): Tensor {
    const [kernel, bias, lastKernel, lastBias] = this.variables as [Variable, Variable, Variable, Variable];
    const hidden = relu(add(matMul(inputs, kernel), bias));
    return add(matMul(hidden, lastKernel), lastBias);
  }

  /** The variables as they now are. */
  async read(): Promise<readonly Values[]> {
    return Promise.all(
      this.variables.map(async (trained) => ({ shape: trained.shape, values: Array.from(await trained.data()) })),
    );
  }
}

/**
 * Every optimizer of tfjs, with its settings written out: what tfjs takes by default for epsilon depends on the backend.
 * Adagrad lets nobody set it; it starts near 0, so that WebGL's, which is a thousand times too large, shows.
 */
export const optimizers: Readonly<Record<string, () => Optimizer>> = {
  sgd: () => optimizersOfTfjs.sgd(0.01),
  momentum: () => optimizersOfTfjs.momentum(0.005, 0.9),
  nesterov: () => optimizersOfTfjs.momentum(0.005, 0.9, true),
  adagrad: () => optimizersOfTfjs.adagrad(0.05, 0.01),
  adadelta: () => optimizersOfTfjs.adadelta(0.5, 0.9, 1e-4),
  adam: () => optimizersOfTfjs.adam(0.02, 0.9, 0.999, 1e-4),
  adamax: () => optimizersOfTfjs.adamax(0.02, 0.9, 0.999, 1e-4),
  // Not centered: tfjs then takes epsilon away under the root instead of adding it, and small gradients give NaN everywhere.
  rmsprop: () => optimizersOfTfjs.rmsprop(0.01, 0.9, 0.5, 1e-4),
};
