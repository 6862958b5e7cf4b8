import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { type BackendData, type Engine, theEngine } from '../engine.js';
import { type Feed, type FeedSource } from '../feed.js';
import type { Program } from '../program.js';
import type { Runnable } from '../replay.js';
import { compile, type CompiledProgram, recordedScalars } from './compile.js';
import type { Buffer } from './expression.js';
import { HeldVariable, type HostBackend, type Numbers, replaceData, viewOf } from './held-variables.js';
import { scalarsOf } from './own-writers.js';

type Scalars = Readonly<Record<string, number>>;

/** What a step gave, before it has any consequence. */
export interface Outcome {
  readonly results: readonly BackendData[];
  /** One for each variable that the step assigns. */
  readonly assigned: readonly BackendData[];
}

/** A program as one function of WebAssembly, in a memory of its own. */
export class CompiledStep {
  readonly #runnable: Runnable;
  readonly #backend: HostBackend;
  readonly #engine: Engine = theEngine();
  readonly #compiled: CompiledProgram;
  readonly #memory: WebAssembly.Memory;
  readonly #step: () => void;
  readonly #variables: readonly HeldVariable[];
  readonly #assigned: readonly number[];
  readonly #arguments: readonly (Numbers | undefined)[];
  readonly #results: readonly Numbers[];
  readonly #fed: readonly Float32Array[];
  readonly #feeding: ReadonlySet<FeedSource>;

  /** @throws An error that says why the program is no such function */
  constructor(runnable: Runnable, backend: HostBackend) {
    this.#runnable = runnable;
    this.#backend = backend;
    const compiled = compile(runnable);
    this.#compiled = compiled;
    this.#memory = new WebAssembly.Memory({ initial: compiled.pages, maximum: compiled.pages });
    const functions = Object.fromEntries(
      compiled.imports.map((name) => [name, (Math as unknown as Record<string, (...of: number[]) => number>)[name]]),
    );
    const module = new WebAssembly.Module(compiled.bytes);
    const instance = new WebAssembly.Instance(module, {
      m: { ...functions, memory: this.#memory },
    } as WebAssembly.Imports);
    this.#step = instance.exports['step'] as () => void;
    for (const { buffer, data } of compiled.data) this.#numbersOf(buffer).set(data);
    this.#arguments = compiled.arguments.map((buffer) => buffer && this.#numbersOf(buffer));
    this.#results = compiled.results.map((buffer) => this.#numbersOf(buffer));
    this.#fed = compiled.groups.map(({ buffer }) => this.#numbersOf(buffer) as Float32Array);
    this.#variables = compiled.variables.map(
      (buffer, index) =>
        new HeldVariable(runnable.variables[index] as Variable, backend, this.#numbersOf(buffer), buffer.type),
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

  /**
   * Takes the step. Undefined where it was compiled for other numbers of optimizers, or an index is out of range: nothing has changed then.
   *
   * @throws LABELS_RANGE; nothing is changed then.
   */
  run(args: readonly Tensor[]): Tensor[] | undefined {
    if (!this.#feed(({ source, variable }) => source.scalarsFor(variable))) return undefined;
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
    const recorded = like && recordedScalars(like);
    const scalarsFor = ({ source, variable }: Feed): Scalars | undefined =>
      recorded === undefined ? source.scalarsFor(variable) : recorded.get(source)?.get(variable);
    if (!this.#feed(scalarsFor, like !== undefined)) return undefined;
    // What is tried is no step: the variables are as they were.
    this.release();
    this.#load(args);
    this.#compiled.variables.forEach((buffer, index) =>
      this.#numbersOf(buffer).set(viewOf(this.#backend, variables[index] as Tensor)),
    );
    if (!this.#compute()) return undefined;
    const { program } = this.#runnable;
    return {
      results: program.results.map(({ dtype }, index) => copyOf(this.#results[index] as Numbers, dtype)),
      assigned: this.#assigned.map((index) =>
        copyOf(
          this.#numbersOf(this.#compiled.variables[index] as Buffer),
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

  #feed(scalarsFor: (feed: Feed) => Scalars | undefined, isRecorded = false): boolean {
    const { groups } = this.#compiled;
    for (const [index, group] of groups.entries()) {
      // In a recording each kernel has an object of its own.
      const scalars = isRecorded ? scalarsFor(group.feeds[0] as Feed) : scalarsOf(group, scalarsFor);
      const to = this.#fed[index] as Float32Array;
      if (scalars === undefined) return false;
      for (let at = 0; at < group.names.length; at++) to[at] = scalars[group.names[at] as string] as number;
    }
    return true;
  }

  /** Whether the function came to its end: it traps before it changes a variable. */
  #compute(): boolean {
    try {
      this.#step();
      return true;
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) return false;
      throw error;
    }
  }

  #check(args: readonly Tensor[]): void {
    for (const { range, argument, shape } of this.#compiled.checks) {
      const { dataId, dtype } = args[argument] as Tensor;
      range.demandInMemory(this.#backend, { dataId, shape: shape.slice(), dtype });
    }
  }

  #load(args: readonly Tensor[]): void {
    for (let index = 0; index < args.length; index++)
      this.#arguments[index]?.set(viewOf(this.#backend, args[index] as Tensor));
  }

  #numbersOf({ type, address, size }: Buffer): Numbers {
    return type === 'i32'
      ? new Int32Array(this.#memory.buffer, address, size)
      : new Float32Array(this.#memory.buffer, address, size);
  }
}

function copyOf(numbers: Numbers, dtype: string): BackendData {
  return dtype === 'bool' ? Uint8Array.from(numbers) : numbers.slice();
}
