import { describeValue, headError } from '@tfjs-heads/head-kit';

/** How a recording may be run. */
export interface RunOptions {
  /**
   * Whether each step must give the numbers of the eager one to the bit. Default: no, so that cpu and wasm may run it as one function of WebAssembly, and native
   * TensorFlow as one graph, which have to give the numbers of the kernels within 1e-5 of the largest of a tensor; all other runners give the same bits anyway.
   */
  readonly exact?: boolean | undefined;
  /**
   * How many threads compute a step that runs as one function of WebAssembly, where there are threads (see the README): 1 to 32. Default: as many as there are processors, at most 4,
   * where the step is large and the first ones were faster so. The numbers are the same to the bit for any.
   */
  readonly threads?: number | undefined;
  /**
   * Whether products of matrices in a function of WebAssembly may be summed by the fused multiply-adds of its relaxed SIMD, where the engine and the processor have them: up to 1.6
   * times as fast. Default: no, since an engine or a processor without them gives other last bits.
   */
  readonly relaxedSimd?: boolean | undefined;
}

/** The names of {@link RunOptions}. */
export const RUN_OPTIONS = ['exact', 'threads', 'relaxedSimd'] as const;

/**
 * Checks how steps may be run, for those that take it to hand it on.
 *
 * ```ts
 * const { exact, threads, relaxedSimd } = checkRunOptions('fitAll', options);
 * ```
 *
 * @param of Whose options they are, for the messages.
 * @returns These options, without others
 * @throws INVALID_ARGUMENT
 */
export function checkRunOptions(of: string, { exact, threads, relaxedSimd }: RunOptions): RunOptions {
  for (const [name, value] of Object.entries({ exact, relaxedSimd }))
    if (value !== undefined && typeof value !== 'boolean')
      throw headError('INVALID_ARGUMENT', `${of}: ${name} must be true or false, got ${describeValue(value)}.`);
  if (exact === true && relaxedSimd === true)
    throw headError(
      'INVALID_ARGUMENT',
      `${of}: relaxedSimd must not be true where exact is: kernels do not fuse, got true for both.`,
    );
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0 && threads <= 32))
    throw headError(
      'INVALID_ARGUMENT',
      `${of}: threads must be a whole number of 1 to 32, got ${describeValue(threads)}.`,
    );
  return { exact, threads, relaxedSimd };
}
