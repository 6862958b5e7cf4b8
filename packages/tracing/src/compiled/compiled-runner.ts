import type { Tensor } from '@tensorflow/tfjs-core';
import { type Backend, type BackendData, type Engine, numbersInMemory } from '../engine.js';
import type { Outcome, Replay, Runnable, TakenStep } from '../replay.js';
import type { CompiledStep } from './compiled-step.js';
import type { TakenTwice } from './difference.js';
import type { KnownArguments } from '../known-arguments.js';
import type { Flat } from '../structure.js';
import { KnownArguments as atHand } from '#graph-step'; // where graphs are, it need not be loaded
import type { HostBackend } from './held-variables.js';
import { messageOf } from '../message-of.js';
import type { RunOptions } from '../run-options.js';

type Compiler = Pick<typeof import('./compiled-step.js'), 'CompiledStep' | 'differenceOf' | 'tells'>;
type ByKernels = Pick<TakenTwice, 'args' | 'before' | 'results'>;
type Known = Pick<KnownArguments, 'again'>;

let compiler: Compiler | undefined;
let known: (new (flat: Flat, engine: Engine) => Known) | undefined = atHand;
let whyNone = 'the compiler has yet to be loaded';
let loading: Promise<void> | undefined;

/** Loads what writes WebAssembly, which is no part of what a page needs to start; until it is there, kernels run. */
export function loadCompiler(): Promise<void> {
  loading ??= import('./compiled-step.js').then(
    (module) => {
      compiler = { CompiledStep: module.CompiledStep, differenceOf: module.differenceOf, tells: module.tells };
      known = module.KnownArguments;
    },
    (error: unknown) => {
      whyNone = `the compiler could not be loaded (${messageOf(error)})`;
    },
  );
  return loading;
}

/** Remembers arguments, once what does so is there. */
export function knownArguments(flat: Flat, engine: Engine): Known | undefined {
  return known && new known(flat, engine);
}

/** How many steps of a compiled program must agree with those of the kernels before it is trusted. */
const PROOFS = 3;

/** Whether a backend has its data where a compiled step can have them, too. */
export function isCompilable(backend: Backend): backend is HostBackend {
  return typeof WebAssembly === 'object' && !('binding' in backend) && ('data' in backend || 'dataIdMap' in backend);
}

/** Runs a program by its kernels, and by one function of WebAssembly as soon as there is one that has given what the kernels gave. */
export class CompiledRunner {
  readonly #replay: Replay;
  readonly #runnable: Runnable;
  readonly #backend: HostBackend;
  readonly #options: RunOptions;
  #step: CompiledStep | undefined;
  #proofs = 0;
  /** Whether a step that was compared has changed a variable. */
  #tells = false;
  /** Why the kernels run, once that is settled. */
  #whyKernels: string | undefined;

  /**
   * @param before The runner of a recording that was like this one. Its function goes over with what it has proved: it is the same function, and where a network
   *   has learnt all there is, gradients are roundings that no two ways to add have alike.
   */
  constructor(
    replay: Replay,
    runnable: Runnable,
    backend: HostBackend,
    before: CompiledRunner | undefined,
    options: RunOptions,
  ) {
    this.#options = options;
    this.#replay = replay;
    this.#runnable = runnable;
    this.#backend = backend;
    if (before === undefined) return;
    this.#step = before.#step;
    this.#whyKernels = before.#whyKernels;
    this.#proofs = before.#proofs;
    this.#tells = before.#tells;
    before.#step = undefined;
  }

  /** What runs the kernels, where they run. */
  get replay(): Replay {
    return this.#replay;
  }

  /** Why the kernels run; undefined where the function does. */
  get whyKernels(): string | undefined {
    if (this.#isProved()) return undefined;
    return this.#whyKernels ?? (compiler === undefined ? whyNone : 'it has yet to be compared with them');
  }

  /** How the function runs, in words that go after "run". */
  get how(): string | undefined {
    return this.#step?.how;
  }

  /** Whether it is settled what runs the program. */
  get isSettled(): boolean {
    return this.#isProved() || this.#whyKernels !== undefined;
  }

  /** See `Replay.run`. */
  run(args: readonly Tensor[], isValid = false): Tensor[] {
    const step = (this.#step ??= this.#make());
    if (step === undefined) return this.#replay.run(args, isValid);
    if (this.#isProved()) {
      const results = step.run(args);
      if (results !== undefined) return results;
      step.release();
      return this.#replay.run(args, isValid);
    }
    const before = this.#runnable.variables.map((variable) => numbersInMemory(variable).slice() as BackendData);
    const made = step.try(args, this.#runnable.variables);
    const results = this.#replay.run(args, isValid);
    if (made !== undefined) this.#compare(step, made, { args, before, results });
    return results;
  }

  /** Compares what the function gives with what the step gave whose recording this is. */
  prove({ args, before, results }: TakenStep): void {
    if (this.#isProved()) return;
    const step = (this.#step ??= this.#make());
    const made = step?.try(args, before, this.#runnable.program);
    if (step !== undefined && made !== undefined)
      this.#compare(step, made, { args, before: before.map((tensor) => numbersInMemory(tensor)), results });
  }

  /** Puts what the function gives in the place of what the step gave whose recording this is, once that is what all other steps give. */
  adopt({ args, before, results }: TakenStep): void {
    if (this.#isProved()) this.#step?.retake(args, before, this.#runnable.program, results);
  }

  release(): void {
    this.#step?.dispose();
    this.#step = undefined;
    this.#proofs = 0;
    this.#tells = false;
  }

  #isProved(): boolean {
    return this.#proofs >= PROOFS && this.#tells;
  }

  #make(): CompiledStep | undefined {
    if (compiler === undefined || this.#whyKernels !== undefined) return undefined;
    try {
      return new compiler.CompiledStep(this.#runnable, this.#backend, this.#options);
    } catch (error) {
      this.#whyKernels = `it is no function of WebAssembly: ${messageOf(error)}`;
      return undefined;
    }
  }

  #compare(step: CompiledStep, made: Outcome, { args, before, results }: ByKernels): void {
    const { assigned } = step;
    const taken = { runnable: this.#runnable, replay: this.#replay, args, before, results, made, assigned };
    const difference = compiler?.differenceOf(taken);
    if (difference === undefined) {
      this.#proofs++;
      this.#tells ||= compiler?.tells(taken) === true;
      return;
    }
    this.release();
    this.#whyKernels = `as a function of WebAssembly ${difference}`;
  }
}
