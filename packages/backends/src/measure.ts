import type { Tensor } from '@tensorflow/tfjs-core';
import { backendsError } from './error.js';
import { disposeOfFailedTape } from './failed-tape.js';
import { noteFresh } from './fresh.js';
import { insideWorkload } from './inside-workload.js';
import { nextTask } from './next-task.js';
import { show } from './reason.js';
import type { Step, Workload } from './workload.js';

// Enough to get past compiling shaders and the first allocations, where steps are quick.
const warmUpSteps = 3;
const longestWarmUp = 500;
const shortest = 150;
const longest = 1_000;
const fewestSteps = 5;
const fewestSlowSteps = 2;
const mostSteps = 200;
// Who needs more than twice the time of another in every one of some steps will not overtake it.
const clearlySlower = 2;
const shortestLook = 100;
const sureAfterOne = 1_000;
const longestBlock = 50;

export interface Course {
  /** Before each step: somebody else may have changed the backend. */
  stay(): Promise<void>;
  /** Whether the result is not wanted any more. */
  isOver(): boolean;
}

export interface Race extends Course {
  /** Milliseconds that a step takes on the best backend so far. */
  readonly bar: number | undefined;
  /** Whether the first step compiles shaders, and says nothing of the others. */
  readonly compiles: boolean;
  /** Called after the first step. */
  onFirstStep(): void;
}

export interface Measurement {
  /** The median of one step. */
  readonly milliseconds: number;
  /** Whether it was clearly slower, and measured no further. */
  readonly isGivenUp: boolean;
}

/** Measures a step of the workload on the current backend. */
export async function measure(
  workload: Workload,
  { bar = Infinity, compiles, onFirstStep, stay, isOver }: Race,
): Promise<Measurement> {
  return withStep(workload, { stay, isOver }, async (next) => {
    const times: number[] = [];
    let spent = 0;
    let unbroken = 0;
    let warm: { readonly steps: number; readonly spent: number } | undefined;
    for (;;) {
      const time = await next();
      if (times.push(time) === 1) onFirstStep();
      spent += time;
      unbroken += time;
      const telling = compiles ? times.slice(1) : times;
      if (isClearlySlower(telling, bar)) return { milliseconds: median(telling), isGivenUp: true };
      if (warm !== undefined) {
        const steps = times.length - warm.steps;
        const looked = spent - warm.spent;
        const isEnough =
          steps >= mostSteps ||
          (steps >= fewestSteps && looked >= shortest) ||
          (steps >= fewestSlowSteps && looked >= longest);
        if (isEnough) return { milliseconds: median(times.slice(warm.steps)), isGivenUp: false };
      } else if (times.length >= warmUpSteps || spent >= longestWarmUp) {
        warm = { steps: times.length, spent };
      }
      if (unbroken >= longestBlock) {
        await nextTask();
        unbroken = 0;
      }
    }
  });
}

/** Sets the workload up and runs one step. */
export async function runStep(workload: Workload, course: Course): Promise<void> {
  await withStep(workload, course, (next) => next());
}

function isClearlySlower(times: readonly number[], bar: number): boolean {
  const total = times.reduce((sum, time) => sum + time, 0);
  const isSeen = times.length >= 2 ? total >= shortestLook : total >= sureAfterOne;
  return isSeen && Math.min(...times) > clearlySlower * bar;
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] as number;
}

async function withStep<T>(
  workload: Workload,
  { stay, isOver }: Course,
  use: (next: () => Promise<number>) => Promise<T>,
): Promise<T> {
  await stay();
  const step: Step = await insideWorkload('setup', workload);
  try {
    if (typeof (step as Step | undefined)?.run !== 'function') {
      throw backendsError(
        'INVALID_ARGUMENT',
        `workload: expected that it returns { run, dispose? }, got ${show(step)}`,
      );
    }
    return await use(async () => {
      if (isOver()) throw new Error('the workload is not measured any more');
      await stay();
      return runOnce(step);
    });
  } catch (error) {
    disposeOfFailedTape();
    throw error;
  } finally {
    await insideWorkload('run', () => step?.dispose?.());
  }
}

/** The milliseconds that it took. */
async function runOnce(step: Step): Promise<number> {
  const before = performance.now();
  const { made, isFresh } = noteFresh(() => insideWorkload('run', () => step.run()));
  const loss: unknown = await made;
  if (typeof loss === 'number') return performance.now() - before;
  if (typeof (loss as Tensor | undefined)?.data !== 'function') {
    throw backendsError(
      'INVALID_ARGUMENT',
      `workload: expected that run() returns its loss, a tensor or a number, got ${show(loss)}`,
    );
  }
  const tensor = loss as Tensor;
  await tensor.data();
  const time = performance.now() - before;
  if (isFresh(tensor)) tensor.dispose();
  return time;
}
