import type { DataType } from '@tensorflow/tfjs-core';
import type { LoweringsTo, LoweringTo, Ref, TargetGraph } from '../lowering/lowering.js';
import { Rows, type Size, withUnknown } from '../lowering/sizes.js';
import {
  attributeProto,
  encodeModel,
  type NodeProto,
  ONNX_TYPE,
  type OnnxAttribute,
  type OnnxType,
  type TensorProto,
  type ValueInfo,
} from './onnx-model.js';

export type Lowering = LoweringTo<OnnxGraph>;
export type Lowerings = LoweringsTo<OnnxGraph>;

/** Makes the nodes of a graph of ONNX. Sizes are int64 there, what a program counts is int32. */
export class OnnxGraph implements TargetGraph {
  readonly format = 'A model of ONNX';
  readonly #nodes: NodeProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #names = new Set<string>();
  readonly #constants = new Map<string, Ref>();
  /** An argument whose first dimension is the number of rows. */
  #rowsOf: Ref | undefined;
  #rows: Ref | undefined;
  #kernel = '';

  encode(): Uint8Array<ArrayBuffer> {
    return encodeModel({
      nodes: this.#nodes,
      initializers: this.#initializers,
      inputs: this.#inputs,
      outputs: this.#outputs,
    });
  }

  under(kernel: string): void {
    this.#kernel = kernel;
  }

  /** A node, and its one output. */
  add(op: string, inputs: readonly Ref[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): Ref {
    return this.addAll(op, inputs, attributes, 1)[0] as Ref;
  }

  /** A node, and its outputs. */
  addAll(
    op: string,
    inputs: readonly Ref[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
    outputs: number,
  ): readonly Ref[] {
    const name = this.#freeName(this.#kernel === '' ? op : `${this.#kernel}/${op}`);
    const output = Array.from({ length: outputs }, (_, index) => this.#freeName(`${name}:${index}`));
    const attribute = Object.entries(attributes).map(([key, value]) => attributeProto(key, value));
    this.#nodes.push({ name, opType: op, input: inputs, output, attribute });
    return output;
  }

  input(name: string, shape: readonly Size[], dtype: DataType): Ref {
    this.#names.add(name);
    this.#inputs.push({ name, dtype, shape: withUnknown(shape) });
    const [first] = shape;
    if (first instanceof Rows && first.perRow === 1) this.#rowsOf ??= name;
    return name;
  }

  /** Whether the name is still free for an output. */
  isFree(name: string): boolean {
    return !this.#names.has(name);
  }

  /** @param name One that is free */
  output(name: string, ref: Ref, shape: readonly Size[], dtype: DataType): void {
    this.#names.add(name);
    this.#nodes.push({ name: `outputs/${name}`, opType: 'Identity', input: [ref], output: [name], attribute: [] });
    this.#outputs.push({ name, dtype, shape: withUnknown(shape) });
  }

  /** Numbers as an initializer; small ones are made once. */
  constant(data: ArrayLike<number>, shape: readonly number[], dtype: OnnxType, name = 'constant'): Ref {
    const rawData = bytesOf(data, dtype);
    const key = data.length <= 16 ? `${dtype}[${shape}]${rawData.join()}` : undefined;
    const known = key !== undefined && this.#constants.get(key);
    if (known) return known;
    const free = this.#freeName(name);
    this.#initializers.push({ name: free, dataType: ONNX_TYPE[dtype], dims: shape, rawData });
    if (key !== undefined) this.#constants.set(key, free);
    return free;
  }

  scalar(value: number, dtype: OnnxType): Ref {
    return this.constant([value], [], dtype);
  }

  /** A vector of strings. */
  strings(values: readonly string[]): Ref {
    const name = this.#freeName('strings');
    const encoder = new TextEncoder();
    const stringData = values.map((value) => encoder.encode(value));
    this.#initializers.push({ name, dataType: ONNX_TYPE.string, dims: [values.length], stringData });
    return name;
  }

  /** Numbers as an int64 vector. */
  ints(values: readonly number[]): Ref {
    return this.constant(values, [values.length], 'int64');
  }

  /** Sizes as an int64 vector. */
  vector(sizes: readonly Size[]): Ref {
    const fixed = sizes.filter((size) => typeof size === 'number');
    if (fixed.length === sizes.length) return this.ints(fixed);
    const parts = sizes.map((size) => (size instanceof Rows ? this.rows(size) : this.ints([size])));
    return parts.length === 1 ? (parts[0] as Ref) : this.add('Concat', parts, { axis: { i: 0 } });
  }

  /** A size as an int64 vector of one number. */
  rows({ perRow }: Rows): Ref {
    // Only an argument can bring a size that is not known.
    if (this.#rowsOf === undefined) throw new Error('No argument has the number of rows.');
    this.#rows ??= this.add('Shape', [this.#rowsOf], { start: { i: 0 }, end: { i: 1 } });
    return perRow === 1 ? this.#rows : this.add('Mul', [this.#rows, this.ints([perRow])]);
  }

  reshape(x: Ref, to: readonly Size[], _dtype: DataType): Ref {
    const isInferred = to.filter((size) => size instanceof Rows).length === 1 && !to.includes(0);
    const shape = this.vector(isInferred ? withUnknown(to) : to);
    return this.add('Reshape', [x, shape], to.includes(0) ? { allowzero: { i: 1 } } : {});
  }

  cast(x: Ref, from: DataType, to: DataType): Ref {
    return from === to ? x : this.castTo(x, to as OnnxType);
  }

  castTo(x: Ref, to: OnnxType): Ref {
    return this.add('Cast', [x], { to: { i: ONNX_TYPE[to] } });
  }

  transpose(x: Ref, perm: readonly number[]): Ref {
    return this.add('Transpose', [x], { perm: { ints: perm } });
  }

  #freeName(wanted: string): string {
    let name = wanted;
    for (let count = 1; this.#names.has(name); count++) name = `${wanted}_${count}`;
    this.#names.add(name);
    return name;
  }
}

/** Numbers in the order of bytes of this machine, which is little-endian wherever tfjs runs. */
function bytesOf(data: ArrayLike<number>, type: OnnxType): Uint8Array {
  if (type === 'bool') return Uint8Array.from(data, (value) => (value === 0 ? 0 : 1));
  if (type === 'int64') return new Uint8Array(BigInt64Array.from(Array.from(data, BigInt)).buffer);
  const Numbers = type === 'int32' ? Int32Array : type === 'float64' ? Float64Array : Float32Array;
  return new Uint8Array(Numbers.from(data).buffer);
}
