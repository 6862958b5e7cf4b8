import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { type HostArray, type HostMemory, viewAll } from '../host-memory.js';
import type { HostBatch } from '../metrics/host-batch.js';
import {
  type ElementLoss,
  inRange,
  isElementLoss,
  isRowLoss,
  type Loss,
  type LossAttributes,
  type LossTensors,
  lossTerms,
  type RowLoss,
  rowsOf,
  rowTerms,
} from './loss.js';

/** A loss that says how to walk over arrays. */
export type WalkableLoss = ElementLoss | RowLoss;

export const isWalkable = (loss: Loss): loss is WalkableLoss => isElementLoss(loss) || isRowLoss(loss);

/** The weighted loss and, if asked for, its gradient, summed in doubles and rounded once at the end. */
export function hostLoss(
  memory: HostMemory,
  tensors: LossTensors,
  { loss, divisor, withGradient }: LossAttributes & { readonly loss: WalkableLoss; readonly withGradient: boolean },
): TensorInfo[] {
  const total = memory.allocate([], 'float32');
  const gradient = withGradient ? memory.allocate(tensors.logits.shape, 'float32') : undefined;
  const sum = walk(memory, tensors, loss, divisor, gradient);
  memory.view(total)[0] = sum * (1 / divisor);
  return gradient === undefined ? [total] : [total, gradient];
}

/** The derivative of the weighted loss with respect to each logit. */
export function hostGradient(
  memory: HostMemory,
  tensors: LossTensors,
  { loss, divisor }: LossAttributes & { readonly loss: WalkableLoss },
): TensorInfo {
  const gradient = memory.allocate(tensors.logits.shape, 'float32');
  walk(memory, tensors, loss, divisor, gradient);
  return gradient;
}

/**
 * One walk over the arrays of a backend whose data lie in this process' memory. A loss of each logit has one of its own: sent
 * through rows it would be 3 to 7 times slower. What has a weight of 0 is as if it were not there, be it infinite or NaN.
 *
 * @returns The sum of loss times weight.
 */
function walk(
  memory: HostMemory,
  { logits, labels, weights }: LossTensors,
  loss: WalkableLoss,
  divisor: number,
  gradient: TensorInfo | undefined,
): number {
  const [x, z = x, w, g] = viewAll(memory, [logits, labels, weights, gradient]) as [
    HostArray,
    HostArray?,
    HostArray?,
    HostArray?,
  ];
  const factor = 1 / divisor;
  const { k, rows } = rowsOf(logits);
  const perWeight = isElementLoss(loss) && w !== undefined ? x.length / w.length : k;
  const sum = loss.walk?.({ logits: x, labels: z, weights: w, gradient: g, k: perWeight, factor });
  if (sum !== undefined) return sum;
  return isElementLoss(loss) ? walkLogits(loss, x, z, w, g, factor) : walkRows(loss, { k, rows }, x, z, w, g, factor);
}

function walkLogits(
  loss: ElementLoss,
  x: HostArray,
  z: HostArray,
  w: HostArray | undefined,
  g: HostArray | undefined,
  factor: number,
): number {
  const columns = w === undefined ? 1 : x.length / w.length;
  const out = lossTerms();
  let sum = 0;
  for (let i = 0, row = 0, column = 0; i < x.length; i++) {
    const weight = w === undefined ? 1 : (w[row] as number);
    if (weight === 0) {
      if (g !== undefined) g[i] = 0;
    } else {
      loss.evaluate(x, z, i, out);
      sum += inRange(out.loss) * weight;
      if (g !== undefined) g[i] = inRange(out.derivative) * weight * factor;
    }
    if (++column === columns) {
      column = 0;
      row++;
    }
  }
  return sum;
}

function walkRows(
  loss: RowLoss,
  { k, rows }: { readonly k: number; readonly rows: number },
  x: HostArray,
  z: HostArray,
  w: HostArray | undefined,
  g: HostArray | undefined,
  factor: number,
): number {
  const out = rowTerms(loss, k);
  const { losses, gradient } = out;
  const perRow = w === undefined ? 0 : w.length / rows; // 1, or one for each of the losses
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    if (perRow === 1 && w?.[row] === 0) {
      g?.fill(0, row * k, (row + 1) * k);
      continue;
    }
    loss.evaluateRow(x, z, row, k, out);
    for (let j = 0; j < losses.length; j++) {
      const weight = w === undefined ? 1 : (w[perRow === 1 ? row : row * perRow + j] as number);
      if (weight !== 0) sum += inRange(losses[j] as number) * weight;
    }
    if (g === undefined) continue;
    for (let j = 0, i = row * k; j < k; j++, i++) {
      const weight = w === undefined ? 1 : (w[perRow === 1 ? row : i] as number);
      g[i] = weight === 0 ? 0 : inRange(gradient[j] as number) * weight * factor;
    }
  }
  return sum;
}

/** The second derivatives of the weighted loss with respect to each logit, times a vector in the logits' shape. */
export function hostHessianTimes(
  memory: HostMemory,
  { logits, labels, weights }: LossTensors,
  vector: TensorInfo,
  { loss, divisor }: LossAttributes & { readonly loss: ElementLoss },
): TensorInfo {
  const product = memory.allocate(logits.shape, 'float32');
  const [x, v, p, z = x, w] = viewAll(memory, [logits, vector, product, labels, weights]) as [
    HostArray,
    HostArray,
    HostArray,
    HostArray?,
    HostArray?,
  ];
  const columns = w === undefined ? 1 : x.length / w.length;
  const factor = 1 / divisor;
  const out = lossTerms();
  for (let i = 0; i < x.length; i++) {
    loss.evaluate(x, z, i, out);
    const weight = w === undefined ? 1 : (w[Math.floor(i / columns)] as number);
    p[i] = weight === 0 ? 0 : inRange(out.curvature) * weight * factor * (v[i] as number);
  }
  return product;
}

/**
 * The losses of each row in doubles, `lossesPerRow(k)` a row, as metrics take them: what overflows float32 does so here, too.
 *
 * @param batch With `logits`, k a row, and `labels`.
 */
export function lossesOnHost(loss: WalkableLoss, batch: HostBatch, k: number): Float64Array {
  const { values: logits } = batch.get('logits');
  const { values: labels } = batch.get('labels');
  if (isElementLoss(loss)) {
    const values = loss.lossesOf?.(batch) ?? batch.room(logits.length);
    const out = lossTerms();
    for (let i = 0; i < values.length; i++) {
      if (loss.lossesOf === undefined) {
        loss.evaluate(logits, labels, i, out);
        values[i] = inRange(out.loss);
      } else values[i] = inRange(values[i] as number);
    }
    return values;
  }
  const ofLogits = loss.meanOf?.lossesOf?.(batch);
  const out = rowTerms(loss, k);
  const each = out.losses.length;
  const values = batch.room((logits.length / k) * each);
  for (let row = 0, i = 0; i < values.length; row++) {
    if (ofLogits === undefined) loss.evaluateRow(logits, labels, row, k, out);
    else out.losses[0] = meanOf(ofLogits, row * k, k);
    for (let j = 0; j < each; j++, i++) values[i] = inRange(out.losses[j] as number);
  }
  return values;
}

function meanOf(losses: Float64Array, start: number, count: number): number {
  let total = 0;
  for (let i = start; i < start + count; i++) total += losses[i] as number;
  return total / count;
}

/** `x * factor` for a scalar factor. */
export function hostScale(memory: HostMemory, x: TensorInfo, factor: TensorInfo): TensorInfo {
  const by = memory.view(factor)[0] as number;
  const product = memory.allocate(x.shape, 'float32');
  const [values, scaled] = viewAll(memory, [x, product]) as [HostArray, HostArray];
  for (let i = 0; i < values.length; i++) scaled[i] = (values[i] as number) * by;
  return product;
}

/**
 * `sum(losses * weights) / divisor` in doubles, where one float32 sum would drift; without what has a weight of 0, whose loss may be
 * infinite.
 */
export function hostSum(memory: HostMemory, losses: Tensor, weights: Tensor | undefined, divisor: number): TensorInfo {
  const total = memory.allocate([], 'float32');
  const [l, w] = viewAll(memory, [losses, weights]) as [HostArray, HostArray?];
  let sum = 0;
  if (w === undefined) for (let i = 0; i < l.length; i++) sum += l[i] as number;
  else {
    const columns = l.length / w.length;
    for (let i = 0; i < l.length; i++) {
      const weight = w[columns === 1 ? i : Math.floor(i / columns)] as number;
      if (weight !== 0) sum += (l[i] as number) * weight;
    }
  }
  memory.view(total)[0] = sum / divisor;
  return total;
}
