import { keep, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ModelFn, ModelFnArgs } from '../model-fn.js';

/** Is told what a summary of a training step has besides its loss. */
export interface Summarize {
  scalar(tag: string, value: Tensor): void;
  histogram(tag: string, values: Tensor): void;
}

/** Goes through a model as a training step will, changes nothing, and tells of its layers. Called under a tidy. */
export type Summarizer<P = unknown> = (args: ModelFnArgs<P>, summarize: Summarize) => void;

/** What was told, on the host. */
export interface Summarized {
  readonly scalars: Readonly<Record<string, number>>;
  readonly histograms: Readonly<Record<string, ArrayLike<number>>>;
}

/** A `modelFn` that tells of its layers when summaries are written. */
export function summarizedBy<P>(modelFn: ModelFn<P>, summarizer: Summarizer<P> | undefined): ModelFn<P> {
  return summarizer === undefined ? modelFn : Object.assign(modelFn, { summarizer });
}

/** Undefined for a `modelFn` that tells nothing. */
export function summarizerOf<P>(modelFn: ModelFn<P>): Summarizer<P> | undefined {
  return (modelFn as { readonly summarizer?: Summarizer<P> }).summarizer;
}

/** What a `modelFn` tells of a batch. Throws what the model throws. */
export async function summarized<P>(modelFn: ModelFn<P>, args: ModelFnArgs<P>): Promise<Summarized> {
  const [scalars, histograms] = [new Map<string, Tensor>(), new Map<string, Tensor>()];
  try {
    tidy(() =>
      summarizerOf(modelFn)?.(args, {
        scalar: (tag, value) => void scalars.set(tag, keep(value)),
        histogram: (tag, values) => void histograms.set(tag, keep(values)),
      }),
    );
    const [ones, lists] = await Promise.all([read(scalars), read(histograms)]);
    return {
      scalars: Object.fromEntries(ones.map(([tag, values]) => [tag, values[0] as number])),
      histograms: Object.fromEntries(lists),
    };
  } finally {
    for (const one of [...scalars.values(), ...histograms.values()]) one.dispose();
  }
}

async function read(tensors: ReadonlyMap<string, Tensor>): Promise<readonly (readonly [string, ArrayLike<number>])[]> {
  return Promise.all([...tensors].map(async ([tag, one]) => [tag, await one.data()] as const));
}
