import type { DataType } from '@tensorflow/tfjs-core';
import {
  type AttrValue,
  GRAPH_VERSIONS,
  type GraphDef,
  type NodeDef,
  TF_TYPE,
  type TensorShapeProto,
  type TfType,
  tfType,
} from './graph-def.js';
import type { LoweringsTo, LoweringTo, Ref, TargetGraph } from '../lowering/lowering.js';
import { Rows, type Size, withUnknown } from '../lowering/sizes.js';

export type Lowering = LoweringTo<GraphBuilder>;
export type Lowerings = LoweringsTo<GraphBuilder>;

/** Makes the nodes of a graph of TensorFlow, each with a name of its own. A value is `node` or `node:1`; `^node` is what must have run. */
export class GraphBuilder implements TargetGraph {
  readonly format: string;
  readonly #nodes: NodeDef[] = [];
  /** Names in lower case: files and tools may take two that differ in it for one. */
  readonly #names = new Set<string>();
  readonly #constants = new Map<string, Ref>();
  /** An argument whose first dimension is the number of rows. */
  #rowsOf: Ref | undefined;
  #rows: Ref | undefined;
  #prefix = '';
  #isInDoubles = false;

  /** @param format What the graph is, in errors. */
  constructor(format = 'A graph of TensorFlow') {
    this.format = format;
  }

  graph(): GraphDef {
    return { node: this.#nodes, versions: GRAPH_VERSIONS };
  }

  /** Begins the names of what is added from now on, such as by the kernel that it stands for. */
  under(prefix: string): void {
    this.#prefix = prefix;
  }

  /** @param name What to name it by; a name that is taken or not allowed is changed. */
  add(op: string, inputs: readonly Ref[], attr: Readonly<Record<string, AttrValue>> = {}, name: string = op): Ref {
    const free = this.#freeName(this.#prefix === '' ? name : `${this.#prefix}/${name}`);
    this.#nodes.push({ name: free, op, input: inputs, attr: this.#isInDoubles ? widened(attr) : attr });
    return free;
  }

  /** Adds an attribute to a node that there is. */
  setAttr(name: Ref, key: string, value: AttrValue): void {
    const index = this.#nodes.findIndex((node) => node.name === name);
    const node = this.#nodes[index] as NodeDef;
    this.#nodes[index] = { ...node, attr: { ...node.attr, [key]: value } };
  }

  /** Whatever is added meanwhile as float32 is float64. What goes into it must be, too: see {@link GraphBuilder.widen}. */
  inDoubles<T>(make: () => T): T {
    const before = this.#isInDoubles;
    this.#isInDoubles = true;
    try {
      return make();
    } finally {
      this.#isInDoubles = before;
    }
  }

  /** float32 as float64. */
  widen(x: Ref): Ref {
    return this.#castTypes(x, TF_TYPE.float32, TF_TYPE.float64);
  }

  /** float64, rounded to float32. */
  narrow(x: Ref): Ref {
    return this.#castTypes(x, TF_TYPE.float64, TF_TYPE.float32);
  }

  /** What several kernels use belongs to none of them, and is of the types that it says. */
  outside<T>(make: () => T): T {
    const [prefix, isInDoubles] = [this.#prefix, this.#isInDoubles];
    this.#prefix = '';
    this.#isInDoubles = false;
    try {
      return make();
    } finally {
      this.#prefix = prefix;
      this.#isInDoubles = isInDoubles;
    }
  }

  placeholder(name: string, shape: readonly Size[], dtype: DataType): Ref {
    const ref = this.add('Placeholder', [], { dtype: typeAttr(dtype), shape: { shape: shapeProto(shape) } }, name);
    const [first] = shape;
    if (first instanceof Rows && first.perRow === 1) this.#rowsOf ??= ref;
    return ref;
  }

  /**
   * The same tensor, of which TensorFlow does not know where it comes from when it looks for faster ways to compute: it would divide by a constant, or by a root, by
   * multiplying with a rounded reciprocal.
   */
  opaque(ref: Ref, shape: readonly Size[], dtype: DataType): Ref {
    const attr = { dtype: typeAttr(dtype), shape: { shape: shapeProto(shape) } };
    return this.add('PlaceholderWithDefault', [ref], attr, 'opaque');
  }

  /** The same tensor, which is refused when it has another shape. */
  ensureShape(ref: Ref, shape: readonly Size[], dtype: DataType): Ref {
    return this.add('EnsureShape', [ref], { T: typeAttr(dtype), shape: { shape: shapeProto(shape) } });
  }

  /** Numbers as a node; small ones are made once. */
  constant(data: ArrayLike<number>, shape: readonly number[], dtype: DataType, name?: string): Ref {
    const type = this.#isInDoubles && dtype === 'float32' ? TF_TYPE.float64 : tfType(dtype);
    const content = bytesOf(data, type);
    const key = data.length <= 16 && name === undefined ? `${type}[${shape}]${content.join()}` : undefined;
    const known = key !== undefined && this.#constants.get(key);
    if (known) return known;
    const tensor = { dtype: type, tensorShape: shapeProto(shape), tensorContent: content };
    const attr = { value: { tensor }, dtype: tfTypeAttr(type) };
    if (key === undefined) return this.add('Const', [], attr, name);
    const ref = this.outside(() => this.add('Const', [], attr));
    this.#constants.set(key, ref);
    return ref;
  }

  scalar(value: number, dtype: DataType): Ref {
    return this.constant([value], [], dtype);
  }

  /** A vector of strings, or one alone. */
  strings(values: readonly string[] | string): Ref {
    const encoder = new TextEncoder();
    const list = typeof values === 'string' ? [values] : values;
    const tensor = {
      dtype: TF_TYPE.string,
      tensorShape: shapeProto(typeof values === 'string' ? [] : [list.length]),
      stringVal: list.map((value) => encoder.encode(value)),
    };
    return this.add('Const', [], { value: { tensor }, dtype: { type: TF_TYPE.string } });
  }

  /** An int32 scalar. */
  size(size: Size): Ref {
    if (!(size instanceof Rows)) return this.scalar(size, 'int32');
    const rows = this.#rowsRef();
    if (size.perRow === 1) return rows;
    return this.add('Mul', [rows, this.scalar(size.perRow, 'int32')], { T: typeAttr('int32') });
  }

  /** An int32 vector. */
  vector(sizes: readonly Size[]): Ref {
    const fixed = sizes.filter((size) => typeof size === 'number');
    if (fixed.length === sizes.length) return this.constant(fixed, [fixed.length], 'int32');
    const parts = sizes.map((size) => this.size(size));
    return this.add('Pack', parts, { N: { i: parts.length }, T: typeAttr('int32'), axis: { i: 0 } });
  }

  reshape(x: Ref, to: readonly Size[], dtype: DataType): Ref {
    const isInferred = to.filter((size) => size instanceof Rows).length === 1 && !to.includes(0);
    const shape = this.vector(isInferred ? withUnknown(to) : to);
    return this.add('Reshape', [x, shape], { T: typeAttr(dtype), Tshape: typeAttr('int32') });
  }

  cast(x: Ref, from: DataType, to: DataType): Ref {
    if (from === to) return x;
    return this.add('Cast', [x], { SrcT: typeAttr(from), DstT: typeAttr(to), Truncate: { b: false } });
  }

  #castTypes(x: Ref, from: TfType, to: TfType): Ref {
    const attr = { SrcT: tfTypeAttr(from), DstT: tfTypeAttr(to), Truncate: { b: false } };
    const wasInDoubles = this.#isInDoubles;
    this.#isInDoubles = false;
    try {
      return this.add('Cast', [x], attr);
    } finally {
      this.#isInDoubles = wasInDoubles;
    }
  }

  #rowsRef(): Ref {
    const { add } = { add: this.add.bind(this) };
    this.#rows ??= this.outside(() => {
      const input = this.#nodes.find(({ name }) => name === this.#rowsOf);
      // Only an argument can bring a size that is not known.
      if (input === undefined) throw new Error('No argument has the number of rows.');
      const T = input.attr['dtype'] as AttrValue;
      const shape = add('Shape', [input.name], { T, out_type: typeAttr('int32') }, 'shape_of_batch');
      const at = (index: number): Ref => this.constant([index], [1], 'int32');
      const attr = { T: typeAttr('int32'), Index: typeAttr('int32'), shrink_axis_mask: { i: 1 } };
      return add('StridedSlice', [shape, at(0), at(1), at(1)], { ...maskAttrs(), ...attr }, 'rows');
    });
    return this.#rows;
  }

  #freeName(wanted: string): string {
    const allowed = wanted.replaceAll(/[^A-Za-z0-9_./-]/g, '_').replace(/^[^A-Za-z0-9.]+/, '') || 'node';
    let name = allowed;
    for (let count = 1; this.#names.has(name.toLowerCase()); count++) name = `${allowed}_${count}`;
    this.#names.add(name.toLowerCase());
    return name;
  }
}

export function typeAttr(dtype: DataType): AttrValue {
  return { type: tfType(dtype) };
}

export function tfTypeAttr(type: TfType): AttrValue {
  return { type };
}

export function textAttr(text: string): AttrValue {
  return { s: new TextEncoder().encode(text) };
}

export function listAttr(i: readonly number[]): AttrValue {
  return { list: { i } };
}

export function maskAttrs(): Record<string, AttrValue> {
  return {
    begin_mask: { i: 0 },
    end_mask: { i: 0 },
    ellipsis_mask: { i: 0 },
    new_axis_mask: { i: 0 },
    shrink_axis_mask: { i: 0 },
  };
}

export function shapeProto(shape: readonly Size[]): TensorShapeProto {
  return { dim: withUnknown(shape).map((size) => ({ size })) };
}

/** Numbers as TensorFlow has them, in the order of bytes of this machine. */
export function bytesOf(data: ArrayLike<number>, type: TfType): Uint8Array {
  if (type === TF_TYPE.bool) return Uint8Array.from(data, (value) => (value === 0 ? 0 : 1));
  const Numbers = type === TF_TYPE.int32 ? Int32Array : type === TF_TYPE.float64 ? Float64Array : Float32Array;
  const { buffer, byteOffset, byteLength } = Numbers.from(data);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function widened(attr: Readonly<Record<string, AttrValue>>): Record<string, AttrValue> {
  return Object.fromEntries(
    Object.entries(attr).map(([name, value]) => [
      name,
      value.type === TF_TYPE.float32 ? tfTypeAttr(TF_TYPE.float64) : value,
    ]),
  );
}
