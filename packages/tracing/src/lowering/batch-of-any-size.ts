import type { DataType } from '@tensorflow/tfjs-core';
import { isAlike } from '../compare.js';
import type { Described, Node, Program, Use } from '../program.js';
import { Rows, type Size } from './sizes.js';

/** A value of a {@link GraphProgram} as a node takes it or makes it. */
export interface GraphUse {
  readonly value: number;
  readonly shape: readonly Size[];
  readonly dtype: DataType;
}

export interface GraphNode {
  readonly kernel: string;
  readonly inputs: Readonly<Record<string, GraphUse | readonly GraphUse[]>>;
  /** As recorded; a number that follows the size of the batch is {@link Rows}. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly outputs: readonly GraphUse[];
  /** See `Node`. */
  readonly isComposed?: boolean;
}

export interface GraphConstant extends GraphUse {
  /** Of a constant with a shape of {@link Rows}: one of its rows, which are all the same. */
  readonly data: ArrayLike<number>;
}

/** A program whose shapes may follow the size of the batch. A program that was recorded is one, of a batch of one size. */
export interface GraphProgram {
  readonly arguments: readonly (GraphUse & { readonly path: string })[];
  readonly variables: readonly {
    readonly name: string;
    readonly trainable: boolean;
    readonly before: number | undefined;
    readonly shape: readonly number[];
    readonly dtype: DataType;
  }[];
  readonly constants: readonly GraphConstant[];
  readonly nodes: readonly GraphNode[];
  readonly results: readonly (GraphUse & { readonly path: string })[];
}

/** A program, with the numbers of its constants, one of {@link Program.constants} after the other. */
export interface WithNumbers {
  readonly program: Omit<Program, 'lastUse'>;
  readonly rows: number;
  readonly constants: readonly ArrayLike<number>[];
}

/**
 * One program for batches of any size, of two that were recorded with batches of unlike sizes: what differs between them must be a multiple of the number of
 * rows, whole and the same in both.
 *
 * @throws NotOfAnySize, with what else differs
 */
export function forAnySize(a: WithNumbers, b: WithNumbers): GraphProgram {
  const merge = new Merge(a.rows, b.rows);
  const [one, other] = [a.program, b.program];
  return {
    arguments: one.arguments.map((argument, index) => ({
      ...merge.use(argument, other.arguments[index], 'an argument'),
      path: argument.path,
    })),
    variables: one.variables,
    constants: one.constants.map((constant, index) =>
      merge.constant(
        constant,
        other.constants[index],
        a.constants[index] as ArrayLike<number>,
        b.constants[index] ?? [],
      ),
    ),
    nodes: merge.nodes(one.nodes, other.nodes),
    results: one.results.map((result, index) => ({
      ...merge.use(result, other.results[index], 'a result'),
      path: result.path,
    })),
  };
}

/** Why a program is one for batches of one size. */
export class NotOfAnySize extends Error {}

class Merge {
  readonly #a: number;
  readonly #b: number;

  constructor(a: number, b: number) {
    this.#a = a;
    this.#b = b;
  }

  nodes(a: readonly Node[], b: readonly Node[]): GraphNode[] {
    if (a.length !== b.length)
      throw new NotOfAnySize(`${a.length} kernels run for ${this.#a} rows and ${b.length} for ${this.#b}`);
    return a.map((node, index) => this.#node(node, b[index] as Node));
  }

  use(a: Use, b: Use | undefined, what: string): GraphUse {
    if (b === undefined || a.value !== b.value || a.dtype !== b.dtype)
      throw new NotOfAnySize(`${what} is another for ${this.#b} rows than for ${this.#a}`);
    return { value: a.value, shape: this.#shape(a, b, what), dtype: a.dtype };
  }

  constant(
    a: Described & { readonly value: number },
    b: (Described & { readonly value: number }) | undefined,
    numbers: ArrayLike<number>,
    others: ArrayLike<number>,
  ): GraphConstant {
    const use = this.use(a, b as Use | undefined, 'a tensor that it makes');
    const [first] = use.shape;
    const period = first instanceof Rows ? numbers.length / this.#a : numbers.length;
    if (!isRepeated(numbers, numbers, period) || !isRepeated(others, numbers, period))
      throw new NotOfAnySize(`the numbers of a tensor of shape [${a.shape}] that it makes follow the number of rows`);
    return { ...use, data: Array.prototype.slice.call(numbers, 0, period) };
  }

  #node(a: Node, b: Node): GraphNode {
    const of = `kernel ${a.kernel}`;
    if (a.kernel !== b.kernel || Object.keys(a.inputs).join() !== Object.keys(b.inputs).join())
      throw new NotOfAnySize(`${of} runs for ${this.#a} rows where ${b.kernel} runs for ${this.#b}`);
    const inputs = Object.entries(a.inputs).map(([name, input]) => {
      const others = [b.inputs[name] ?? []].flat() as Use[];
      const uses = ([input].flat() as Use[]).map((use, index) => this.use(use, others[index], `an input of ${of}`));
      return [name, Array.isArray(input) ? uses : uses[0]];
    });
    const keys = Object.keys(a.attributes);
    return {
      kernel: a.kernel,
      inputs: Object.fromEntries(inputs) as GraphNode['inputs'],
      attributes: Object.fromEntries(
        keys.map((key) => [key, this.#attribute(a.attributes[key], b.attributes[key], `attribute ${key} of ${of}`)]),
      ),
      outputs: a.outputs.map((output, index) => this.use(output, b.outputs[index], `an output of ${of}`)),
    };
  }

  #shape(a: Described, b: Described, what: string): Size[] {
    if (a.shape.length !== b.shape.length)
      throw new NotOfAnySize(`${what} has the shape [${a.shape}] for ${this.#a} rows and [${b.shape}] for ${this.#b}`);
    return a.shape.map((size, index) => this.#size(size, b.shape[index] as number, `the shape of ${what}`));
  }

  #attribute(a: unknown, b: unknown, what: string): unknown {
    if (Object.is(a, b)) return a;
    if (typeof a === 'number' && typeof b === 'number') return this.#size(a, b, what);
    if (Array.isArray(a) && Array.isArray(b) && a.length === b.length)
      return a.map((item: unknown, index) => this.#attribute(item, b[index], what));
    if (!isAlike(a, b, 0)) throw new NotOfAnySize(`${what} is another for ${this.#b} rows than for ${this.#a}`);
    return a;
  }

  #size(a: number, b: number, what: string): Size {
    if (a === b) return a;
    const perRow = a / this.#a;
    if (Number.isInteger(perRow) && perRow > 0 && perRow === b / this.#b) return new Rows(perRow);
    throw new NotOfAnySize(`${what} is ${a} for ${this.#a} rows and ${b} for ${this.#b}`);
  }
}

function isRepeated(numbers: ArrayLike<number>, row: ArrayLike<number>, period: number): boolean {
  if (period === 0 ? numbers.length > 0 : numbers.length % period !== 0) return false;
  for (let index = 0; index < numbers.length; index++)
    if (!Object.is(numbers[index], row[index % period])) return false;
  return true;
}
