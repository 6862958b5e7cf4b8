import { engine } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { Features, Reduction } from '@tfjs-heads/head-api';
import { describe } from '../checks/describe.js';
import type { LabelRange } from '../checks/label-range.js';
import { rejectReads } from '../device-check.js';
import { headError } from '../error.js';
import { hostMemory } from '../host-memory.js';
import { composedLosses } from '../losses/composed-form.js';
import { toFloat32 } from '../losses/device-ops.js';
import { isWalkable, lossesOnHost } from '../losses/host-form.js';
import { divisorOf, labelsPerRow, type Loss, lossesPerRow, type LossTensors } from '../losses/loss.js';
import { callLossFn, type CustomLoss, isCustom, type LossFn, lossOrCustom } from '../losses/loss-fn.js';
import { precomputed } from '../losses/regression.js';
import { rowLosses } from '../losses/row-losses.js';
import { weightedLoss } from '../losses/weighted-loss.js';
import type { HostBatch, Quantity } from '../metrics/host-batch.js';

/** A batch that has passed the checks. */
export interface Batch {
  readonly labels: Tensor;
  readonly logits: Tensor;
  readonly weights: Tensor | undefined;
  readonly features: Features | undefined;
  /** Whether the labels are in range, where only the device knows. */
  readonly valid?: Tensor | undefined;
  /** The range that the labels have not been held to yet. */
  readonly toCheck?: LabelRange | undefined;
}

/** The loss of a head, closed or custom, and the range that its labels are held to. */
export class HeadLoss {
  readonly given: Loss | LossFn | CustomLoss;
  readonly range: LabelRange | undefined;
  readonly labelsPerRow: number;
  /** Whether each logit has its own loss, and so may have its own weight. */
  readonly isByLogit: boolean;
  readonly #loss: Loss | CustomLoss;
  readonly #k: number;

  /** @throws LOSS_FN_INVALID, INVALID_ARGUMENT */
  constructor(given: Loss | LossFn | CustomLoss, range: LabelRange | undefined, k: number) {
    if (range !== undefined && typeof range?.demand !== 'function')
      throw headError('INVALID_ARGUMENT', `labelRange must be a LabelRange, got ${describe(range)}.`);
    this.given = given;
    this.range = range;
    this.#loss = lossOrCustom(given, k);
    this.#k = k;
    this.labelsPerRow = labelsPerRow(this.#loss, k);
    this.isByLogit = lossesPerRow(this.#loss, k) === k;
  }

  /**
   * Holds labels to their range where that can be done without a stall.
   *
   * @param forLoss Whether the kernel of the loss will look at the labels, if it can: a kernel less to run. Undefined for metrics, which none is run for.
   * @throws LABELS_RANGE
   */
  inRange(batch: Batch, forLoss: boolean | undefined): Batch {
    const { range } = this;
    if (range === undefined) return batch;
    if (forLoss && hostMemory(engine().backend) !== undefined && !isCustom(this.#loss))
      return Object.assign(batch, { toCheck: range });
    const labels = range.demand(batch.labels, forLoss === undefined);
    return Object.assign(batch, labels === undefined ? { valid: range.onDevice(batch.labels) } : { labels });
  }

  /** The reduced loss of a batch. Where only the device knows that a label is out of range, reading it rejects. */
  reduced(batch: Batch, reduction: Reduction): Scalar {
    const { loss, tensors } = this.#prepare(batch);
    const value = weightedLoss(tensors, {
      loss,
      divisor: divisorOf(reduction, loss, tensors.logits),
      labelRange: batch.toCheck,
    });
    return this.#rejectReads(value, batch);
  }

  /** The loss of each row; the mean of them is the reduced one. */
  byRow(batch: Batch, reduction: Reduction): Tensor1D {
    const { loss, tensors } = this.#prepare(batch);
    return this.#rejectReads(rowLosses(tensors, { loss, divisor: divisorOf(reduction, loss, tensors.logits) }), batch);
  }

  /** The losses by themselves: on the host by their walk, in doubles, or made on the device. */
  quantity(batch: Batch): Quantity {
    const loss = this.#loss;
    if (isCustom(loss)) return { make: () => this.#customLosses(loss, batch) };
    const make = (): Tensor => composedLosses(batch as LossTensors, loss);
    if (!isWalkable(loss)) return { make };
    const onHost = {
      of: ['logits', 'labels'],
      compute: (host: HostBatch) => {
        const { shape } = host.get('logits');
        const losses = lossesOnHost(loss, host, this.#k);
        return { values: losses, shape: [...shape.slice(0, -1), lossesPerRow(loss, this.#k)] };
      },
    };
    // As many losses as logits are no less to read.
    return this.isByLogit ? onHost : { ...onHost, make };
  }

  /** Looks at labels that have been read, where only the device knew. */
  checkRead({
    labels: { shape },
    valid,
  }: Batch): { reads: readonly string[]; run(batch: HostBatch): void } | undefined {
    const { range } = this;
    if (valid === undefined || range === undefined) return undefined;
    const run = (batch: HostBatch): void => {
      const error = range.errorOf(batch.get('labels').values, shape);
      if (error !== undefined) throw error;
    };
    return { reads: ['labels'], run };
  }

  /** What the loss is computed by and from: a custom loss is given in the logits' place. */
  #prepare(batch: Batch): { readonly loss: Loss; readonly tensors: LossTensors } {
    const { labels, logits, weights, valid } = batch;
    const others = { ...(weights && { weights }), ...(valid && { valid }) };
    const loss = this.#loss;
    if (!isCustom(loss)) return { loss, tensors: { logits, labels, ...others } };
    return { loss: precomputed, tensors: { logits: this.#customLosses(loss, batch), ...others } };
  }

  #customLosses({ lossFn, ...perRow }: CustomLoss, { labels, logits, features = {} }: Batch): Tensor {
    const shape = [...logits.shape.slice(0, -1), this.labelsPerRow];
    return callLossFn(lossFn, { labels: toFloat32(labels, shape), logits, features }, lossesPerRow(perRow, this.#k));
  }

  #rejectReads<T extends Tensor>(loss: T, { valid, labels }: Batch): T {
    const { range } = this;
    return valid === undefined || range === undefined ? loss : rejectReads(loss, [range.check(valid, labels)]);
  }
}
