import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { HostMemory } from '../host-memory.js';
import type { LossAttributes, LossTensors } from './weighted-loss.js';

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
  // Views come after the last allocation, which may move the memory.
  const x = memory.view(logits);
  const z = labels === undefined ? x : memory.view(labels);
  const w = weights === undefined ? undefined : memory.view(weights);
  const g = gradient === undefined ? undefined : memory.view(gradient);
  const columns = w === undefined ? 1 : x.length / w.length;
  const factor = 1 / divisor;
  const out = new Float64Array(3);
  let sum = 0;
  for (let i = 0, row = 0, column = 0; i < x.length; i++) {
    loss.evaluate(x[i] as number, z[i] as number, out);
    const weight = w === undefined ? 1 : (w[row] as number);
    // Rounded to float32 first: what overflows there does so on every backend.
    sum += Math.fround(out[0] as number) * weight;
    if (g !== undefined) g[i] = Math.fround(out[1] as number) * weight * factor;
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
  const x = memory.view(logits);
  const z = labels === undefined ? x : memory.view(labels);
  const w = weights === undefined ? undefined : memory.view(weights);
  const d = memory.view(derivative);
  const columns = w === undefined ? 1 : x.length / w.length;
  const factor = 1 / divisor;
  const out = new Float64Array(3);
  for (let i = 0; i < x.length; i++) {
    loss.evaluate(x[i] as number, z[i] as number, out);
    const weight = w === undefined ? 1 : (w[Math.floor(i / columns)] as number);
    d[i] = Math.fround(out[order] as number) * weight * factor;
  }
  return derivative;
}

/** `x * factor` for a scalar factor; x itself where the factor is 1. */
export function hostScale(memory: HostMemory, x: TensorInfo, factor: TensorInfo): TensorInfo {
  if (memory.view(factor)[0] === 1) return memory.share(x);
  const product = memory.allocate(x.shape, 'float32');
  const values = memory.view(x);
  const scaled = memory.view(product);
  const by = memory.view(factor)[0] as number;
  for (let i = 0; i < values.length; i++) scaled[i] = (values[i] as number) * by;
  return product;
}

/** `sum(losses * weights) / divisor` in doubles, where one float32 sum would drift. */
export function hostSum(memory: HostMemory, losses: TensorInfo, weights: TensorInfo | undefined, divisor: number): TensorInfo {
  const total = memory.allocate([], 'float32');
  const l = memory.view(losses);
  let sum = 0;
  if (weights === undefined) {
    for (let i = 0; i < l.length; i++) sum += l[i] as number;
  } else {
    const w = memory.view(weights);
    const columns = l.length / w.length;
    for (let row = 0, i = 0; row < w.length; row++) {
      for (let column = 0; column < columns; column++, i++) sum += (l[i] as number) * (w[row] as number);
    }
  }
  memory.view(total)[0] = sum / divisor;
  return total;
}
