import { engine, getKernel, registerKernel } from '@tensorflow/tfjs-core';
import type { KernelBackend, NamedAttrMap, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { Feed } from '../feed.js';
import { halvesOf, philox } from './philox.js';

/** The name of the kernel, with the version of {@link MaskAttributes}. */
export const DROPOUT_MASK = 'TfjsHeads.DropoutMask/1';

/** Of the kernel, which takes no tensor and gives one: what values are multiplied by. */
export interface MaskAttributes extends Feed {
  readonly shape: readonly number[];
  /** The share that becomes 0. */
  readonly rate: number;
  readonly seed: number;
  readonly scalars: MaskCount;
}

/** How many masks were made before: in two parts, each of them a float32, as graphs are fed. */
export type MaskCount = Readonly<Record<'low' | 'high', number>>;

/** The lower part of a {@link MaskCount} is below that, and the upper one, too. */
export const COUNTED_BY: number = 2 ** 24;

/** A mask on the backend that is set; it depends on nothing, so the tape takes it for a constant. */
export function runMask(attributes: MaskAttributes): Tensor {
  const { backendName } = engine();
  if (getKernel(DROPOUT_MASK, backendName) === undefined)
    registerKernel({
      kernelName: DROPOUT_MASK,
      backendName,
      kernelFunc: ({ attrs, backend }) => maskOn(backend as KernelBackend, attrs as unknown as MaskAttributes),
    });
  return engine().runKernel(DROPOUT_MASK, {}, attributes as unknown as NamedAttrMap);
}

function maskOn(backend: KernelBackend, { shape, rate, seed, scalars }: MaskAttributes): TensorInfo {
  const words = new Int32Array(shape.reduce((size, length) => size * length, 1));
  philox(halvesOf(seed), halvesOf(scalars.high * COUNTED_BY + scalars.low), words);
  const mask = new Float32Array(words.length);
  const [least, kept] = [leastKept(rate), scaleOf(rate)];
  for (let index = 0; index < words.length; index++) if ((words[index] as number) >= least) mask[index] = kept;
  const whole = shape.slice();
  return { dataId: backend.write(mask, whole, 'float32'), shape: whole, dtype: 'float32' };
}

/** The smallest word, as a signed integer, that keeps its value: a share of `rate` of all words is below. */
export function leastKept(rate: number): number {
  return Math.min(Math.round(rate * 2 ** 32), 2 ** 32 - 1) - 2 ** 31;
}

/** What is kept grows, so that the mean stays. */
export function scaleOf(rate: number): number {
  return Math.fround(1 / (1 - rate));
}
