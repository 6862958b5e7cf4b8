import { add, div, keep, moments, mul, sqrt, sub } from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { ones, zeros } from '../initializers.js';
import type { VariableStore } from '../variable-store.js';

const MOMENTUM = 0.999;
const EPSILON = 0.001;

/** A layer that centers and scales each unit, by the batch to train and by moving averages else. */
export interface BatchNorm {
  readonly trainableVariables: readonly Variable[];
  /**
   * @param x float32 `[batch, units]`
   * @param updates Takes what moves the averages, to be run once or released; undefined except in training.
   */
  apply(x: Tensor, updates: Updates | undefined): Tensor;
}

/**
 * Batch normalization as the original's networks have it: over the batch, with a momentum of 0.999 and an epsilon of 0.001.
 *
 * @param name Of its variables `gamma`, `beta`, `moving_mean` and `moving_variance`.
 */
export function batchNorm(store: VariableStore, name: string, units: number): BatchNorm {
  const shape = [units];
  const gamma = store.variable(`${name}/gamma`, { shape, initializer: ones });
  const beta = store.variable(`${name}/beta`, { shape, initializer: zeros });
  const movingMean = store.variable(`${name}/moving_mean`, { shape, initializer: zeros, trainable: false });
  const movingVariance = store.variable(`${name}/moving_variance`, { shape, initializer: ones, trainable: false });
  return {
    trainableVariables: [gamma, beta],
    apply(x, updates) {
      const { mean, variance } = updates === undefined ? { mean: movingMean, variance: movingVariance } : moments(x, 0);
      updates?.add(movingMean, moved(movingMean, mean));
      updates?.add(movingVariance, moved(movingVariance, variance));
      return add(mul(div(sub(x, mean), sqrt(add(variance, EPSILON))), gamma), beta);
    },
  };
}

function moved(average: Variable, value: Tensor): Tensor {
  return sub(average, mul(sub(average, value), 1 - MOMENTUM));
}

/** New values of variables that a forward pass has found, for when the step is taken. */
export class Updates {
  #values: { readonly variable: Variable; readonly value: Tensor }[] = [];

  get isEmpty(): boolean {
    return this.#values.length === 0;
  }

  add(variable: Variable, value: Tensor): void {
    this.#values.push({ variable, value: keep(value) });
  }

  /** Assigns them. */
  run(): void {
    for (const { variable, value } of this.#values) variable.assign(value);
    this.dispose();
  }

  /** Forgets them. */
  dispose(): void {
    for (const { value } of this.#values) value.dispose();
    this.#values = [];
  }
}
