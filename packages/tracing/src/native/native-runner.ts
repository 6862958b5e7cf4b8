import type { Tensor } from '@tensorflow/tfjs-core';
import type { Replay, Runnable, TakenStep } from '../replay.js';
import type { NativeBackend } from './backend.js';
import type { Made } from './graph-step.js';
import { GraphStep } from '#graph-step'; // bundlers for the browser take another: see package.json
import { messageOf } from '../message-of.js';

/**
 * Runs a program on native TensorFlow: by its kernels, and by one graph as soon as there is one that has given what the kernels gave.
 */
export class NativeRunner {
  readonly #replay: Replay;
  readonly #runnable: Runnable;
  readonly #backend: NativeBackend;
  #graph: GraphStep | undefined;
  #isProved = false;
  /** Why the kernels run one by one, once that is settled. */
  #whyKernels: string | undefined;

  /**
   * @param before The runner of a recording that was like this one. Its graph goes over, with what it has proved: it is the same graph, and where a network has learnt
   *   all there is, gradients are roundings that no two ways to add have alike.
   */
  constructor(replay: Replay, runnable: Runnable, backend: NativeBackend, before: NativeRunner | undefined) {
    this.#replay = replay;
    this.#runnable = runnable;
    this.#backend = backend;
    if (before !== undefined) {
      this.#graph = before.#graph;
      this.#whyKernels = before.#whyKernels;
      this.#isProved = before.#isProved;
      before.#graph = undefined;
    }
  }

  /** Why the kernels run one by one; undefined where a graph runs. */
  get whyKernels(): string | undefined {
    if (this.#isProved) return undefined;
    return this.#whyKernels ?? 'its graph has yet to be compared with them';
  }

  /** See `Replay.run`. */
  run(args: readonly Tensor[], isValid = false): Tensor[] {
    const made = this.#run(args);
    if (isValid) for (const check of made.splice(this.#runnable.program.results.length)) check.dispose();
    return made;
  }

  /** Results, and then checks. */
  #run(args: readonly Tensor[]): Tensor[] {
    const graph = this.#graph;
    const numbers = graph?.numbers();
    if (graph === undefined || numbers === undefined) return this.#replay.run(args);
    if (!this.#isProved) return this.#takeAndProve(graph, args, numbers);
    try {
      return graph.run(args, numbers);
    } catch (error) {
      // Where the kernels throw as well, the graph is as good as they are.
      const results = this.#replay.run(args);
      this.#giveUp(`TensorFlow could not run its graph (${messageOf(error)})`);
      return results;
    }
  }

  release(): void {
    this.#graph?.release();
    this.#graph = undefined;
    this.#isProved = false;
  }

  #make(): GraphStep | undefined {
    if (this.#whyKernels !== undefined) return undefined;
    try {
      return new GraphStep(this.#runnable, this.#backend);
    } catch (error) {
      this.#whyKernels = `it is no graph of TensorFlow: ${messageOf(error)}`;
      return undefined;
    }
  }

  /** Compares what the graph gives with what the step gave whose recording this is. */
  prove({ args, before, results }: TakenStep): void {
    if (this.#isProved) return;
    const graph = (this.#graph ??= this.#make());
    const numbers = graph?.numbers(this.#runnable.program);
    if (graph === undefined || numbers === undefined) return;
    try {
      this.#compare(graph, graph.try(args, numbers, before), () => results);
    } catch (error) {
      this.#giveUp(`TensorFlow could not run its graph (${messageOf(error)})`);
    }
  }

  /** Takes the step by its kernels, and compares what they give with what the graph gives. */
  #takeAndProve(graph: GraphStep, args: readonly Tensor[], numbers: Float32Array): Tensor[] {
    let made: Made;
    try {
      made = graph.try(args, numbers);
    } catch (error) {
      const results = this.#replay.run(args);
      this.#giveUp(`TensorFlow could not run its graph (${messageOf(error)})`);
      return results;
    }
    return this.#compare(graph, made, () => this.#replay.run(args));
  }

  /** @param take Gives the results of the step, which has changed its variables then. */
  #compare<T extends readonly Tensor[]>(graph: GraphStep, made: Made, take: () => T): T {
    try {
      const results = take();
      const difference = graph.differs(made, results);
      if (difference === undefined) this.#isProved = graph.tells(made);
      else this.#giveUp(`as a graph ${difference}`);
      return results;
    } finally {
      for (const tensor of made.tensors) tensor.dispose();
    }
  }

  #giveUp(why: string): void {
    this.release();
    this.#whyKernels = why;
  }
}
