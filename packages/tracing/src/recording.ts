import type { KernelFunc, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { DeviceQuestion } from '@tfjs-heads/head-kit';
import type { FeedSource } from './feed.js';
import type { Program } from './program.js';
import type { Structure } from './structure.js';
import type { Counter } from './watch-engine.js';

/** One run of a step, watched: the program, and what its numbers stand for in this process. */
export interface Recording {
  readonly program: Program;
  /** One for each of the program's variables. */
  readonly variables: readonly Variable[];
  /** One for each of the program's constants: held by the recording where the step made it, the caller's own where it is captured. */
  readonly constants: readonly Tensor[];
  /** One for each of the program's nodes. */
  readonly kernels: readonly KernelFunc[];
  /** What fed the program, such as an optimizer, and how many steps it had taken before. */
  readonly begun: ReadonlyMap<FeedSource, number>;
  /** The optimizers of tfjs that counted a step, each as often as it did. */
  readonly counted: readonly Counter[];
  /** What the step returned, and where each tensor in it comes from. */
  readonly returned: Returned;
  /** One for each of the program's checks. */
  readonly questions: readonly Question[];
  /** Why this program must not be run, if it must not. */
  readonly problem: string | undefined;
}

/** What a device was asked, and the argument that it was asked about, if it was one. */
export interface Question extends DeviceQuestion {
  readonly argument: number | undefined;
}

export interface Returned {
  readonly structure: Structure;
  readonly sources: readonly Source[];
}

/**
 * Where a returned tensor comes from: a result of the program, an argument that is handed back, or a tensor or variable that the step knows. One that stands in two
 * places is one result.
 */
export type Source =
  | {
      readonly kind: 'result';
      readonly index: number;
      /** By `keep`: no scope of the caller's disposes of it. */ readonly isKept: boolean;
    }
  | { readonly kind: 'argument'; readonly index: number }
  | { readonly kind: 'known'; readonly tensor: Tensor };

/** Lets go of what a recording holds. */
export function releaseRecording({ program, constants }: Recording): void {
  program.constants.forEach(({ isCaptured }, index) => {
    if (!isCaptured) constants[index]?.dispose();
  });
}
