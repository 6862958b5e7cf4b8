import { getKernel } from '@tensorflow/tfjs-core';
import type { KernelConfig, Tensor, Variable } from '@tensorflow/tfjs-core';
import { agree, unlikeVariable } from '../agreement.js';
import { sameNumbers } from '../compare.js';
import { type BackendData, type Engine, hold, numbersInMemory, theEngine } from '../engine.js';
import type { FeedSource } from '../feed.js';
import { recordedScalars, type Scalars, scalarsOf } from '../fed-numbers.js';
import { sameShape } from '../passes.js';
import type { Program } from '../program.js';
import type { Runnable } from '../replay.js';
import type { Handle, NativeBackend } from './backend.js';
import { PackedVariables } from './packed-variables.js';
import { Session } from './session.js';
import { type FedNumber, type Source, stepGraph, type StepGraph } from './step-graph.js';

export { KnownArguments } from '../known-arguments.js';

/** What a graph gave, before it has any consequence. */
export interface Made {
  /** What the program gives: the caller's. */
  readonly tensors: readonly Tensor[];
  readonly assigned: readonly Assigned[];
}

/** What a variable had, and what it is to have. */
interface Assigned {
  /** Its index in the program. */
  readonly variable: number;
  readonly before: BackendData;
  readonly after: BackendData;
}

/** What a session gave: the program's results and checks, what becomes of variables, and of those that are packed. */
interface Outcome {
  readonly results: Tensor[];
  readonly news: readonly Tensor[];
  readonly whole: Handle | undefined;
}

/** A program as one graph of native TensorFlow: one call a step. */
export class GraphStep {
  readonly #runnable: Runnable;
  readonly #backend: NativeBackend;
  readonly #engine: Engine = theEngine();
  readonly #step: StepGraph;
  readonly #session: Session;
  readonly #feeding: ReadonlySet<FeedSource>;
  /** Tensors of others that go in at each step. */
  readonly #constants: ReadonlyMap<number, Tensor>;
  readonly #packed: PackedVariables;
  /** The numbers of the last step, as the addon has them. */
  #vector: { readonly id: number; readonly numbers: Float32Array } | undefined;
  /** Indices of the variables that are packed. */
  readonly #places: readonly number[];

  /** @throws An error that says why the program is no graph */
  constructor(runnable: Runnable, backend: NativeBackend) {
    this.#runnable = runnable;
    this.#backend = backend;
    this.#step = stepGraph(runnable);
    const { graph, inputs, outputs, groups, sources } = this.#step;
    this.#session = new Session(backend.binding, graph, inputs, outputs);
    const { places, size } = this.#step.packing;
    const parts = places.map(({ variable, offset }) => ({
      variable: runnable.variables[variable] as Variable,
      offset,
    }));
    this.#packed = new PackedVariables(parts, size, backend);
    this.#places = places.map(({ variable }) => variable);
    this.#feeding = new Set(groups.flatMap(({ feeds }) => feeds.map(({ source }) => source)));
    this.#constants = new Map(
      sources.flatMap(({ kind, index }) =>
        kind === 'constants' ? [[index, hold(runnable.constants[index] as Tensor)] as const] : [],
      ),
    );
  }

  release(): void {
    this.#session.release();
    this.#packed.release();
    this.#dropVector();
    for (const tensor of this.#constants.values()) tensor.dispose();
  }

  /**
   * The numbers of a step, if the graph is made for such: undefined where updates have another structure, which the kernels are for.
   *
   * @param recorded The program of the step that was recorded. Default: of the step to come.
   */
  numbers(recorded?: Program): Float32Array | undefined {
    const scalarsFor = recorded && recordedScalars(recorded);
    const { groups, numbers } = this.#step;
    const known: Scalars[] = [];
    for (const group of groups) {
      const scalars = scalarsOf(group, scalarsFor);
      if (scalars === undefined) return undefined;
      known.push(scalars);
    }
    const made = new Float32Array(numbers.length);
    for (let index = 0; index < made.length; index++) {
      const { group, name } = numbers[index] as FedNumber;
      made[index] = known[group]?.[name] as number;
    }
    return made;
  }

  /**
   * Runs the step: see `Replay.run`.
   *
   * @throws LABELS_RANGE, or what TensorFlow throws; nothing is changed then.
   */
  run(args: readonly Tensor[], numbers: Float32Array): Tensor[] {
    const { assigned } = this.#step;
    const packed = this.#places;
    const { variables, counted } = this.#runnable;
    const id = packed.length > 0 ? this.#packed.load() : undefined;
    const { results, news, whole } = this.#compute(args, numbers, variables, id);
    assigned.forEach((variable, index) => {
      variables[variable]?.assign(news[index] as Tensor);
      news[index]?.dispose();
    });
    if (whole !== undefined) this.#packed.changed(whole);
    for (const source of this.#feeding) source.advance();
    for (const optimizer of counted) optimizer.incrementIterations();
    return results;
  }

  /**
   * What a step gives whose variables are these, without consequences; to be compared by {@link differs} with what it gives by its kernels.
   *
   * @param variables One for each of the program's. Default: as they are.
   */
  try(args: readonly Tensor[], numbers: Float32Array, variables: readonly Tensor[] = this.#runnable.variables): Made {
    const { assigned } = this.#step;
    const packed = this.#places;
    const { binding } = this.#backend;
    const before = [...assigned, ...packed].map((index) => numbersInMemory(variables[index] as Tensor));
    const id = packed.length > 0 ? this.#packed.pack(before.slice(assigned.length)) : undefined;
    try {
      const { results, news, whole } = this.#compute(args, numbers, variables, id);
      const after = [...news.map((tensor) => numbersInMemory(tensor)), ...(whole ? this.#packed.unpack(whole.id) : [])];
      if (whole !== undefined) binding.deleteTensor(whole.id);
      for (const tensor of news) tensor.dispose();
      return {
        tensors: results,
        assigned: [...assigned, ...packed].map((variable, index) => ({
          variable,
          before: before[index] as BackendData,
          after: after[index] as BackendData,
        })),
      };
    } finally {
      if (id !== undefined) binding.deleteTensor(id);
    }
  }

  /** In what the step has given something else than the graph did, if it has. */
  differs({ assigned, tensors }: Made, results: readonly Tensor[]): string | undefined {
    const { program, variables } = this.#runnable;
    for (const [index, tensor] of results.entries())
      if (!agree(numbersInMemory(tensors[index] as Tensor), numbersInMemory(tensor)))
        return `it gives another ${program.results[index]?.path || 'result'}`;
    const unlike = unlikeVariable(
      assigned.map(({ variable, before, after }) => {
        const now = variables[variable] as Variable;
        return { shape: now.shape, before, ours: after, now: numbersInMemory(now) };
      }),
    );
    if (unlike >= 0)
      return `it gives another value of the variable ${variables[assigned[unlike]?.variable as number]?.name}`;
    return undefined;
  }

  /** Whether the step that was compared has changed a variable, if it is one that trains: by one that trains on nothing, any graph is right. */
  tells({ assigned }: Made): boolean {
    const hasChanged = ({ variable, before }: Assigned): boolean =>
      !sameNumbers(
        numbersInMemory(this.#runnable.variables[variable] as Variable) as Float32Array,
        before as Float32Array,
      );
    return assigned.length === 0 || assigned.some(hasChanged);
  }

  /**
   * @param packed The whole of the packed variables.
   * @throws LABELS_RANGE, or what TensorFlow throws; nothing is left then.
   */
  #compute(
    args: readonly Tensor[],
    numbers: Float32Array,
    variables: readonly Tensor[],
    packed: number | undefined,
  ): Outcome {
    const { labelChecks, firstLabels, assigned } = this.#step;
    for (const { range, argument, shape } of labelChecks) {
      if (argument === undefined) continue;
      const { dataId, dtype } = args[argument] as Tensor;
      range.demandInMemory(this.#backend, { dataId, shape, dtype });
    }
    const handles = this.#call(args, numbers, variables, packed);
    const whole = packed === undefined ? undefined : handles.pop();
    const results = handles.map((handle) => this.#backend.createOutputTensor(handle));
    const labels = results.splice(firstLabels);
    const news = results.splice(results.length - assigned.length);
    try {
      for (const { range, output } of labelChecks)
        if (output >= 0) range.demandInMemory(this.#backend, labels[output - firstLabels] as Tensor);
      return { results, news, whole };
    } catch (error) {
      for (const tensor of [...results, ...news]) tensor.dispose();
      if (whole !== undefined) this.#backend.binding.deleteTensor(whole.id);
      throw error;
    } finally {
      for (const tensor of labels) tensor.dispose();
    }
  }

  #call(
    args: readonly Tensor[],
    numbers: Float32Array,
    variables: readonly Tensor[],
    packed: number | undefined,
  ): Handle[] {
    const reshaped: Tensor[] = [];
    try {
      const ids = this.#backend.getInputTensorIds(
        this.#step.sources.map((source) =>
          this.#inShape(this.#tensorOf(source, args, variables), source.shape, reshaped),
        ),
      );
      if (packed !== undefined) ids.push(packed);
      if (numbers.length > 0) ids.push(this.#vectorOf(numbers));
      return this.#session.run(ids);
    } finally {
      for (const tensor of reshaped) tensor.dispose();
    }
  }

  /** The numbers as a tensor, which stays as long as they are the same: a rate is in most steps. */
  #vectorOf(numbers: Float32Array): number {
    const last = this.#vector;
    if (last !== undefined && sameNumbers(last.numbers, numbers)) return last.id;
    const { binding } = this.#backend;
    this.#dropVector();
    const id = binding.createTensor([numbers.length], binding.TF_FLOAT, numbers);
    this.#vector = { id, numbers };
    return id;
  }

  #dropVector(): void {
    if (this.#vector !== undefined) this.#backend.binding.deleteTensor(this.#vector.id);
    this.#vector = undefined;
  }

  #tensorOf({ kind, index }: Source, args: readonly Tensor[], variables: readonly Tensor[]): Tensor {
    if (kind === 'arguments') return args[index] as Tensor;
    return (kind === 'variables' ? variables[index] : this.#constants.get(index)) as Tensor;
  }

  /** A tensor of tfjs may have its data under another shape than the addon has them, whose shape a graph would take for its own. */
  #inShape(tensor: Tensor, shape: readonly number[], made: Tensor[]): Tensor {
    if (sameShape(this.#backend.tensorMap.get(tensor.dataId).shape, shape)) return tensor;
    const { kernelFunc } = getKernel('Reshape', this.#engine.backendName) as KernelConfig;
    const call = { inputs: { x: tensor }, attrs: { shape: shape.slice() }, backend: this.#backend };
    const reshaped = kernelFunc(call) as Tensor; // as all of tfjs-node's give
    made.push(reshaped);
    return reshaped;
  }
}
