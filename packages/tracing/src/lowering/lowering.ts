import type { DataType } from '@tensorflow/tfjs-core';
import { headError } from '@tfjs-heads/head-kit';
import type { GraphNode, GraphProgram, GraphUse } from './batch-of-any-size.js';
import { Rows, sameSizes, type Size } from './sizes.js';

/** The name of a value of a graph. */
export type Ref = string;

/** What a program is written as: a graph of some format, which makes values of values. */
export interface TargetGraph {
  /** What it is in an error, such as `A graph of TensorFlow`. */
  readonly format: string;
  /** What is made from now on stands for this kernel. */
  under(kernel: string): void;
  cast(x: Ref, from: DataType, to: DataType): Ref;
  reshape(x: Ref, to: readonly Size[], dtype: DataType): Ref;
}

/** A value of the graph. */
export interface GraphTensor {
  readonly ref: Ref;
  readonly shape: readonly Size[];
  readonly dtype: DataType;
}

/** Writes one call of a kernel as operations of a format, and says where its outputs are. */
export type LoweringTo<G> = (call: KernelCall, graph: G) => Ref | readonly Ref[];

/** By the name of the kernel. */
export type LoweringsTo<G> = Readonly<Record<string, LoweringTo<G>>>;

/** A call of a kernel, as a lowering reads it. */
export class KernelCall {
  readonly kernel: string;
  readonly outputs: readonly GraphUse[];
  readonly node: GraphNode;
  readonly #inputs: ReadonlyMap<GraphUse, GraphTensor>;
  readonly #format: string;

  constructor(node: GraphNode, inputs: ReadonlyMap<GraphUse, GraphTensor>, format: string) {
    this.kernel = node.kernel;
    this.outputs = node.outputs;
    this.node = node;
    this.#inputs = inputs;
    this.#format = format;
  }

  /** The first output. */
  get output(): GraphUse {
    return this.outputs[0] as GraphUse;
  }

  /** The inputs in their order, those of a list included. */
  get list(): readonly GraphTensor[] {
    return (Object.values(this.node.inputs).flat() as GraphUse[]).map((use) => this.#inputs.get(use) as GraphTensor);
  }

  /** Whether it ran other kernels when it was recorded. */
  get isComposed(): boolean {
    return this.node.isComposed === true;
  }

  input(name: string): GraphTensor {
    const tensor = this.optional(name);
    if (tensor === undefined) throw this.unsupported(`without the input ${name}`);
    return tensor;
  }

  optional(name: string): GraphTensor | undefined {
    const use = this.node.inputs[name];
    return use === undefined || Array.isArray(use) ? undefined : this.#inputs.get(use as GraphUse);
  }

  attribute(name: string): unknown {
    return this.node.attributes[name];
  }

  number(name: string): number {
    const value = this.attribute(name);
    if (typeof value === 'number') return value;
    throw this.unsupported(
      `with the attribute ${name} of ${value instanceof Rows ? 'the number of rows' : String(value)}`,
    );
  }

  flag(name: string): boolean {
    return this.attribute(name) === true;
  }

  text(name: string): string {
    const value = this.attribute(name);
    return typeof value === 'string' ? value : '';
  }

  /** A list of sizes. */
  sizes(name: string): readonly Size[] {
    const value = this.attribute(name);
    if (ArrayBuffer.isView(value)) return Array.from(value as Int32Array);
    if (Array.isArray(value)) return value as Size[];
    if (typeof value === 'number' || value instanceof Rows) return [value];
    throw this.unsupported(`without the attribute ${name}`);
  }

  /** A list of numbers that do not follow the size of the batch. */
  numbers(name: string): readonly number[] {
    return this.sizes(name).map((size) => this.fixed(size, `the attribute ${name}`));
  }

  fixed(size: Size | undefined, what: string): number {
    if (typeof size === 'number') return size;
    throw this.unsupported(`where ${what} follows the number of rows`);
  }

  /** @param how When the kernel cannot be written: "with ...", "where ...". */
  unsupported(how: string): Error {
    return headError(
      'EXPORT_UNSUPPORTED',
      `${this.#format} must be made of kernels that it has operations for, got ${this.kernel} ${how}.`,
    );
  }
}

/** Where the values of a program are in a graph. */
export class GraphValues {
  readonly #graph: TargetGraph;
  readonly #tensors = new Map<number, GraphTensor>();
  /** Values in other shapes than they were made in. */
  readonly #reshaped = new Map<string, GraphTensor>();

  constructor(graph: TargetGraph) {
    this.#graph = graph;
  }

  set({ value, shape, dtype }: GraphUse, ref: Ref): void {
    this.#tensors.set(value, { ref, shape, dtype });
  }

  /** A value as somebody uses it: a tensor of tfjs may have been given another shape without a kernel. */
  get({ value, shape, dtype }: GraphUse): GraphTensor {
    const tensor = this.#tensors.get(value);
    if (tensor === undefined) throw new Error(`Value ${value} is used before it is made.`);
    if (tensor.dtype === dtype && sameSizes(tensor.shape, shape)) return tensor;
    const key = `${value} ${dtype} ${shape.map((size) => (size instanceof Rows ? `${size.perRow}r` : size)).join()}`;
    let reshaped = this.#reshaped.get(key);
    if (reshaped === undefined) {
      const cast = this.#graph.cast(tensor.ref, tensor.dtype, dtype);
      const ref = sameSizes(tensor.shape, shape) ? cast : this.#graph.reshape(cast, shape, dtype);
      this.#reshaped.set(key, (reshaped = { ref, shape, dtype }));
    }
    return reshaped;
  }
}

/**
 * Writes the nodes of a program into a graph. Arguments, variables and constants must be among its values.
 *
 * @throws EXPORT_UNSUPPORTED, with the name of a kernel that has no counterpart
 */
export function lowerNodes<G extends TargetGraph>(
  { nodes }: Pick<GraphProgram, 'nodes'>,
  graph: G,
  values: GraphValues,
  lowerings: LoweringsTo<G>,
): void {
  for (const node of nodes) {
    const lowering = Object.hasOwn(lowerings, node.kernel) ? lowerings[node.kernel] : undefined;
    graph.under(node.kernel);
    const uses = Object.values(node.inputs).flat() as GraphUse[];
    const call = new KernelCall(node, new Map(uses.map((use) => [use, values.get(use)])), graph.format);
    if (lowering === undefined) throw call.unsupported('which has none');
    const made = lowering(call, graph);
    const refs = typeof made === 'string' ? [made] : made;
    node.outputs.forEach((output, index) => values.set(output, refs[index] as Ref));
    graph.under('');
  }
}
