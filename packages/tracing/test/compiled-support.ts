import * as tf from '@tensorflow/tfjs-core';
import { CompiledStep, type ComputeOptions } from '../src/compiled/compiled-step.js';
import type { HostBackend } from '../src/compiled/held-variables.js';
import { numbersInMemory, theEngine } from '../src/engine.js';
import { optimize } from '../src/optimize.js';
import { record } from '../src/recorder.js';
import { releaseRecording } from '../src/recording.js';
import { scopedCall } from '../src/scoped-call.js';
import { flatten } from '../src/structure.js';

/** What a function of tensors gives by the kernels, and as one function of WebAssembly. */
export function bothWays(
  run: (...tensors: tf.Tensor[]) => tf.Tensor | tf.Tensor[],
  args: readonly tf.Tensor[],
  options?: ComputeOptions,
): { readonly eager: ArrayLike<number>[]; readonly compiled: ArrayLike<number>[] } {
  const { returned, recording } = record(() => scopedCall(() => run(...args)), flatten([...args]));
  if (recording.problem !== undefined) throw new Error(recording.problem);
  const optimized = optimize(recording);
  const eager = flatten(returned).tensors;
  try {
    const step = new CompiledStep(optimized, theEngine().backend as HostBackend, options);
    // With the numbers of the recorded step, not of the next one.
    const outcome = step.try(args, [], recording.program);
    if (outcome === undefined) throw new Error('It is not compiled for these numbers.');
    const results = recording.returned.sources.map((source) =>
      source.kind === 'result'
        ? (outcome.results[source.index] as Float32Array)
        : (numbersInMemory(
            source.kind === 'argument' ? (args[source.index] as tf.Tensor) : source.tensor,
          ) as Float32Array),
    );
    return { eager: eager.map((tensor) => numbersInMemory(tensor).slice() as Float32Array), compiled: results };
  } finally {
    optimized.release();
    releaseRecording(recording);
    tf.dispose([...eager]);
  }
}
