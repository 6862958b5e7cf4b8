import * as tf from '@tensorflow/tfjs-core';
import type { Trace } from '@tfjs-heads/tracing';
import { compiledBy, type CompiledFunction } from './compiled-function.js';
import { type Contestant, inThisProcess } from './contestant.js';
import { inputsOf, ourStep, type OurStep } from './trace-contestants.js';
import type { Rates, Task } from './trace-float64.js';

/** The function of WebAssembly of our step alone. */
export const FUNCTION = 'its function alone';
/** As many multiplications and additions as the step has in its products, and nothing else. */
export const LIMIT = "WebAssembly's SIMD, multiplying and adding alone";

/** What a step takes without JavaScript, and what its multiplications take at least: undefined where it is no function of WebAssembly. */
export async function computeOf(task: Task, rates: Rates): Promise<Map<string, Contestant>> {
  const contestants = new Map<string, Contestant>();
  if (typeof process === 'undefined') return contestants;
  const { function: compiled, end } = await compiledStep(task, rates);
  if (compiled === undefined) return contestants;
  const alone = await inThisProcess(async () => {
    compiled.step();
    return NaN;
  });
  contestants.set(FUNCTION, { ...alone, end });
  const { simdLimit } = await import('./simd-limit.js');
  contestants.set(LIMIT, await simdLimit(multiplicationsOf(task)));
  return contestants;
}

/** A fresh trace of a step, and what it was compiled to. `end` disposes of both. */
async function compiledStep(
  task: Task,
  rates: Rates,
): Promise<{ readonly function: CompiledFunction | undefined; end(): void }> {
  const { x, labels } = inputsOf(task);
  const batch = { features: { x }, labels };
  const traced = ourStep(task, rates, true) as Trace<OurStep>;
  // What writes functions may have to be loaded.
  const other = ourStep(task, rates, true) as Trace<OurStep>;
  await other.rehearse(batch);
  other.dispose();
  const compiled = await compiledBy(
    () => traced(batch).dispose(),
    () => isSettled(traced),
  );
  const end = (): void => {
    traced.dispose();
    tf.dispose([x, labels]);
  };
  return { function: compiled, end };
}

/** On native TensorFlow when its graph runs, or never will. */
export function isSettled(traced: Trace<OurStep>): boolean {
  return traced.reason === undefined && !String(traced).includes('has yet to be compared');
}

/** Of the products of a step: forward, by the gradients of weights and, but for the first layer, by those of what goes in. */
function multiplicationsOf({ sizes, rows }: Task): number {
  const layers = sizes.slice(1).map((to, index) => (sizes[index] as number) * to);
  const total = layers.reduce((sum, each) => sum + each, 0);
  return rows * (3 * total - (layers[0] as number));
}
