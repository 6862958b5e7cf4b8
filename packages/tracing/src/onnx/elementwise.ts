import type { DataType } from '@tensorflow/tfjs-core';
import { commonType } from '../lowering/attributes.js';
import type { GraphTensor, KernelCall, Ref } from '../lowering/lowering.js';
import type { Lowering, Lowerings, OnnxGraph } from './onnx-graph.js';
import type { OnnxType } from './onnx-model.js';

type Formula = (graph: OnnxGraph, x: Ref) => Ref;

/** One number in, one number out, computed as a float. */
const unary =
  (formula: Formula): Lowering =>
  (call, graph) => {
    const [x] = call.list as readonly [GraphTensor];
    return graph.cast(formula(graph, graph.cast(x.ref, x.dtype, 'float32')), 'float32', call.output.dtype);
  };

/** The same, where integers stay integers. */
const unaryOfAny =
  (formula: (graph: OnnxGraph, x: Ref, dtype: DataType) => Ref): Lowering =>
  (call, graph) => {
    const [x] = call.list as readonly [GraphTensor];
    const dtype = call.output.dtype === 'bool' ? 'int32' : call.output.dtype;
    return graph.cast(formula(graph, graph.cast(x.ref, x.dtype, dtype), dtype), dtype, call.output.dtype);
  };

const op =
  (name: string): Formula =>
  (graph, x) =>
    graph.add(name, [x]);

const float = (graph: OnnxGraph, value: number): Ref => graph.scalar(value, 'float32');

/** `tanh(x / 2) (e^x + 1)`, which keeps its digits near 0. */
const expm1: Formula = (graph, x) => {
  const half = graph.add('Tanh', [graph.add('Mul', [x, float(graph, 0.5)])]);
  return graph.add('Mul', [half, graph.add('Add', [graph.add('Exp', [x]), float(graph, 1)])]);
};

/** `log(u) x / (u - 1)` of `u = 1 + x` near 0, where what rounding took from u is given back; else the logarithm of u. */
const log1p: Formula = (graph, x) => {
  const u = graph.add('Add', [x, float(graph, 1)]);
  const log = graph.add('Log', [u]);
  const difference = graph.add('Sub', [u, float(graph, 1)]);
  const corrected = graph.add('Mul', [log, graph.add('Div', [x, difference])]);
  const isNone = graph.add('Equal', [difference, float(graph, 0)]);
  const near = graph.add('Where', [isNone, x, corrected]);
  const isNear = graph.add('Less', [graph.add('Abs', [x]), float(graph, 1)]);
  return graph.add('Where', [isNear, near, log]);
};

/** `max(x, 0) + log1p(e^-|x|)` */
const softplus: Formula = (graph, x) => {
  const small = graph.add('Exp', [graph.add('Neg', [graph.add('Abs', [x])])]);
  return graph.add('Add', [graph.add('Relu', [x]), log1p(graph, small)]);
};

/** `1 / (1 + e^-x)`: the operator of some runtimes is a polynomial, which is off by more than small probabilities are. */
const sigmoid: Formula = (graph, x) => {
  const sum = graph.add('Add', [graph.add('Exp', [graph.add('Neg', [x])]), float(graph, 1)]);
  return graph.add('Reciprocal', [sum]);
};

const relu6: Formula = (graph, x) => graph.add('Clip', [x, float(graph, 0), float(graph, 6)]);

/** Two numbers in, one out, computed in their common type. */
const binary =
  (formula: (graph: OnnxGraph, a: Ref, b: Ref, dtype: DataType) => Ref): Lowering =>
  (call, graph) => {
    const common = commonType(call);
    const [a, b] = both(call, graph, common);
    return graph.cast(formula(graph, a, b, common), common, call.output.dtype);
  };

const comparison =
  (name: string): Lowering =>
  (call, graph) =>
    graph.add(name, both(call, graph, commonType(call)));

const logical =
  (name: string): Lowering =>
  (call, graph) =>
    graph.add(
      name,
      call.list.map(({ ref, dtype }) => graph.cast(ref, dtype, 'bool')),
    );

function both(call: KernelCall, graph: OnnxGraph, dtype: DataType): [Ref, Ref] {
  const [a, b] = [call.input('a'), call.input('b')];
  return [graph.cast(a.ref, a.dtype, dtype), graph.cast(b.ref, b.dtype, dtype)];
}

const pair =
  (name: string) =>
  (graph: OnnxGraph, a: Ref, b: Ref): Ref =>
    graph.add(name, [a, b]);

/** With the sign of the divisor, as tfjs; the operator for floats gives that of what is divided. */
function mod(graph: OnnxGraph, a: Ref, b: Ref): Ref {
  const remainder = (x: Ref): Ref => graph.add('Mod', [x, b], { fmod: { i: 1 } });
  const first = remainder(a);
  return remainder(graph.add('Add', [first, b]));
}

/** Rounded down; integers are divided in doubles, which have room for each of them. */
function floorDiv(graph: OnnxGraph, a: Ref, b: Ref, dtype: DataType): Ref {
  if (dtype === 'float32') return graph.add('Floor', [graph.add('Div', [a, b])]);
  const quotient = graph.add('Div', [graph.castTo(a, 'float64'), graph.castTo(b, 'float64')]);
  return graph.castTo(graph.add('Floor', [quotient]), 'int32');
}

/** Of two tensors by a condition. Runtimes have no such operator for bools. */
export function where(graph: OnnxGraph, condition: Ref, t: Ref, e: Ref, dtype: DataType): Ref {
  if (dtype !== 'bool') return graph.add('Where', [condition, t, e]);
  const [one, other] = [t, e].map((x) => graph.castTo(x, 'int32')) as [Ref, Ref];
  return graph.castTo(graph.add('Where', [condition, one, other]), 'bool');
}

/** `activation` of a fused kernel, on top of its product and bias. */
export function activate(call: KernelCall, graph: OnnxGraph, x: Ref): Ref {
  switch (call.attribute('activation') ?? 'linear') {
    case 'linear':
      return x;
    case 'relu':
      return graph.add('Relu', [x]);
    case 'relu6':
      return relu6(graph, x);
    case 'elu':
      return graph.add('Elu', [x]);
    case 'sigmoid':
      return sigmoid(graph, x);
    case 'leakyrelu':
      return leakyRelu(graph, x, (call.attribute('leakyreluAlpha') as number | null) ?? 0.2);
    case 'prelu':
      return graph.add('PRelu', [x, call.input('preluActivationWeights').ref]);
    default:
      throw call.unsupported(`with the activation ${String(call.attribute('activation'))}`);
  }
}

const leakyRelu = (graph: OnnxGraph, x: Ref, alpha: number): Ref =>
  graph.add('LeakyRelu', [x], { alpha: { f: alpha } });

const FLOAT_OPS =
  'Acos Acosh Asin Asinh Atan Atanh Ceil Cos Cosh Elu Erf Exp Floor Log Reciprocal Round Selu Sin Sinh Sqrt Tan Tanh';

export const elementwise: Lowerings = {
  ...Object.fromEntries(FLOAT_OPS.split(' ').map((name) => [name, unary(op(name))])),
  ...Object.fromEntries('Abs Neg Relu Sign'.split(' ').map((name) => [name, unaryOfAny(op(name))])),
  Expm1: unary(expm1),
  Log1p: unary(log1p),
  Sigmoid: unary(sigmoid),
  Softplus: unary(softplus),
  Relu6: unary(relu6),
  Rsqrt: unary((graph, x) => graph.add('Reciprocal', [graph.add('Sqrt', [x])])),
  Square: unaryOfAny((graph, x) => graph.add('Mul', [x, x])),
  IsNan: (call, graph) => graph.add('IsNaN', [float32Of(call, graph)]),
  IsInf: (call, graph) => graph.add('IsInf', [float32Of(call, graph)]),
  IsFinite: (call, graph) => {
    const x = float32Of(call, graph);
    return graph.add('Not', [graph.add('Or', [graph.add('IsNaN', [x]), graph.add('IsInf', [x])])]);
  },
  Add: binary(pair('Add')),
  Sub: binary(pair('Sub')),
  Multiply: binary(pair('Mul')),
  RealDiv: binary(pair('Div')),
  FloorDiv: binary(floorDiv),
  Mod: binary((graph, a, b, dtype) => (dtype === 'float32' ? mod(graph, a, b) : graph.add('Mod', [a, b]))),
  Pow: binary(pair('Pow')),
  Maximum: binary(pair('Max')),
  Minimum: binary(pair('Min')),
  SquaredDifference: binary((graph, a, b) => {
    const difference = graph.add('Sub', [a, b]);
    return graph.add('Mul', [difference, difference]);
  }),
  Equal: comparison('Equal'),
  NotEqual: (call, graph) => graph.add('Not', [graph.add('Equal', both(call, graph, commonType(call)))]),
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterOrEqual'),
  Less: comparison('Less'),
  LessEqual: comparison('LessOrEqual'),
  LogicalAnd: logical('And'),
  LogicalOr: logical('Or'),
  LogicalNot: logical('Not'),
  AddN: (call, graph) => call.list.map(({ ref }) => ref).reduce((sum, ref) => graph.add('Add', [sum, ref])),
  ClipByValue: (call, graph) => {
    const { ref, dtype } = call.input('x');
    const bounds = ['clipValueMin', 'clipValueMax'].map((name) => graph.scalar(call.number(name), dtype as OnnxType));
    return graph.add('Clip', [ref, ...bounds]);
  },
  LeakyRelu: (call, graph) => leakyRelu(graph, float32Of(call, graph), call.number('alpha')),
  Prelu: (call, graph) => graph.add('PRelu', [call.input('x').ref, call.input('alpha').ref]),
  Step: (call, graph) => {
    const { ref, dtype } = call.input('x');
    const scalar = (value: number): Ref => graph.scalar(value, dtype as OnnxType);
    const other = scalar((call.attribute('alpha') as number | undefined) ?? 0);
    const step = graph.add('Where', [graph.add('Greater', [ref, scalar(0)]), scalar(1), other]);
    if (dtype !== 'float32') return graph.cast(step, dtype, call.output.dtype);
    return graph.add('Where', [graph.add('IsNaN', [ref]), ref, step]);
  },
  Select: (call, graph) => {
    const { dtype } = call.output;
    const [condition, t, e] = [call.input('condition'), call.input('t'), call.input('e')];
    const [one, other] = [t, e].map((branch) => graph.cast(branch.ref, branch.dtype, dtype)) as [Ref, Ref];
    // A condition for each row.
    const isOfRows = condition.shape.length === 1 && t.shape.length > 1;
    const column = [...condition.shape, ...t.shape.slice(1).map(() => 1)];
    const of = isOfRows ? graph.reshape(condition.ref, column, 'bool') : condition.ref;
    return where(graph, of, one, other, dtype);
  },
};

function float32Of(call: KernelCall, graph: OnnxGraph): Ref {
  const { ref, dtype } = call.input('x');
  return graph.cast(ref, dtype, 'float32');
}
