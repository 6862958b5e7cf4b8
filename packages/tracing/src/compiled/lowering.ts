import type { DataType, KernelFunc } from '@tensorflow/tfjs-core';
import { type ConstantData, type Node, type Program, sizeOf, type Use } from '../program.js';
import { usesOf } from '../program.js';
import type { HostCheck } from '../label-check.js';
import { writeAssignments } from './assign.js';
import {
  broadcast,
  type Buffer,
  cast,
  everyPart,
  type Expression,
  isContiguous,
  leaf,
  number,
  type NumberType,
  stridesOf,
  type View,
  wholeView,
} from './expression.js';
import { type FoldKind, writeFold } from './fold.js';
import { Loops, type LoopOptions } from './loops.js';
import { canEnd } from './product/task.js';
import { writeProduct } from './product/write-product.js';

/** A kernel that has no place in a compiled step. */
export class NotCompiled extends Error {}

/** What is written of a program so far, for all of its parts. */
export class Writer {
  readonly loops: Loops;
  readonly buffers: Buffer[] = [];
  readonly checks: { readonly use: Use; readonly range: HostCheck }[] = [];
  /** Numbers that are there from the beginning. */
  readonly data: { readonly buffer: Buffer; readonly data: ConstantData }[] = [];

  constructor(options?: LoopOptions) {
    this.loops = new Loops(options);
  }

  buffer(type: NumberType, size: number, stays = false): Buffer {
    const buffer = { type, size, stays, address: 0, first: Infinity, last: -1 };
    this.buffers.push(buffer);
    return buffer;
  }

  constant(data: ConstantData, shape: readonly number[], type: NumberType): Expression {
    if (data.length === 1) return { ...number(data[0] as number, type), shape };
    const buffer = this.buffer(type, data.length, true);
    this.data.push({ buffer, data });
    return leaf(wholeView(buffer, shape));
  }

  /** Computes expressions of one shape now. */
  store(of: readonly Expression[], to: readonly View[]): void {
    const whole = of.map((expression) => this.withoutProducts(expression, of.length === 1));
    const one = everyPart(whole).find(({ product }) => product !== undefined);
    if (one?.product !== undefined)
      writeProduct(
        this.loops,
        { a: one.product.a, b: one.product.b, to: to[0] as View, end: whole[0] as Expression, product: one },
        (size) => this.buffer('f32', size),
      );
    else
      writeAssignments(
        this.loops,
        whole.map((expression, index) => ({ of: expression, to: to[index] as View })),
      );
  }

  /** What lies in memory, row by row. */
  settle(expression: Expression): View {
    if (expression.view && isContiguous(expression.view)) return expression.view;
    const view = wholeView(this.buffer(expression.type, sizeOf(expression.shape)), expression.shape);
    this.store([expression], [view]);
    return view;
  }

  /** An expression whose products are computed, but for one that it may be the end of. */
  withoutProducts(expression: Expression, mayEnd: boolean): Expression {
    const products = everyPart([expression]).filter(({ product }) => product !== undefined);
    if (products.length === 0) return expression;
    const kept = mayEnd ? products.find((product) => canEnd(expression, product)) : undefined;
    const to = new Map<Expression, Expression>();
    for (const product of products) {
      if (product === kept || (product === expression && mayEnd)) continue;
      const view = wholeView(this.buffer('f32', sizeOf(product.shape)), product.shape);
      this.store([product], [view]);
      to.set(product, leaf(view));
    }
    return replace(expression, to);
  }
}

function replace(expression: Expression, to: Map<Expression, Expression>): Expression {
  const known = to.get(expression);
  if (known !== undefined) return known;
  const of = expression.of.map((part) => replace(part, to));
  const made = of.every((part, index) => part === expression.of[index]) ? expression : { ...expression, of };
  to.set(expression, made);
  return made;
}

/** How large an expression may grow before it is computed. */
const LARGEST = 24;

export function typeOf(dtype: DataType, float: NumberType = 'f32'): NumberType {
  if (dtype === 'float32') return float;
  if (dtype === 'int32' || dtype === 'bool') return 'i32';
  throw new NotCompiled(`a tensor of ${dtype}s`);
}

/** Writes one kernel: an expression for each output. */
export type KernelWriter = (call: Call) => Expression | readonly Expression[];

/** A kernel as its writer sees it. */
export interface Call {
  readonly node: Node;
  readonly output: Use;
  /** What floats are held as. */
  readonly float: NumberType;
  readonly writer: Writer;
  /** What an input is, in the type that its dtype has. */
  input(name: string): Expression;
  optional(name: string): Expression | undefined;
  list(): Expression[];
  attribute(name: string): unknown;
  /** Of two, after broadcasting: what is smaller is computed once. */
  apply(op: string, type: NumberType, ...of: readonly Expression[]): Expression;
  fold(kind: FoldKind, of: Expression, axes: readonly number[], keepsAxes: boolean, type?: NumberType): Expression;
  reshape(of: Expression, shape: readonly number[]): Expression;
  /** As something that lies in memory. */
  view(of: Expression): View;
  unsupported(how: string): Error;
  kernel: KernelFunc | undefined;
}

/** Writes the nodes of a program, or of a part of it, in floats or in doubles. */
export class Lowering {
  readonly writer: Writer;
  readonly #float: NumberType;
  readonly #values = new Map<number, Expression>();
  readonly #uses = new Map<number, number>();

  constructor(writer: Writer, float: NumberType, program: Pick<Program, 'nodes' | 'results' | 'variables'>) {
    this.writer = writer;
    this.#float = float;
    const count = (value: number | undefined): void => {
      if (value !== undefined) this.#uses.set(value, (this.#uses.get(value) ?? 0) + 1);
    };
    for (const node of program.nodes) for (const { value } of usesOf(node)) count(value);
    for (const { value } of program.results) count(value);
    for (const { after } of program.variables) count(after);
  }

  /** Values that outlive the nodes. */
  keep(values: readonly number[]): void {
    for (const value of values) this.#uses.set(value, (this.#uses.get(value) ?? 0) + 1);
  }

  set(value: number, expression: Expression): void {
    this.#values.set(value, expression);
  }

  get({ value, shape, dtype }: Use): Expression {
    const found = this.#values.get(value);
    if (found === undefined) throw new NotCompiled(`value ${value}, which nothing makes`);
    const whole = sameShape(found.shape, shape) ? found : this.reshape(found, shape, value);
    return cast(whole, typeOf(dtype, this.#float));
  }

  reshape(of: Expression, shape: readonly number[], value?: number): Expression {
    if (sameShape(of.shape, shape)) return of;
    if (of.op === 'number') return { ...of, shape };
    const view = this.writer.settle(of);
    if (value !== undefined) this.#values.set(value, leaf(view));
    return leaf({ ...view, shape, strides: stridesOf(shape) });
  }

  run(
    nodes: readonly Node[],
    kernels: readonly (KernelFunc | undefined)[],
    writers: Readonly<Record<string, KernelWriter>>,
  ): void {
    nodes.forEach((node, index) => {
      const write = Object.hasOwn(writers, node.kernel) ? writers[node.kernel] : undefined;
      if (write === undefined) throw new NotCompiled(`the kernel ${node.kernel}`);
      const made = write(this.#callOf(node, kernels[index]));
      const list = ('op' in made ? [made] : made) as readonly Expression[];
      node.outputs.forEach(({ value, shape }, output) => {
        const given = list[output] as Expression;
        const one = sameShape(given.shape, shape) ? given : this.reshape(given, shape);
        const isShared = (this.#uses.get(value) ?? 0) > 1 && one.op !== 'number';
        const isLarge = everyPart([one]).length > LARGEST && !node.kernel.startsWith('TfjsHeads.Update');
        this.#values.set(value, (isShared || isLarge) && one.view === undefined ? leaf(this.writer.settle(one)) : one);
      });
    });
  }

  #callOf(node: Node, kernel: KernelFunc | undefined): Call {
    const { writer } = this;
    const get = (use: Use): Expression => this.get(use);
    const unsupported = (how: string): Error => new NotCompiled(`the kernel ${node.kernel} ${how}`);
    const optional = (name: string): Expression | undefined => {
      const use = node.inputs[name];
      return use === undefined || Array.isArray(use) ? undefined : get(use as Use);
    };
    const view = (of: Expression): View => of.view ?? writer.settle(of);
    return {
      node,
      kernel,
      output: node.outputs[0] as Use,
      float: this.#float,
      writer,
      optional,
      input(name) {
        const given = optional(name);
        if (given === undefined) throw unsupported(`without the input ${name}`);
        return given;
      },
      list: () => usesOf(node).map(get),
      attribute: (name) => node.attributes[name],
      apply(op, type, ...of) {
        const shape = of.map((part) => part.shape).reduce(broadcast);
        const parts = of.map((part) =>
          part.op === 'number' || part.view !== undefined || sameShape(part.shape, shape)
            ? part
            : leaf(writer.settle(part)),
        );
        return { op, type, shape, of: parts };
      },
      fold(kind, of, axes, keepsAxes, type = of.type) {
        const ready = writer.withoutProducts(of, false);
        const shape = ready.shape.filter((_, axis) => !axes.includes(axis));
        const to = wholeView(writer.buffer(type, sizeOf(shape)), shape);
        writeFold(writer.loops, { kind, of: ready, axes, to });
        return this.reshape(
          leaf(to),
          keepsAxes ? of.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) : shape,
        );
      },
      reshape: (of, shape) => this.reshape(of, shape),
      view,
      unsupported,
    };
  }
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
