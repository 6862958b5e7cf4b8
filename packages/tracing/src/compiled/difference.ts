import type { DataType, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { agree, type Change, largest, unlikeVariable } from '../agreement.js';
import { sameNumbers } from '../compare.js';
import { type BackendData, numbersInMemory, theEngine } from '../engine.js';
import type { Outcome, Replay, Runnable } from '../replay.js';

/** A step that has been taken by kernels, and what the function gives for it. */
export interface TakenTwice {
  readonly runnable: Runnable;
  readonly replay: Replay;
  readonly args: readonly Tensor[];
  /** What each variable had before. */
  readonly before: readonly BackendData[];
  readonly results: readonly Tensor[];
  readonly made: Outcome;
  /** The variables that the function assigns, by their index. */
  readonly assigned: readonly number[];
}

/** How far off each tensor is where what goes in is off by a rounding, by its largest number. */
interface Noise {
  readonly results: readonly number[];
  readonly assigned: readonly number[];
}

/** How often what goes in is rounded otherwise. */
const TRIALS = 2;
/** How many times as far off as by roundings of what goes in alone a number may be by those of all kernels. */
const ROUNDINGS = 16;

/** Whether a step by kernels has changed a variable, or assigns none: else it proves nothing. */
export function tells({ runnable: { variables }, before, assigned }: TakenTwice): boolean {
  return (
    assigned.length === 0 ||
    assigned.some(
      (at) => !sameNumbers(numbersInMemory(variables[at] as Tensor) as Float32Array, before[at] as Float32Array),
    )
  );
}

/**
 * In what the function differs from the kernels, in words; undefined where it does in nothing but roundings. What is nothing but roundings itself, such as the
 * gradient of a bias before batch normalization, or of a network that has learnt all there is, is told by running the kernels on what is rounded otherwise.
 */
export function differenceOf(taken: TakenTwice): string | undefined {
  const difference = differs(taken);
  if (difference === undefined) return undefined;
  try {
    return differs(taken, noiseOf(taken));
  } catch {
    return difference; // shapes follow from what went in
  }
}

function differs({ runnable, results, made, before, assigned }: TakenTwice, noise?: Noise): string | undefined {
  const { program, variables } = runnable;
  for (const [index, numbers] of made.results.entries())
    if (!agree(numbers, numbersInMemory(results[index] as Tensor), noise?.results[index]))
      return `it gives another ${program.results[index]?.path || 'result'}`;
  const changes = made.assigned.map((ours, index): Change => {
    const at = assigned[index] as number;
    const variable = variables[at] as Tensor;
    const now = numbersInMemory(variable);
    return { shape: variable.shape, ours, now, before: before[at] as BackendData, noise: noise?.assigned[index] };
  });
  const unlike = unlikeVariable(changes);
  return unlike < 0
    ? undefined
    : `it gives another value of the variable ${variables[assigned[unlike] as number]?.name}`;
}

function noiseOf({
  runnable: { program, variables },
  replay,
  args,
  before,
  results,
  made,
  assigned,
}: TakenTwice): Noise {
  // Without what a device is asked, which comes behind the results.
  const values = made.results.map((_, index) => numbersInMemory(results[index] as Tensor));
  const states = assigned.map((at) => numbersInMemory(variables[at] as Tensor));
  const order = program.variables.flatMap(({ after }, index) => (after === undefined ? [] : [index]));
  const noise = { results: values.map(() => 0), assigned: states.map(() => 0) };
  for (let trial = 0; trial < TRIALS; trial++) {
    const near = args.map((arg) => roundedOtherwise(arg, numbersInMemory(arg), trial));
    const state = variables.map((variable, index) => roundedOtherwise(variable, before[index] as BackendData, trial));
    const outcome = tryAndDispose(replay, near, state);
    values.forEach((of, index) => {
      const distance = distanceOf(outcome.results[index] as BackendData, of);
      noise.results[index] = Math.max(noise.results[index] as number, ROUNDINGS * distance);
    });
    states.forEach((of, index) => {
      const distance = distanceOf(outcome.assigned[order.indexOf(assigned[index] as number)] as BackendData, of);
      noise.assigned[index] = Math.max(noise.assigned[index] as number, ROUNDINGS * distance);
    });
  }
  return noise;
}

function tryAndDispose(replay: Replay, args: readonly Tensor[], variables: readonly Tensor[]): Outcome {
  try {
    return replay.try(args, variables);
  } finally {
    for (const tensor of [...args, ...variables]) tensor.dispose();
  }
}

/** Each float a unit of its last place larger or smaller; whole numbers, which may count or be labels, as they are. */
function roundedOtherwise({ shape, dtype }: TensorInfo, numbers: BackendData, trial: number): Tensor {
  const values =
    numbers instanceof Float32Array
      ? numbers.map((x, index) => (Number.isInteger(x) ? x : x * (1 + signOf(index, trial) * 2 ** -23)))
      : numbers.slice();
  return theEngine().makeTensor(values, [...shape], dtype as DataType);
}

function signOf(index: number, trial: number): number {
  return Math.sin(index + 1 + 1000 * trial) < 0 ? -1 : 1;
}

const distanceOf = (a: BackendData, b: BackendData): number => largest(a, (index) => b[index] as number);
