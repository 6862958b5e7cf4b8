import { clone, stack, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { ModeKeys, type EstimatorSpecArgs, type Head, type TrainSpec } from '@tfjs-heads/head-api';
import { drawBatch, tensorOf, tensorsOf, WEIGHT } from '../../batch.js';
import type { Values } from '@tfjs-heads/reference';
import type { Judge } from '../../judge.js';
import type { NamedSubject } from '../../subject.js';
import { drawInputs, drawStart, Network } from './network.js';

/** Odd, as the sizes of the network are. */
const ROWS = 33;

/** A head on a network with a batch, on the current backend. */
export interface Trainee {
  readonly head: Head;
  readonly network: Network;
  readonly labels: Tensor;
  readonly features: Readonly<Record<string, Tensor>>;
  /** Runs the network on the batch. */
  logits(): Tensor;
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
  const { labels, features } = tensorsOf(subject, batch);
  const network = new Network(start ?? drawStart(head.logitsDimension));
  const inputs = tensorOf(drawInputs(ROWS));
  return { head, network, labels, features, logits: () => network.apply(inputs) };
}

/** One step, whose spec is the caller's to dispose. */
export function stepOf({ head, network, labels, features, logits }: Trainee, args: Omit<EstimatorSpecArgs, 'mode' | 'logits'>): TrainSpec {
  const { variables: trainableVariables } = network;
  const given = { mode: ModeKeys.TRAIN, labels, features, logits, ...(args.optimizer && { trainableVariables }) };
  const spec = head.createEstimatorSpec({ ...given, ...args });
  if (spec.mode !== ModeKeys.TRAIN) throw new Error(`A spec for ${ModeKeys.TRAIN} came with the mode ${spec.mode}.`);
  return spec;
}

/** Trains for some steps and reads everything at the end: on a GPU a read between steps would cost more than they. */
export async function train(trainee: Trainee, optimizer: EstimatorSpecArgs['optimizer'], steps: number): Promise<Trained> {
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
  expected.variables.forEach(({ values }, i) => judge.near(`variable ${i}`, actual.variables[i]?.values ?? [], values, { k, scale: 1 }));
}
