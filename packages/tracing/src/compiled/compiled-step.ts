import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { type BackendData, type Engine, theEngine } from '../engine.js';
import type { FeedSource } from '../feed.js';
import { recordedScalars, type ScalarsFor, scalarsOf } from '../fed-numbers.js';
import type { Program } from '../program.js';
import { replaceData } from '../replace-data.js';
import type { Outcome, Runnable } from '../replay.js';
import { compile } from './compile.js';
import type { Buffer } from './expression.js';
import { hasFusedMultiplyAdd } from './fused.js';
import { HeldVariable, type HostBackend, type Numbers, viewOf } from './held-variables.js';
import { Instance } from './instance.js';
import type { LoopOptions } from './loops.js';
import type { Pool } from './threads/pool.js';
import { byOne, everybody, Team, threadsFor } from './threads/team.js';

export { KnownArguments } from '../known-arguments.js';
export { differenceOf, tells } from './difference.js';

/** How a step is computed. */
export interface ComputeOptions {
  /** How many threads there are; by default as many as are found to be faster. */
  readonly threads?: number | undefined;
  /** See `RunOptions`. */
  readonly relaxedSimd?: boolean | undefined;
  /** See `LoopOptions`. */
  readonly least?: number;
  readonly pool?: Pool;
}

const FUSED = ' with fused multiply-adds';
const NOT_FUSED = ' without fused multiply-adds (the engine has none)';

/** A program as one function of WebAssembly, in a memory of its own. */
export class CompiledStep {
  readonly #runnable: Runnable;
  readonly #backend: HostBackend;
  readonly #engine: Engine = theEngine();
  /** How it is written by one thread. */
  readonly #loops: LoopOptions;
  #instance: Instance;
  /** Who computes it where several threads may. */
  #team: Team | undefined;
  #whyAlone = '';
  readonly #variables: readonly HeldVariable[];
  readonly #assigned: readonly number[];
  /** How its products are computed, in words; none where nobody asks. */
  readonly #products: string;
  #arguments: readonly (Numbers | undefined)[];
  #results: readonly Numbers[];
  #fed: readonly Numbers[];
  readonly #feeding: ReadonlySet<FeedSource>;

  /** @throws An error that says why the program is no such function */
  constructor(runnable: Runnable, backend: HostBackend, options: ComputeOptions = {}) {
    const { threads, least, pool = everybody, relaxedSimd = false } = options;
    this.#runnable = runnable;
    this.#backend = backend;
    const isFused = relaxedSimd && hasFusedMultiplyAdd();
    this.#loops = { isFused };
    this.#products = relaxedSimd ? (isFused ? FUSED : NOT_FUSED) : '';
    let compiled = compile(runnable, this.#loops);
    const count = threadsFor(compiled.work, threads);
    if (count > 1 && pool.reason !== undefined) this.#whyAlone = byOne(pool.reason);
    else if (count > 1) compiled = compile(runnable, { ...this.#loops, threads: count, least });
    this.#instance = new Instance(compiled);
    if (compiled.isShared) this.#team = new Team(this.#instance, count, threads !== undefined, pool);
    ({ arguments: this.#arguments, results: this.#results, fed: this.#fed } = placesOf(this.#instance));
    this.#variables = compiled.variables.map(
      (buffer, index) =>
        new HeldVariable(runnable.variables[index] as Variable, backend, this.#instance.numbersOf(buffer), buffer.type),
    );
    this.#assigned = runnable.program.variables.flatMap(({ before, after }, index) =>
      after === undefined || after === before ? [] : [index],
    );
    this.#feeding = new Set(compiled.groups.flatMap(({ feeds }) => feeds.map(({ source }) => source)));
  }

  /** Gives the variables back to their backend. */
  release(): void {
    for (const variable of this.#variables) variable.release();
  }

  /** How it runs, in words that go after "run". */
  get how(): string {
    return `as one function of WebAssembly${this.#products}${this.threads}`;
  }

  /** By how many threads it is computed, in words; none where nobody asks. */
  get threads(): string {
    return this.#team?.text ?? this.#whyAlone;
  }

  /** Whether all threads that there are to be are there. */
  get isReady(): boolean {
    return this.#team?.isReady ?? true;
  }

  /** Gives the variables back, and is no more. */
  dispose(): void {
    this.release();
    this.#team?.leave();
    this.#team = undefined;
  }

  /**
   * Takes the step. Undefined where it was compiled for other numbers of optimizers, or an index is out of range: nothing has changed then.
   *
   * @throws LABELS_RANGE; nothing is changed then.
   */
  run(args: readonly Tensor[]): Tensor[] | undefined {
    if (!this.#feed()) return undefined;
    this.#check(args);
    this.#load(args);
    for (let index = 0; index < this.#variables.length; index++) this.#variables[index]?.load();
    if (!this.#compute()) return undefined;
    const { results } = this.#runnable.program;
    const tensors = results.map(({ shape, dtype }, index) =>
      this.#engine.makeTensor(copyOf(this.#results[index] as Numbers, dtype), shape.slice(), dtype, this.#backend),
    );
    for (let index = 0; index < this.#assigned.length; index++)
      this.#variables[this.#assigned[index] as number]?.changed();
    for (const source of this.#feeding) source.advance();
    for (const optimizer of this.#runnable.counted) optimizer.incrementIterations();
    return tensors;
  }

  /**
   * What the step gives whose variables are these, without consequences.
   *
   * @param like Where the numbers of optimizers are those of a recorded step, and not of the next one: the program that was recorded.
   */
  try(args: readonly Tensor[], variables: readonly Tensor[], like?: Program): Outcome | undefined {
    if (!this.#feed(like && recordedScalars(like))) return undefined;
    // What is tried is no step: the variables are as they were.
    this.release();
    this.#load(args);
    this.#instance.compiled.variables.forEach((buffer, index) =>
      this.#instance.numbersOf(buffer).set(viewOf(this.#backend, variables[index] as Tensor)),
    );
    if (!this.#compute()) return undefined;
    const { program } = this.#runnable;
    return {
      results: program.results.map(({ dtype }, index) => copyOf(this.#results[index] as Numbers, dtype)),
      assigned: this.#assigned.map((index) =>
        copyOf(
          this.#instance.numbersOf(this.#instance.compiled.variables[index] as Buffer),
          program.variables[index]?.dtype ?? 'float32',
        ),
      ),
    };
  }

  /**
   * Takes a recorded step again, in its place: variables, and the results that it has returned, then have what the function makes of what the variables were. The step
   * has been counted already. Where the function was compiled for other numbers of optimizers, nothing changes.
   */
  retake(args: readonly Tensor[], before: readonly Tensor[], recorded: Program, results: readonly Tensor[]): void {
    const outcome = this.try(args, before, recorded);
    if (outcome === undefined) return;
    for (const [index, numbers] of outcome.assigned.entries())
      replaceData(this.#runnable.variables[this.#assigned[index] as number] as Variable, numbers, this.#backend);
    for (const [index, numbers] of outcome.results.entries())
      replaceData(results[index] as Tensor, numbers, this.#backend);
  }

  /** Indices of the variables that it assigns. */
  get assigned(): readonly number[] {
    return this.#assigned;
  }

  /** @param recorded See {@link scalarsOf}. */
  #feed(recorded?: ScalarsFor): boolean {
    const { groups } = this.#instance.compiled;
    for (const [index, group] of groups.entries()) {
      const scalars = scalarsOf(group, recorded);
      const to = this.#fed[index] as Numbers;
      if (scalars === undefined) return false;
      for (let at = 0; at < group.names.length; at++) to[at] = scalars[group.names[at] as string] as number;
    }
    return true;
  }

  /** Whether the function came to its end: it traps before it changes a variable. */
  #compute(): boolean {
    try {
      if (this.#team?.step() === true) return true;
      if (this.#team !== undefined) this.#goOnAlone(this.#team);
      this.#instance.step();
      return true;
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) return false;
      throw error;
    }
  }

  #check(args: readonly Tensor[]): void {
    for (const { range, argument, shape } of this.#instance.compiled.checks) {
      const { dataId, dtype } = args[argument] as Tensor;
      range.demandInMemory(this.#backend, { dataId, shape: shape.slice(), dtype });
    }
  }

  #load(args: readonly Tensor[]): void {
    for (let index = 0; index < args.length; index++)
      this.#arguments[index]?.set(viewOf(this.#backend, args[index] as Tensor));
  }

  /** Goes on by one thread, in another memory: somebody may still write to this one. Arguments are there, and variables as they were before the step. */
  #goOnAlone(team: Team): void {
    this.#whyAlone = team.text;
    this.#team = undefined;
    const from = this.#instance;
    const to = new Instance(compile(this.#runnable, this.#loops));
    const [old, now] = [placesOf(from), placesOf(to)];
    now.arguments.forEach((numbers, index) => numbers?.set(old.arguments[index] as Numbers));
    now.fed.forEach((numbers, index) => numbers.set(old.fed[index] as Numbers));
    this.#variables.forEach((variable, index) => {
      const numbers = to.numbersOf(to.compiled.variables[index] as Buffer);
      numbers.set(from.numbersOf(from.compiled.backups[index] as Buffer));
      variable.move(numbers);
    });
    this.#instance = to;
    ({ arguments: this.#arguments, results: this.#results, fed: this.#fed } = now);
  }
}

/** Where in its memory a program has what goes in and comes out. */
function placesOf(instance: Instance): {
  readonly arguments: readonly (Numbers | undefined)[];
  readonly results: readonly Numbers[];
  readonly fed: readonly Numbers[];
} {
  const { compiled } = instance;
  const of = (buffer: Buffer): Numbers => instance.numbersOf(buffer);
  return {
    arguments: compiled.arguments.map((buffer) => buffer && of(buffer)),
    results: compiled.results.map(of),
    fed: compiled.groups.map(({ buffer }) => of(buffer)),
  };
}

function copyOf(numbers: Numbers, dtype: string): BackendData {
  return dtype === 'bool' ? Uint8Array.from(numbers) : numbers.slice();
}
