import type { DataType } from '@tensorflow/tfjs-core';
import type { LoweringsTo, LoweringTo, Ref, TargetGraph } from '../lowering/lowering.js';
import { Rows, sameSize, sameSizes, type Size, withUnknown } from '../lowering/sizes.js';
import { type Operator, OPERATORS, VERSIONS } from './operators.js';
import { encodeModel, type OperatorOptions, optionFields } from './schema.js';

export type Lowering = LoweringTo<TfliteGraph>;
export type Lowerings = LoweringsTo<TfliteGraph>;

/** TFLite's numbers of data types. */
const TYPES = { float32: 0, int32: 2, bool: 6 } as const;

export type TfliteType = keyof typeof TYPES;

interface TfliteTensor {
  readonly name: string;
  readonly shape: readonly Size[];
  readonly dtype: TfliteType;
  /** Of a constant. */
  readonly data: ArrayLike<number> | undefined;
  /** Whether its numbers are known before the model runs: they follow from constants and sizes. */
  readonly isKnown: boolean;
}

interface Call {
  readonly op: Operator;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: OperatorOptions | undefined;
}

/** What an operator gives. */
export interface Made {
  readonly shape: readonly Size[];
  readonly dtype: TfliteType;
}

/** Makes the operators of a graph of TFLite. A tensor is known by its name. */
export class TfliteGraph implements TargetGraph {
  readonly format = 'A model of TFLite';
  readonly #tensors: TfliteTensor[] = [];
  readonly #indices = new Map<Ref, number>();
  readonly #calls: Call[] = [];
  readonly #constants = new Map<string, Ref>();
  readonly #inputs: { readonly name: string; readonly tensorIndex: number }[] = [];
  readonly #outputs: { readonly name: string; readonly tensorIndex: number }[] = [];
  /** An argument whose first dimension is the number of rows. */
  #rowsOf: Ref | undefined;
  #rows: Ref | undefined;
  #kernel = '';

  /** @param signatureKey By which it is found. */
  encode(signatureKey: string): Uint8Array<ArrayBuffer> {
    const operators = [...new Set(this.#calls.map(({ op }) => op))];
    const data = this.#tensors.map((tensor) => (tensor.data === undefined ? undefined : bytesOf(tensor)));
    const filled = data.flatMap((bytes, index) => (bytes === undefined ? [] : [index]));
    return encodeModel({
      version: 3,
      description: 'tfjs-heads',
      operatorCodes: operators.map((op) => ({
        deprecatedBuiltinCode: Math.min(OPERATORS[op], 127),
        builtinCode: OPERATORS[op],
        version: VERSIONS[op] ?? 1,
      })),
      // The first is that of whatever has no numbers.
      buffers: [{}, ...filled.map((index) => ({ data: data[index] }))],
      subgraphs: [
        {
          name: 'main',
          tensors: this.#tensors.map(({ name, shape, dtype }, index) => ({
            name,
            type: TYPES[dtype],
            buffer: 1 + filled.indexOf(index),
            shape: shape.map((size) => (size instanceof Rows ? size.perRow : size)),
            ...(shape.some((size) => size instanceof Rows) && { shapeSignature: withUnknown(shape) }),
            hasRank: 1,
          })),
          inputs: this.#inputs.map(({ tensorIndex }) => tensorIndex),
          outputs: this.#outputs.map(({ tensorIndex }) => tensorIndex),
          operators: this.#calls.map(({ op, inputs, outputs, options }) => ({
            opcodeIndex: operators.indexOf(op),
            inputs,
            outputs,
            ...optionFields(options),
          })),
        },
      ],
      signatureDefs: [{ signatureKey, subgraphIndex: 0, inputs: this.#inputs, outputs: this.#outputs }],
    });
  }

  under(kernel: string): void {
    this.#kernel = kernel;
  }

  /** An operator, and its one output. An input may be left out: `''`. */
  add(op: Operator, inputs: readonly Ref[], made: Made, options?: OperatorOptions): Ref {
    return this.addAll(op, inputs, [made], options)[0] as Ref;
  }

  /** An operator, and its outputs. */
  addAll(op: Operator, inputs: readonly Ref[], made: readonly Made[], options?: OperatorOptions): readonly Ref[] {
    const isKnown = op === 'SHAPE' || inputs.every((ref) => ref === '' || this.tensor(ref).isKnown);
    const outputs = made.map(({ shape, dtype }) =>
      this.#tensor({ name: `${this.#kernel}/${op}`, shape, dtype, data: undefined, isKnown }),
    );
    const indexOf = (ref: Ref): number => (ref === '' ? -1 : (this.#indices.get(ref) as number));
    this.#calls.push({ op, inputs: inputs.map(indexOf), outputs: outputs.map(indexOf), options });
    return outputs;
  }

  /** Of one tensor, another of its shape and type. */
  same(op: Operator, x: Ref, options?: OperatorOptions): Ref {
    return this.add(op, [x], this.tensor(x), options);
  }

  /** Of two tensors of one type, one of the shape that both are broadcast to. */
  pair(op: Operator, a: Ref, b: Ref, dtype: TfliteType = this.tensor(a).dtype): Ref {
    const shape = broadcast(this.tensor(a).shape, this.tensor(b).shape);
    return this.add(op, [a, b], { shape, dtype }, ARITHMETIC[op]);
  }

  /** The same for an operator that does not broadcast. */
  alike(op: Operator, a: Ref, b: Ref): Ref {
    const { dtype } = this.tensor(a);
    const shape = broadcast(this.tensor(a).shape, this.tensor(b).shape);
    const [one, other] = [a, b].map((x) =>
      sameSizes(this.tensor(x).shape, shape) ? x : this.add('BROADCAST_TO', [x, this.vector(shape)], { shape, dtype }),
    ) as [Ref, Ref];
    return this.add(op, [one, other], { shape, dtype });
  }

  /** By a condition. */
  where(condition: Ref, t: Ref, e: Ref): Ref {
    const [one, other] = [this.tensor(t), this.tensor(e)];
    const shape = broadcast(broadcast(one.shape, other.shape), this.tensor(condition).shape);
    return this.add('SELECT_V2', [condition, t, e], { shape, dtype: one.dtype });
  }

  tensor(ref: Ref): TfliteTensor {
    return this.#tensors[this.#indices.get(ref) as number] as TfliteTensor;
  }

  input(name: string, shape: readonly Size[], dtype: TfliteType): Ref {
    const ref = this.#tensor({ name, shape, dtype, data: undefined, isKnown: false });
    this.#inputs.push({ name, tensorIndex: this.#indices.get(ref) as number });
    const [first] = shape;
    if (first instanceof Rows && first.perRow === 1) this.#rowsOf ??= ref;
    return ref;
  }

  /** A tensor is one output: what is an input or another output already is copied. */
  output(name: string, ref: Ref): void {
    const { shape, dtype, isKnown } = this.tensor(ref);
    const index = this.#indices.get(ref) as number;
    const isTaken = [...this.#inputs, ...this.#outputs].some(({ tensorIndex }) => tensorIndex === index);
    const own = isKnown ? this.#computed(ref) : isTaken ? this.reshape(ref, shape, dtype) : ref;
    this.#outputs.push({ name, tensorIndex: this.#indices.get(own) as number });
  }

  /**
   * The same numbers as something that an input has to do with: LiteRT of the web gives garbage for an output that it has computed before the model runs. Either branch of a
   * condition on the input is the tensor.
   */
  #computed(ref: Ref): Ref {
    const [input] = this.#inputs;
    if (input === undefined) return ref;
    const { name, shape, dtype } = this.#tensors[input.tensorIndex] as TfliteTensor;
    const flat = shape.length === 1 ? name : this.add('RESHAPE', [name, this.ints([-1])], { shape: [1], dtype });
    const first = this.add('SLICE', [flat, this.ints([0]), this.ints([1])], { shape: [1], dtype });
    return this.where(this.pair('EQUAL', first, first, 'bool'), ref, ref);
  }

  /** Numbers as a tensor; small ones are made once. */
  constant(data: ArrayLike<number>, shape: readonly number[], dtype: TfliteType, name = 'constant'): Ref {
    const key = data.length <= 16 ? `${dtype}[${shape}]${Array.from(data, (x) => (Object.is(x, -0) ? '-0' : x))}` : '';
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const ref = this.#tensor({ name, shape, dtype, data, isKnown: true });
    if (key !== '') this.#constants.set(key, ref);
    return ref;
  }

  scalar(value: number, dtype: TfliteType): Ref {
    return this.constant([value], [], dtype);
  }

  float(value: number): Ref {
    return this.scalar(value, 'float32');
  }

  ints(values: readonly number[]): Ref {
    return this.constant(values, [values.length], 'int32');
  }

  /** Sizes as an int32 vector. */
  vector(sizes: readonly Size[]): Ref {
    const fixed = sizes.filter((size) => typeof size === 'number');
    if (fixed.length === sizes.length) return this.ints(fixed);
    const parts = sizes.map((size) => (size instanceof Rows ? this.rows(size) : this.ints([size])));
    if (parts.length === 1) return parts[0] as Ref;
    return this.add('CONCATENATION', parts, { shape: [parts.length], dtype: 'int32' }, [
      'ConcatenationOptions',
      { axis: 0 },
    ]);
  }

  /** A size as an int32 vector of one number. */
  rows({ perRow }: Rows): Ref {
    // Only an argument can bring a size that is not known.
    if (this.#rowsOf === undefined) throw new Error('No argument has the number of rows.');
    if (this.#rows === undefined) {
      const { shape } = this.tensor(this.#rowsOf);
      const sizes = this.add('SHAPE', [this.#rowsOf], { shape: [shape.length], dtype: 'int32' }, [
        'ShapeOptions',
        { outType: TYPES.int32 },
      ]);
      const inputs = [sizes, this.ints([0]), this.ints([1])];
      this.#rows = this.add('SLICE', inputs, { shape: [1], dtype: 'int32' });
    }
    return perRow === 1 ? this.#rows : this.pair('MUL', this.#rows, this.ints([perRow]));
  }

  reshape(x: Ref, to: readonly Size[], dtype: DataType): Ref {
    const isInferred = to.filter((size) => size instanceof Rows).length === 1 && !to.includes(0);
    const shape = this.vector(isInferred ? withUnknown(to) : to);
    return this.add('RESHAPE', [x, shape], { shape: to, dtype: dtype as TfliteType });
  }

  cast(x: Ref, from: DataType, to: DataType): Ref {
    if (from === to) return x;
    const dtype = to as TfliteType;
    return this.add('CAST', [x], { shape: this.tensor(x).shape, dtype }, [
      'CastOptions',
      { from: TYPES[from as TfliteType], to: TYPES[dtype] },
    ]);
  }

  /** Of a constant, a constant. */
  transpose(x: Ref, perm: readonly number[]): Ref {
    const { shape, dtype, data, name } = this.tensor(x);
    const to = perm.map((axis) => shape[axis] as Size);
    if (data === undefined) return this.add('TRANSPOSE', [x, this.ints(perm)], { shape: to, dtype });
    return this.constant(transposed(data, shape as readonly number[], perm), to as number[], dtype, name);
  }

  #tensor({ name, ...tensor }: TfliteTensor): Ref {
    let free = name;
    for (let count = 1; this.#indices.has(free); count++) free = `${name}_${count}`;
    this.#indices.set(free, this.#tensors.length);
    this.#tensors.push({ name: free, ...tensor });
    return free;
  }
}

/** Operators that can be followed by an activation, for which they have options. */
const ARITHMETIC: Readonly<Partial<Record<Operator, OperatorOptions>>> = {
  ADD: ['AddOptions', { activation: 0 }],
  SUB: ['SubOptions', { activation: 0 }],
  MUL: ['MulOptions', { activation: 0 }],
  DIV: ['DivOptions', { activation: 0 }],
};

function broadcast(a: readonly Size[], b: readonly Size[]): Size[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis): Size => {
    const [one, other] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    return sameSize(one, 1) ? other : one;
  });
}

function transposed(data: ArrayLike<number>, shape: readonly number[], perm: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const [to, steps] = [perm.map((axis) => shape[axis] as number), perm.map((axis) => strides[axis] as number)];
  return Float32Array.from({ length: data.length }, (_, index) => {
    let [rest, at] = [index, 0];
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const size = to[axis] as number;
      at += (rest % size) * (steps[axis] as number);
      rest = Math.floor(rest / size);
    }
    return data[at] as number;
  });
}

function bytesOf({ data, dtype }: TfliteTensor): Uint8Array {
  const numbers = data as ArrayLike<number>;
  if (dtype === 'bool') return Uint8Array.from(numbers, (value) => (value === 0 ? 0 : 1));
  return new Uint8Array((dtype === 'int32' ? Int32Array : Float32Array).from(numbers).buffer);
}
