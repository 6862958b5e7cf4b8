import { customGrad, engine, getKernel, mul, registerKernel, tensor } from '@tensorflow/tfjs-core';
import type { KernelFunc, NamedAttrMap, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { describeValue, headError } from '@tfjs-heads/head-kit';
import { random } from '@tfjs-heads/reference';
import type { VariableStore } from '../variable-store.js';

/**
 * The name of the kernel that draws which numbers stay. Its attribute `scalars` is fed step by step (see `Feed` of tracing), so that a step
 * that is recorded draws anew.
 */
const MASK = 'TfjsHeads.UnitMask/1';

/** How many steps have been taken: an optimizer, whose count is part of a checkpoint. */
interface StepCount {
  readonly iterations: number;
}

/**
 * The seeds of a model, by the steps that its optimizer has taken: after a resumption they go on where they were.
 *
 * @throws OPTIMIZER_INVALID for one that does not count its steps
 */
export function dropoutSeeds(store: VariableStore, seed: number, optimizer: unknown): DropoutSeeds {
  return store.once('dropout', () => {
    const count = optimizer as Partial<StepCount> | undefined;
    if (typeof count?.iterations !== 'number') {
      throw headError(
        'OPTIMIZER_INVALID',
        `optimizer must count its steps, as iterations, so that each has a dropout of its own, got ${describeValue(optimizer)}.`,
      );
    }
    return new DropoutSeeds(seed, count as StepCount);
  });
}

/** Gives each step its seed. */
export class DropoutSeeds {
  readonly #seed: number;
  readonly #count: StepCount;

  constructor(seed: number, count: StepCount) {
    this.#seed = seed;
    this.#count = count;
  }

  get iterations(): number {
    return this.#count.iterations;
  }

  /** The seed of a layer in the step to come. */
  scalarsFor(layer: string): { readonly seed: number } {
    let hash = 2_166_136_261;
    for (const part of [this.#seed, this.iterations, ...Array.from(layer, (char) => char.codePointAt(0) as number)]) {
      hash = Math.imul(hash ^ part, 16_777_619);
      hash ^= hash >>> 15;
    }
    return { seed: hash >>> 0 };
  }

  /** The optimizer counts. */
  advance(): void {}
}

/**
 * Sets numbers to zero by chance, and scales the others so that their mean stays. Which ones: by the seed, the step and the layer, the same
 * on every backend.
 *
 * @param x Any shape, float32.
 * @param rate The chance of a number to be zero, from 0 to below 1.
 * @returns float32, as `x`. Gradients flow through what stays.
 */
export function dropout(x: Tensor, rate: number, seeds: DropoutSeeds, layer: string): Tensor {
  return customGrad((given, save) => {
    const mask = maskOf(given as Tensor, { rate, scalars: seeds.scalarsFor(layer), source: seeds, variable: layer });
    (save as (tensors: Tensor[]) => void)([mask]);
    return { value: mul(given as Tensor, mask), gradFunc: (dy: Tensor, [saved]: Tensor[]) => mul(dy, saved as Tensor) };
  })(x);
}

/** Throws INVALID_ARGUMENT unless a rate is from 0 to below 1. */
export function checkDropout(rate: unknown): asserts rate is number | undefined {
  if (rate === undefined || (typeof rate === 'number' && rate >= 0 && rate < 1)) return;
  throw headError('INVALID_ARGUMENT', `dropout must be a number from 0 to below 1, got ${describeValue(rate)}.`);
}

interface MaskAttributes {
  readonly rate: number;
  readonly scalars: { readonly seed: number };
  readonly source: DropoutSeeds;
  readonly variable: string;
}

function maskOf(x: Tensor, attributes: MaskAttributes): Tensor {
  const { backendName } = engine();
  if (getKernel(MASK, backendName) === undefined)
    registerKernel({ kernelName: MASK, backendName, kernelFunc: maskKernel });
  return engine().runKernel(MASK, { x }, attributes as unknown as NamedAttrMap);
}

const maskKernel: KernelFunc = ({ inputs, attrs }) => {
  const { shape } = (inputs as { x: TensorInfo }).x;
  const { rate, scalars } = attrs as unknown as MaskAttributes;
  const next = random(scalars.seed);
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const kept = Math.fround(1 / (1 - rate));
  // Drawn on the host and uploaded: integers of 32 bits, of which random numbers are made, are not exact on every GPU.
  return tensor(
    Float32Array.from({ length: size }, () => (next() < rate ? 0 : kept)),
    shape,
    'float32',
  );
};
