import { FUNCTIONS } from './arithmetic.js';
import {
  cast,
  type Expression,
  isContiguous,
  leaf,
  number,
  type NumberType,
  sizeOf,
  stridesOf,
  type View,
  wholeView,
} from './expression.js';
import type { Fold } from './loops.js';
import { type Call, type KernelWriter, typeOf } from './lowering.js';

// What each kernel of tfjs computes, as expressions. In which shapes and dtypes kernels may be called is tfjs' to know: the program was run by it.

const one = (call: Call, type: NumberType = call.float): Expression => number(1, type);
const zero = (type: NumberType): Expression => number(0, type);

/** Of a tensor of floats. */
function ofFloat(write: (x: Expression, call: Call) => Expression): KernelWriter {
  return (call) => {
    const x = call.input('x');
    if (x.type !== call.float) throw call.unsupported('of whole numbers');
    return write(x, call);
  };
}

function binary(op: string, isFloat = false): KernelWriter {
  return (call) => {
    const type = typeOf(call.output.dtype, call.float);
    const [a, b] = [cast(call.input('a'), type), cast(call.input('b'), type)];
    if (isFloat && type === 'i32') throw call.unsupported('of whole numbers');
    return call.apply(op, type, a, b);
  };
}

function comparison(op: string): KernelWriter {
  return (call) => {
    const [a, b] = [call.input('a'), call.input('b')];
    const type = a.type === b.type ? a.type : call.float;
    return call.apply(op, 'i32', cast(a, type), cast(b, type));
  };
}

function folding(kind: Fold): KernelWriter {
  return (call) => {
    const type = typeOf(call.output.dtype, call.float);
    const x = cast(call.input('x'), type);
    return call.fold(
      kind,
      x,
      axesOf(call, kind === 'max' ? 'reductionIndices' : 'axis', x.shape.length),
      call.attribute('keepDims') === true,
    );
  };
}

function axesOf(call: Call, name: string, rank: number): number[] {
  const given = call.attribute(name);
  const axes = given === undefined || given === null ? Array.from({ length: rank }, (_, axis) => axis) : [given].flat();
  return [...new Set((axes as number[]).map((axis) => (axis < 0 ? axis + rank : axis)))].toSorted((a, b) => a - b);
}

const sigmoid = (call: Call, x: Expression): Expression =>
  call.apply(
    'div',
    x.type,
    one(call, x.type),
    call.apply('add', x.type, one(call, x.type), call.apply('exp', x.type, call.apply('neg', x.type, x))),
  );

const relu = (call: Call, x: Expression): Expression => call.apply('max', x.type, x, zero(x.type));

/** `max(x, 0) + log1p(exp(-|x|))`: does not overflow. */
const softplus = (call: Call, x: Expression): Expression => {
  const small = call.apply('exp', x.type, call.apply('neg', x.type, call.apply('abs', x.type, x)));
  return call.apply('add', x.type, relu(call, x), call.apply('log1p', x.type, small));
};

const select = (call: Call, condition: Expression, yes: Expression, no: Expression): Expression =>
  call.apply('select', yes.type, condition, yes, no);

const isPositive = (call: Call, x: Expression): Expression => call.apply('greater', 'i32', x, zero(x.type));

/** What is below 0 times a number, or as another function has it. */
const below = (call: Call, x: Expression, other: Expression): Expression =>
  select(call, call.apply('greaterEqual', 'i32', x, zero(x.type)), x, other);

const SELU_ALPHA = 1.7580993408473768;
const SELU_SCALE = 1.0507009873554805;

/** Held in memory, so that several may read it. */
const held = (call: Call, x: Expression): Expression =>
  x.view === undefined && x.op !== 'number' ? leaf(call.writer.settle(x)) : x;

function activation(call: Call, name: unknown, x: Expression): Expression {
  if (name === undefined || name === null || name === 'linear') return x;
  if (name === 'relu') return relu(call, x);
  const y = x;
  if (name === 'sigmoid') return sigmoid(call, y);
  if (name === 'relu6') return call.apply('min', y.type, relu(call, y), number(6, y.type));
  if (name === 'elu') return below(call, y, call.apply('expm1', y.type, y));
  throw call.unsupported(`with the activation ${String(name)}`);
}

const product: KernelWriter = (call) => {
  if (call.float !== 'f32') throw call.unsupported('in doubles');
  const transposed = (view: View, flag: string): View => {
    const shape = view.shape.slice();
    const strides = view.strides.slice();
    if (call.attribute(flag) !== true) return view;
    return {
      ...view,
      shape: [...shape.slice(0, -2), ...shape.slice(-2).toReversed()],
      strides: [...strides.slice(0, -2), ...strides.slice(-2).toReversed()],
    };
  };
  const [x, y] = [call.input('a'), call.input('b')];
  if (x.type !== 'f32' || y.type !== 'f32') throw call.unsupported('of whole numbers');
  const plain = (of: Expression): View => {
    const view = call.view(of.op === 'number' ? held(call, leafOf(call, of)) : of);
    return view.strides.every((stride) => stride >= 0)
      ? view
      : call.writer.settle(call.apply('add', 'f32', of, zero('f32')));
  };
  const [a, b] = [transposed(plain(x), 'transposeA'), transposed(plain(y), 'transposeB')];
  const batch = call.output.dtype === 'float32' ? call.output.shape.slice(0, -2) : [];
  const [m, k] = a.shape.slice(-2) as [number, number];
  const n = b.shape.at(-1) as number;
  // Many left ones that are multiplied by one right one are one tall one.
  const isTall = sizeOf(b.shape.slice(0, -2)) === 1 && call.attribute('transposeA') !== true && isContiguous(a);
  const shape = isTall ? [sizeOf(batch) * m, n] : [...batch, m, n];
  const tall = isTall ? { ...a, shape: [sizeOf(batch) * m, k], strides: stridesOf([sizeOf(batch) * m, k]) } : a;
  const flat = isTall ? { ...b, shape: b.shape.slice(-2), strides: b.strides.slice(-2) } : b;
  const made: Expression = { op: 'product', type: 'f32', shape, of: [], product: { a: tall, b: flat } };
  return call.output.shape.length === shape.length ? made : call.reshape(made, [...batch, m, n]);
};

/** A number as a tensor in memory. */
function leafOf(call: Call, of: Expression): Expression {
  const data = new Float32Array(sizeOf(of.shape)).fill(of.value ?? 0);
  const buffer = call.writer.buffer('f32', data.length, true);
  call.writer.data.push({ buffer, data });
  return leaf(wholeView(buffer, of.shape));
}

function softmaxParts(call: Call, name: string): { readonly shifted: Expression; readonly axes: readonly number[] } {
  const x = held(call, call.input(name));
  const axes = [x.shape.length - 1];
  const largest = call.fold('max', x, axes, true);
  return { shifted: held(call, call.apply('sub', x.type, x, largest)), axes };
}

const view =
  (write: (call: Call, from: View) => View): KernelWriter =>
  (call) =>
    leaf(write(call, call.view(inMemory(call, call.input('x')))));

const inMemory = (call: Call, x: Expression): Expression =>
  x.op === 'number' ? leaf(call.writer.settle(call.apply('add', x.type, x, { ...zero(x.type), shape: x.shape }))) : x;

function joined(
  call: Call,
  parts: readonly Expression[],
  axis: number,
  shape: readonly number[],
  type: NumberType,
): Expression {
  const buffer = call.writer.buffer(type, sizeOf(shape));
  const strides = stridesOf(shape);
  let offset = 0;
  for (const part of parts) {
    if (sizeOf(part.shape) > 0) {
      // A product is stored row by row.
      const ready = call.writer.withoutProducts(part, false);
      call.writer.store(
        [ready.product === undefined ? ready : leaf(call.writer.settle(ready))],
        [{ buffer, shape: part.shape, strides, offset }],
      );
    }
    offset += (part.shape[axis] as number) * (strides[axis] as number);
  }
  return leaf(wholeView(buffer, shape));
}

const broadcastTo = (from: View, shape: readonly number[]): View => {
  const missing = shape.length - from.shape.length;
  return {
    ...from,
    shape,
    strides: shape.map((_, axis) =>
      axis < missing || from.shape[axis - missing] === 1 ? 0 : (from.strides[axis - missing] as number),
    ),
  };
};

export const kernelWriters: Readonly<Record<string, KernelWriter>> = {
  ...Object.fromEntries(
    [...FUNCTIONS].flatMap(([op, count]) =>
      count === 1 ? [[`${op[0]?.toUpperCase()}${op.slice(1)}`, ofFloat((x, call) => call.apply(op, x.type, x))]] : [],
    ),
  ),
  ...Object.fromEntries(
    ['Sqrt', 'Ceil', 'Floor', 'Round'].map((kernel) => [
      kernel,
      ofFloat((x, call) => call.apply(kernel.toLowerCase(), x.type, x)),
    ]),
  ),
  Abs: (call) => call.apply('abs', call.input('x').type, call.input('x')),
  Neg: (call) => call.apply('neg', call.input('x').type, call.input('x')),
  Square: (call) => {
    const x = call.input('x');
    return call.apply('mul', x.type, x, x);
  },
  Rsqrt: ofFloat((x, call) => call.apply('div', x.type, one(call), call.apply('sqrt', x.type, x))),
  Reciprocal: ofFloat((x, call) => call.apply('div', x.type, one(call), x)),
  Relu: (call) => relu(call, call.input('x')),
  Relu6: ofFloat((x, call) => call.apply('min', x.type, relu(call, x), number(6, x.type))),
  Sigmoid: ofFloat((x, call) => sigmoid(call, x)),
  Softplus: ofFloat((x, call) => softplus(call, x)),
  Elu: ofFloat((x, call) => {
    const y = x;
    return below(call, y, call.apply('expm1', y.type, y));
  }),
  EluGrad: (call) => {
    const [dy, y] = [call.input('dy'), call.input('y')];
    const slope = select(
      call,
      call.apply('greaterEqual', 'i32', y, zero(y.type)),
      one(call),
      call.apply('add', y.type, y, one(call)),
    );
    return call.apply('mul', y.type, dy, slope);
  },
  Selu: ofFloat((x, call) => {
    const y = x;
    const negative = call.apply('mul', y.type, number(SELU_ALPHA, y.type), call.apply('expm1', y.type, y));
    return below(call, call.apply('mul', y.type, number(SELU_SCALE, y.type), y), negative);
  }),
  LeakyRelu: ofFloat((x, call) => {
    const y = x;
    const slope = number(call.attribute('alpha') as number, y.type);
    return select(call, call.apply('less', 'i32', y, zero(y.type)), call.apply('mul', y.type, y, slope), y);
  }),
  Prelu: (call) => {
    const [x, alpha] = [call.input('x'), call.input('alpha')];
    return select(call, call.apply('less', 'i32', x, zero(x.type)), call.apply('mul', x.type, x, alpha), x);
  },
  Step: (call) => {
    const x = cast(call.input('x'), call.float);
    const step = select(
      call,
      isPositive(call, x),
      one(call),
      number((call.attribute('alpha') as number | undefined) ?? 0, x.type),
    );
    return select(call, call.apply('equal', 'i32', x, x), step, x); // NaN stays
  },
  Sign: ofFloat((x, call) => {
    const y = x;
    const type = y.type;
    return call.apply(
      'sub',
      type,
      cast(isPositive(call, y), type),
      cast(call.apply('less', 'i32', y, zero(type)), type),
    );
  }),
  IsNan: ofFloat((x, call) => {
    const y = x;
    return call.apply('notEqual', 'i32', y, y);
  }),
  LogicalNot: (call) => call.apply('not', 'i32', call.input('x')),
  LogicalAnd: (call) => call.apply('and', 'i32', call.input('a'), call.input('b')),
  LogicalOr: (call) => call.apply('or', 'i32', call.input('a'), call.input('b')),
  Add: binary('add'),
  AddV2: binary('add'),
  Sub: binary('sub'),
  Multiply: binary('mul'),
  Maximum: binary('max'),
  Minimum: binary('min'),
  RealDiv: binary('div', true),
  Pow: binary('pow', true),
  Atan2: binary('atan2', true),
  SquaredDifference: (call) => {
    const type = typeOf(call.output.dtype, call.float);
    const difference = call.apply('sub', type, cast(call.input('a'), type), cast(call.input('b'), type));
    return call.apply('mul', type, difference, difference);
  },
  AddN: (call) => call.list().reduce((sum, part) => call.apply('add', sum.type, sum, part)),
  Equal: comparison('equal'),
  NotEqual: comparison('notEqual'),
  Less: comparison('less'),
  LessEqual: comparison('lessEqual'),
  Greater: comparison('greater'),
  GreaterEqual: comparison('greaterEqual'),
  Select: (call) => {
    const type = typeOf(call.output.dtype, call.float);
    const [yes, no] = [cast(call.input('t'), type), cast(call.input('e'), type)];
    const condition = call.input('condition');
    const rank = yes.shape.length;
    const isOfRows = condition.shape.length === 1 && rank > 1;
    const aligned = isOfRows
      ? call.reshape(condition, [...condition.shape, ...Array.from({ length: rank - 1 }, () => 1)])
      : condition;
    return call.apply('select', type, aligned, yes, no);
  },
  ClipByValue: ofFloat((x, call) => {
    const [low, high] = [call.attribute('clipValueMin'), call.attribute('clipValueMax')] as number[];
    const y = x;
    const raised = select(
      call,
      call.apply('less', 'i32', y, number(low as number, y.type)),
      number(low as number, y.type),
      y,
    );
    return select(
      call,
      call.apply('greater', 'i32', y, number(high as number, y.type)),
      number(high as number, y.type),
      raised,
    );
  }),
  Cast: (call) => {
    const x = call.input('x');
    const { dtype } = call.output;
    if (dtype === 'bool') return call.apply('notEqual', 'i32', x, zero(x.type));
    return cast(x, typeOf(dtype, call.float));
  },
  Identity: (call) => call.input('x'),
  Reshape: (call) => call.reshape(call.input('x'), call.output.shape),
  ExpandDims: (call) => call.reshape(call.input('input'), call.output.shape),
  Fill: (call) => {
    const value = call.attribute('value');
    if (typeof value !== 'number') throw call.unsupported('with no number');
    return { ...number(value, typeOf(call.output.dtype, call.float)), shape: call.output.shape };
  },
  ZerosLike: (call) => ({ ...zero(typeOf(call.output.dtype, call.float)), shape: call.output.shape }),
  OnesLike: (call) => ({ ...one(call, typeOf(call.output.dtype, call.float)), shape: call.output.shape }),
  BatchMatMul: product,
  _FusedMatMul: (call) => {
    let made = product(call) as Expression;
    const bias = call.optional('bias');
    if (bias !== undefined) made = call.apply('add', 'f32', made, bias);
    return activation(call, call.attribute('activation'), made);
  },
  Sum: folding('sum'),
  Mean: folding('mean'),
  Max: folding('max'),
  Min: folding('min'),
  Prod: folding('prod'),
  All: folding('all'),
  Any: folding('any'),
  Softmax: (call) => {
    const { shifted, axes } = softmaxParts(call, 'logits');
    const powers = held(call, call.apply('exp', shifted.type, shifted));
    return call.apply('div', powers.type, powers, call.fold('sum', powers, axes, true));
  },
  LogSoftmax: (call) => {
    const { shifted, axes } = softmaxParts(call, 'logits');
    const sums = call.fold('sum', call.apply('exp', shifted.type, shifted), axes, true);
    return call.apply('sub', shifted.type, shifted, call.apply('log', sums.type, sums));
  },
  OneHot: (call) => {
    const depth = call.attribute('depth') as number;
    const type = typeOf(call.output.dtype, call.float);
    const indices = call.input('indices');
    const classes = call.writer.constant(
      Int32Array.from({ length: depth }, (_, index) => index),
      [depth],
      'i32',
    );
    const column = call.reshape(indices, [...indices.shape, 1]);
    const is = call.apply('equal', 'i32', column, classes);
    return select(
      call,
      is,
      number(call.attribute('onValue') as number, type),
      number(call.attribute('offValue') as number, type),
    );
  },
  Transpose: view((call, from) => {
    const perm = call.attribute('perm') as number[];
    return {
      ...from,
      shape: perm.map((axis) => from.shape[axis] as number),
      strides: perm.map((axis) => from.strides[axis] as number),
    };
  }),
  Slice: view((call, from) => {
    const begin = call.attribute('begin') as number | number[];
    const starts = typeof begin === 'number' ? [begin] : begin;
    const offset = from.strides.reduce((sum, stride, axis) => sum + stride * (starts[axis] ?? 0), from.offset);
    return { ...from, shape: call.output.shape, offset };
  }),
  Reverse: view((call, from) => {
    const axes = axesOf(call, 'dims', from.shape.length);
    const offset = axes.reduce(
      (sum, axis) => sum + (from.strides[axis] as number) * ((from.shape[axis] as number) - 1),
      from.offset,
    );
    return { ...from, strides: from.strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)), offset };
  }),
  BroadcastTo: view((call, from) => broadcastTo(from, call.output.shape)),
  Tile: view((call, from) => {
    const reps = call.attribute('reps') as number[];
    if (reps.some((times, axis) => times !== 1 && from.shape[axis] !== 1))
      throw call.unsupported('of more than one number');
    return broadcastTo(from, call.output.shape);
  }),
  Concat: (call) => {
    const [axis = 0] = axesOf(call, 'axis', call.output.shape.length);
    const type = typeOf(call.output.dtype, call.float);
    return joined(
      call,
      call.list().map((part) => cast(part, type)),
      axis,
      call.output.shape,
      type,
    );
  },
  Pack: (call) => {
    const [axis = 0] = axesOf(call, 'axis', call.output.shape.length);
    const shape = call.output.shape.map((size, index) => (index === axis ? 1 : size));
    const type = typeOf(call.output.dtype, call.float);
    return joined(
      call,
      call.list().map((part) => call.reshape(cast(part, type), shape)),
      axis,
      call.output.shape,
      type,
    );
  },
  Unpack: (call) => {
    const from = call.view(inMemory(call, call.input('value')));
    const [axis = 0] = axesOf(call, 'axis', from.shape.length);
    const without = (list: readonly number[]): number[] => list.filter((_, index) => index !== axis);
    return call.node.outputs.map((_, index) =>
      leaf({
        ...from,
        shape: without(from.shape),
        strides: without(from.strides),
        offset: from.offset + index * (from.strides[axis] as number),
      }),
    );
  },
  SplitV: (call) => {
    const from = call.view(inMemory(call, call.input('x')));
    const [axis = 0] = axesOf(call, 'axis', from.shape.length);
    let { offset } = from;
    return call.node.outputs.map(({ shape }) => {
      const part = leaf({ ...from, shape, offset });
      offset += (shape[axis] as number) * (from.strides[axis] as number);
      return part;
    });
  },
  PadV2: (call) => {
    const x = call.input('x');
    const paddings = call.attribute('paddings') as [number, number][];
    const { shape } = call.output;
    const buffer = call.writer.buffer(x.type, sizeOf(shape));
    const whole = wholeView(buffer, shape);
    call.writer.store([{ ...number(call.attribute('constantValue') as number, x.type), shape }], [whole]);
    const offset = paddings.reduce((sum, [before], axis) => sum + before * (whole.strides[axis] as number), 0);
    const ready = call.writer.withoutProducts(x, false);
    const plain = ready.product === undefined ? ready : leaf(call.writer.settle(ready));
    if (sizeOf(x.shape) > 0) call.writer.store([plain], [{ ...whole, shape: x.shape, offset }]);
    return leaf(whole);
  },
  FusedBatchNorm: (call) => {
    const [x, mean, variance] = [call.input('x'), call.input('mean'), call.input('variance')];
    const type = x.type;
    const deviation = call.apply(
      'sqrt',
      type,
      call.apply('add', type, variance, number(call.attribute('varianceEpsilon') as number, type)),
    );
    const [scale, offset] = [call.optional('scale') ?? number(1, type), call.optional('offset') ?? zero(type)];
    const normal = call.apply('div', type, call.apply('sub', type, x, mean), deviation);
    return call.apply('add', type, call.apply('mul', type, normal, scale), offset);
  },
};
