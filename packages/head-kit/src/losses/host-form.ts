import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type HostArray, type HostMemory, viewAll } from '../host-memory.js';
import { inRange, lossTerms } from './element-loss.js';
import type { LossAttributes, LossTensors } from './weighted-loss.js';

/** Logits, labels (none for losses that were given), weights, and what is written. */
type Views = [logits: HostArray, labels?: HostArray, weights?: HostArray, written?: HostArray];

/**
 * The weighted loss and, if asked for, its gradient in one walk over the arrays of a backend whose
 * data lie in this process' memory: summed in doubles, rounded once at the end.
 */
export function hostLoss(
  memory: HostMemory,
  { logits, labels, weights }: LossTensors,
  { loss, divisor, withGradient }: LossAttributes & { withGradient: boolean },
): TensorInfo[] {
  const total = memory.allocate([], 'float32');
  const gradient = withGradient ? memory.allocate(logits.shape, 'float32') : undefined;
  const [x, z = x, w, g] = viewAll(memory, [logits, labels, weights, gradient]) as Views;
  const columns = w === undefined ? 1 : x.length / w.length;
  const factor = 1 / divisor;
  const out = lossTerms();
  let sum = 0;
  for (let i = 0, row = 0, column = 0; i < x.length; i++) {
    loss.evaluate(x, z, i, out);
    const weight = w === undefined ? 1 : (w[row] as number);
    sum += inRange(out.loss) * weight;
    if (g !== undefined) g[i] = inRange(out.derivative) * weight * factor;
    if (++column === columns) {
      column = 0;
      row++;
    }
  }
  memory.view(total)[0] = sum * factor;
  return gradient === undefined ? [total] : [total, gradient];
}

/** The derivative of the weighted loss with respect to each logit, of first or second order. */
export function hostDerivative(
  memory: HostMemory,
  { logits, labels, weights }: LossTensors,
  { loss, divisor }: LossAttributes,
  order: 1 | 2,
): TensorInfo {
  const derivative = memory.allocate(logits.shape, 'float32');
  const [x, z = x, w, d] = viewAll(memory, [logits, labels, weights, derivative]) as [HostArray, HostArray | undefined, HostArray | undefined, HostArray];
  const columns = w === undefined ? 1 : x.length / w.length;
  const factor = 1 / divisor;
  const out = lossTerms();
  for (let i = 0; i < x.length; i++) {
    loss.evaluate(x, z, i, out);
    const weight = w === undefined ? 1 : (w[Math.floor(i / columns)] as number);
    d[i] = inRange(order === 1 ? out.derivative : out.curvature) * weight * factor;
  }
  return derivative;
}

/** `x * factor` for a scalar factor. */
export function hostScale(memory: HostMemory, x: TensorInfo, factor: TensorInfo): TensorInfo {
  const by = memory.view(factor)[0] as number;
  const product = memory.allocate(x.shape, 'float32');
  const [values, scaled] = viewAll(memory, [x, product]) as [HostArray, HostArray];
  for (let i = 0; i < values.length; i++) scaled[i] = (values[i] as number) * by;
  return product;
}

/** `sum(losses * weights) / divisor` in doubles, where one float32 sum would drift. */
export function hostSum(memory: HostMemory, losses: TensorInfo, weights: TensorInfo | undefined, divisor: number): TensorInfo {
  const total = memory.allocate([], 'float32');
  const [l, w] = viewAll(memory, [losses, weights]) as [HostArray, HostArray?];
  const sum = w === undefined ? plainSum(l) : weightedSum(l, w);
  memory.view(total)[0] = sum / divisor;
  return total;
}

function plainSum(losses: HostArray): number {
  let sum = 0;
  for (let i = 0; i < losses.length; i++) sum += losses[i] as number;
  return sum;
}

function weightedSum(losses: HostArray, weights: HostArray): number {
  let sum = 0;
  const columns = losses.length / weights.length;
  if (columns === 1) {
    for (let i = 0; i < losses.length; i++) sum += (losses[i] as number) * (weights[i] as number);
    return sum;
  }
  for (let row = 0, i = 0; row < weights.length; row++) {
    for (let column = 0; column < columns; column++, i++) sum += (losses[i] as number) * (weights[row] as number);
  }
  return sum;
}
