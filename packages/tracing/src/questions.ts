import type { Tensor } from '@tensorflow/tfjs-core';
import { deviceCheck, rejectReads } from '@tfjs-heads/head-kit';
import type { Question, Recording } from './recording.js';

/**
 * Whether what a device was asked in the step is known of these arguments.
 *
 * @throws The error of the question, where they are at hand and not valid
 */
export function isKnown({ argument, known }: Question, args: readonly Tensor[]): boolean {
  return argument !== undefined && known !== undefined && known.has(args[argument] as Tensor);
}

/** Asks the device what it was asked in the step, and lets the results that depend on the answer reject. */
export function guardReads(
  { program, questions }: Recording,
  tensors: readonly Tensor[],
  args: readonly Tensor[],
): void {
  if (questions.length === 0) return;
  const count = program.results.length;
  const answers = questions.map(({ error, argument, known }, index) => {
    const of = argument === undefined ? undefined : args[argument];
    return deviceCheck({ valid: tensors[count + index] as Tensor, error, ...(of && known && { of, known }) });
  });
  program.results.forEach(({ checks }, index) =>
    rejectReads(
      tensors[index] as Tensor,
      checks.map((check) => answers[check] as (typeof answers)[number]),
    ),
  );
}
