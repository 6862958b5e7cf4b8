import { backend_util } from '@tensorflow/tfjs-core';
import { FUNCTIONS } from '../arithmetic.js';
import { cast, type Expression, number, type View } from '../expression.js';
import { type Call, type KernelWriter, typeOf } from '../lowering.js';
import { held, ofFloat, one, select, zero } from './common.js';

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

const sigmoid = (call: Call, x: Expression): Expression => {
  const { decay } = decaysOf(call, x);
  const above = decay === undefined ? call.apply('exp', x.type, call.apply('neg', x.type, x)) : decay;
  const part = call.apply('div', x.type, one(call, x.type), call.apply('add', x.type, one(call, x.type), above));
  if (decay === undefined) return part;
  return select(call, isNegative(call, x), call.apply('mul', x.type, decay, part), part);
};

const relu = (call: Call, x: Expression): Expression => call.apply('max', x.type, x, zero(x.type));

/** `max(x, 0) + log1p(exp(-|x|))`: does not overflow. */
const softplus = (call: Call, x: Expression): Expression => {
  const { log } = decaysOf(call, x);
  return call.apply('add', x.type, relu(call, x), log ?? call.apply('log1pOfUnit', x.type, decayOf(call, x)));
};

const decayOf = (call: Call, x: Expression): Expression =>
  call.apply('exp', x.type, call.apply('neg', x.type, call.apply('abs', x.type, x)));

const decays = new WeakMap<View, { readonly decay: Expression; readonly log: Expression }>();

/** `exp(-|x|)` and `log1p` of it, which a loss has in its value and in its gradient, of x and of -x: computed once where x is in memory, in doubles. */
function decaysOf(call: Call, x: Expression): { readonly decay?: Expression; readonly log?: Expression } {
  const [of] = x.op === 'neg' ? x.of : [x];
  if (x.type !== 'f64' || of?.view === undefined) return {};
  let made = decays.get(of.view);
  if (made === undefined) {
    const decay = held(call, decayOf(call, of));
    made = { decay, log: held(call, call.apply('log1pOfUnit', 'f64', decay)) };
    decays.set(of.view, made);
  }
  return made;
}

const isPositive = (call: Call, x: Expression): Expression => call.apply('greater', 'i32', x, zero(x.type));
const isNegative = (call: Call, x: Expression): Expression => call.apply('less', 'i32', x, zero(x.type));

/** What is below 0 times a number, or as another function has it. */
const below = (call: Call, x: Expression, other: Expression): Expression =>
  select(call, call.apply('greaterEqual', 'i32', x, zero(x.type)), x, other);

const SELU_ALPHA = 1.7580993408473768;
const SELU_SCALE = 1.0507009873554805;

/** By the polynomial that tfjs has for it (Abramowitz and Stegun, 7.1.26), off by 1.5e-7 at most. */
function erf(call: Call, x: Expression): Expression {
  const f64 = (op: string, ...of: readonly Expression[]): Expression => call.apply(op, 'f64', ...of);
  const { ERF_P, ERF_A1, ERF_A2, ERF_A3, ERF_A4, ERF_A5 } = backend_util;
  const size = f64('abs', x);
  const t = f64('div', number(1, 'f64'), f64('add', number(1, 'f64'), f64('mul', number(ERF_P, 'f64'), size)));
  const sum = [ERF_A5, ERF_A4, ERF_A3, ERF_A2, ERF_A1].reduce<Expression>(
    (inner, factor) => f64('mul', f64('add', inner, number(factor, 'f64')), t),
    number(0, 'f64'),
  );
  const power = f64('exp', f64('neg', f64('mul', size, size)));
  const positive = f64('sub', number(1, 'f64'), f64('mul', sum, power));
  const is = (op: string): Expression => call.apply(op, 'i32', x, number(0, 'f64'));
  // At 0 the polynomial is 1e-9.
  return select(call, is('less'), f64('neg', positive), select(call, is('greater'), positive, x));
}

/** What a fused kernel does to what it has computed. */
export function activation(call: Call, name: unknown, x: Expression): Expression {
  if (name === undefined || name === null || name === 'linear') return x;
  if (name === 'relu') return relu(call, x);
  const y = x;
  if (name === 'sigmoid') return sigmoid(call, y);
  if (name === 'relu6') return call.apply('min', y.type, relu(call, y), number(6, y.type));
  if (name === 'elu') return below(call, y, call.apply('expm1', y.type, y));
  throw call.unsupported(`with the activation ${String(name)}`);
}

/** Kernels that make each number of those in its place. */
export const elementwise: Readonly<Record<string, KernelWriter>> = {
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
  IsFinite: ofFloat((x, call) => call.apply('less', 'i32', call.apply('abs', x.type, x), number(Infinity, x.type))),
  IsInf: ofFloat((x, call) => call.apply('equal', 'i32', call.apply('abs', x.type, x), number(Infinity, x.type))),
  Erf: ofFloat((x, call) => cast(erf(call, cast(x, 'f64')), x.type)),
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
