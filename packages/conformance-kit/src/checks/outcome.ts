import { engine, grads, memory, valueAndGrads, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import {
  ModeKeys,
  type EstimatorSpec,
  type Head,
  type Logits,
  type LossOptions,
  type Metrics,
  type Predictions,
} from '@tfjs-heads/head-api';
import { mapParts, partsOf, type BatchTensors, type PerHead } from '../batch.js';
import type { Judge } from '../judge.js';
import type { Claims } from '../subject.js';

/** Everything that a head makes of one batch, read. */
export interface Outcome {
  readonly loss: number;
  /** Of the loss with respect to the logits, in the order of `logitsIn`. */
  readonly gradient: readonly number[];
  readonly predictions: Readonly<Record<string, readonly (number | string)[]>>;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Has a head do everything with one batch. */
export async function outcomeOf(head: Head, tensors: BatchTensors): Promise<Outcome> {
  const { value, grad: gradient } = lossAndGradient(head, tensors);
  const predictions = head.predictions(tensors.logits);
  const metrics = updated(head, head.metrics(), tensors);
  return {
    loss: await numberOf(value),
    gradient: await readNumbers(gradient),
    predictions: await readPredictions(predictions),
    metrics: await resultsOf(metrics),
  };
}

/** The loss and its gradient with respect to the logits, a tensor for each of theirs. */
export function lossAndGradient(
  head: Head,
  { logits, labels, features }: BatchTensors,
  options?: LossOptions,
): { value: Scalar; grad: PerHead<Tensor> } {
  const lossOf = (...given: Tensor[]): Scalar => head.loss(labels, likeLogits(logits, given), { features, ...options });
  const { value, grads: gradients } = valueAndGrads(lossOf)(tensorsIn(logits));
  return { value: value as Scalar, grad: likeLogits(logits, gradients) };
}

/**
 * The gradient of the loss with respect to the logits, a tensor for each of theirs.
 *
 * @param dy What the loss is multiplied by in what comes after it.
 */
export function gradientOf(head: Head, { logits, labels, features }: BatchTensors, dy?: Scalar): PerHead<Tensor> {
  const gradients = grads((...given: Tensor[]) => head.loss(labels, likeLogits(logits, given), { features }))(
    tensorsIn(logits),
    dy,
  );
  return likeLogits(logits, gradients);
}

/** The tensors of logits, or of what is like them. */
export function tensorsIn(logits: Logits): Tensor[] {
  return partsOf<Tensor>(logits).map(([, part]) => part);
}

/** Tensors, put together as logits are. */
export function likeLogits(logits: Logits, tensors: readonly Tensor[]): PerHead<Tensor> {
  let next = 0;
  return mapParts<Tensor, Tensor>(logits, () => tensors[next++] as Tensor);
}

/** The metrics after one more batch. */
export function updated(head: Head, metrics: Metrics, { logits, labels, features }: BatchTensors): Metrics {
  return head.updateMetrics(metrics, features, logits, labels);
}

/** What metrics have come to, by key. */
export async function resultsOf(metrics: Metrics): Promise<Record<string, number>> {
  const entries = Object.entries(metrics).map(async ([key, metric]) => [key, await metric.result()] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** Predictions by key, row-major. */
export async function readPredictions(predictions: Predictions): Promise<Record<string, readonly (number | string)[]>> {
  const read = async (values: Predictions[string]): Promise<(number | string)[]> =>
    Array.from<number | string>(await values.data());
  const entries = Object.entries(predictions).map(async ([key, values]) => [key, await read(values)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** The values of a tensor, row-major; of one for each head one after another. */
export async function readNumbers(tensors: PerHead<Tensor>): Promise<number[]> {
  const values = await Promise.all(tensorsIn(tensors).map(async (tensor) => Array.from(await tensor.data())));
  return values.length === 1 ? (values[0] as number[]) : values.flat();
}

/** The value of a scalar. */
export async function numberOf(tensor: Tensor): Promise<number> {
  const [value] = await tensor.data();
  return value as number;
}

/** The spec of a mode. */
export type SpecOf<M extends EstimatorSpec['mode']> = Extract<EstimatorSpec, { readonly mode: M }>;

/** A spec, which must be of the mode that was asked for. */
export function inMode<M extends EstimatorSpec['mode']>(judge: Judge, mode: M, spec: EstimatorSpec): SpecOf<M> {
  judge.equal('the mode of the spec', spec.mode, mode);
  return spec as SpecOf<M>;
}

/** The arguments of a spec to predict; a mask goes with logits that are sequences. */
export function toPredict(
  { mask }: Claims,
  { logits, features }: BatchTensors,
): { mode: typeof ModeKeys.PREDICT; logits: BatchTensors['logits']; features?: BatchTensors['features'] } {
  return { mode: ModeKeys.PREDICT, logits, ...(mask !== undefined && { features }) };
}

/** The predictions in a spec of a head of sequences, which may hand on the mask, too. */
export function withoutMask<T>({ mask }: Claims, predictions: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(predictions).filter(([key]) => key !== mask));
}

/** How many tensors and buffers there are. */
export function held(): { numTensors: number; numDataBuffers: number } {
  const { numTensors, numDataBuffers } = memory();
  return { numTensors, numDataBuffers };
}

/** Waits for reads that nobody awaits, then demands that memory is as it was. */
export async function heldAgain(judge: Judge, what: string, before: ReturnType<typeof held>): Promise<void> {
  const isAgain = (): boolean => JSON.stringify(held()) === JSON.stringify(before);
  for (let waited = 0; !isAgain() && waited < 50; waited++) await new Promise((resolve) => setTimeout(resolve, 10));
  judge.equal(`tensors after ${what}`, held(), before);
}

/** tfjs releases what a tape has saved when a gradient is done, but not where its function throws. */
export function releaseTape(): void {
  const { state } = engine();
  for (const { saved = [] } of state.activeTape ?? []) for (const tensor of saved) tensor.dispose();
  Object.assign(state, { gradientDepth: 0, kernelDepth: 0, activeTape: null });
}
