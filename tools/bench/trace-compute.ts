import * as tf from '@tensorflow/tfjs-core';
import type { RunOptions, Trace } from '@tfjs-heads/tracing';
import { compiledBy, type CompiledFunction } from './compiled-function.js';
import { type Contestant, inThisProcess } from './contestant.js';
import { inputsOf, isFused, ourStep, type OurStep, RELAXED } from './trace-contestants.js';
import type { Rates, Task } from './trace-float64.js';

/** The function of WebAssembly of our step alone, and as many multiplications and additions as the step has in its products, and nothing else. */
const PLAIN = ['its function alone', "WebAssembly's SIMD, multiplying and adding alone"] as const;
const FUSED = [`${RELAXED}, ${PLAIN[0]}`, 'relaxed SIMD, multiplying and adding alone'] as const;
/** What is compared with what. */
export const LIMITS = [PLAIN, FUSED];

/** What a step takes without JavaScript, and what its multiplications take at least: none where it is no function of WebAssembly. */
export async function computeOf(task: Task, rates: Rates): Promise<Map<string, Contestant>> {
  const contestants = new Map<string, Contestant>();
  if (typeof process === 'undefined') return contestants;
  const { simdLimit } = await import('./simd-limit.js');
  for (const [name, limit] of LIMITS) {
    const relaxedSimd = name === FUSED[0];
    const { function: compiled, how, end } = await compiledStep(task, rates, { relaxedSimd });
    if (compiled === undefined || (relaxedSimd && !isFused(how))) {
      end();
      continue;
    }
    const alone = await inThisProcess(async () => {
      compiled.step();
      return NaN;
    });
    contestants.set(name, { ...alone, end });
    contestants.set(limit, await simdLimit(multiplicationsOf(task), { relaxedSimd }));
  }
  return contestants;
}

/** A fresh trace of a step, and what it was compiled to. `end` disposes of both. */
async function compiledStep(
  task: Task,
  rates: Rates,
  options: RunOptions,
): Promise<{ readonly function: CompiledFunction | undefined; readonly how: string; end(): void }> {
  const { x, labels } = inputsOf(task);
  const batch = { features: { x }, labels };
  const traced = ourStep(task, rates, true, options) as Trace<OurStep>;
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
  return { function: compiled, how: String(traced), end };
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
