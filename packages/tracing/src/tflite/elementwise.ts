import type { DataType } from '@tensorflow/tfjs-core';
import { commonType } from '../lowering/attributes.js';
import type { GraphTensor, KernelCall, Ref } from '../lowering/lowering.js';
import { asin, asinh, acos, acosh, atanh, expm1, log1p, selu, sinh, softplus } from './formulas.js';
import type { Operator } from './operators.js';
import type { Lowering, Lowerings, TfliteGraph, TfliteType } from './tflite-graph.js';

type Formula = (graph: TfliteGraph, x: Ref) => Ref;

/** One number in, one number out, computed as a float. */
const unary =
  (formula: Formula): Lowering =>
  (call, graph) => {
    const [x] = call.list as readonly [GraphTensor];
    return graph.cast(formula(graph, graph.cast(x.ref, x.dtype, 'float32')), 'float32', call.output.dtype);
  };

/** The same, where integers stay integers. */
const unaryOfAny =
  (formula: (graph: TfliteGraph, x: Ref, dtype: TfliteType) => Ref): Lowering =>
  (call, graph) => {
    const [x] = call.list as readonly [GraphTensor];
    const dtype = call.output.dtype === 'bool' ? 'int32' : (call.output.dtype as TfliteType);
    return graph.cast(formula(graph, graph.cast(x.ref, x.dtype, dtype), dtype), dtype, call.output.dtype);
  };

const op =
  (name: Operator): Formula =>
  (graph, x) =>
    graph.same(name, x);

/** Two numbers in, one out, computed in their common type. */
const binary =
  (name: Operator): Lowering =>
  (call, graph) => {
    const common = commonType(call);
    return graph.cast(graph.pair(name, ...both(call, graph, common)), common, call.output.dtype);
  };

const comparison =
  (name: Operator): Lowering =>
  (call, graph) =>
    graph.pair(name, ...both(call, graph, commonType(call)), 'bool');

const logical =
  (name: Operator): Lowering =>
  (call, graph) => {
    const [a, b] = call.list.map(({ ref, dtype }) => graph.cast(ref, dtype, 'bool')) as [Ref, Ref | undefined];
    return b === undefined ? graph.same(name, a) : graph.pair(name, a, b);
  };

function both(call: KernelCall, graph: TfliteGraph, dtype: DataType): [Ref, Ref] {
  const [a, b] = [call.input('a'), call.input('b')];
  return [graph.cast(a.ref, a.dtype, dtype), graph.cast(b.ref, b.dtype, dtype)];
}

/** `activation` of a fused kernel, on top of its product and bias. */
export function activate(call: KernelCall, graph: TfliteGraph, x: Ref): Ref {
  switch (call.attribute('activation') ?? 'linear') {
    case 'linear':
      return x;
    case 'relu':
      return graph.same('RELU', x);
    case 'relu6':
      return graph.same('RELU6', x);
    case 'elu':
      return graph.same('ELU', x);
    case 'sigmoid':
      return graph.same('LOGISTIC', x);
    case 'leakyrelu':
      return leakyRelu(graph, x, (call.attribute('leakyreluAlpha') as number | null) ?? 0.2);
    case 'prelu':
      return prelu(graph, x, call.input('preluActivationWeights').ref);
    default:
      throw call.unsupported(`with the activation ${String(call.attribute('activation'))}`);
  }
}

const leakyRelu = (graph: TfliteGraph, x: Ref, alpha: number): Ref =>
  graph.same('LEAKY_RELU', x, ['LeakyReluOptions', { alpha }]);

/** `max(x, 0) + alpha min(x, 0)`: the operator takes slopes without the rows alone. */
function prelu(graph: TfliteGraph, x: Ref, alpha: Ref): Ref {
  const negative = graph.pair('MUL', graph.pair('MINIMUM', x, graph.float(0)), alpha);
  return graph.pair('ADD', graph.same('RELU', x), negative);
}

const isBelow = (graph: TfliteGraph, x: Ref, name: 'LESS' | 'EQUAL'): Ref =>
  graph.pair(name, graph.same('ABS', x), graph.float(Infinity), 'bool');

const UNARY: Readonly<Record<string, Operator>> = {
  Ceil: 'CEIL',
  Cos: 'COS',
  Elu: 'ELU',
  Exp: 'EXP',
  Floor: 'FLOOR',
  Log: 'LOG',
  Relu6: 'RELU6',
  Round: 'ROUND',
  Rsqrt: 'RSQRT',
  Sigmoid: 'LOGISTIC',
  Sin: 'SIN',
  Sqrt: 'SQRT',
  Tanh: 'TANH',
};

const BINARY: Readonly<Record<string, Operator>> = {
  Add: 'ADD',
  Sub: 'SUB',
  Multiply: 'MUL',
  RealDiv: 'DIV',
  FloorDiv: 'FLOOR_DIV',
  Mod: 'FLOOR_MOD',
  Pow: 'POW',
  Maximum: 'MAXIMUM',
  Minimum: 'MINIMUM',
  SquaredDifference: 'SQUARED_DIFFERENCE',
};

const COMPARISONS: Readonly<Record<string, Operator>> = {
  Equal: 'EQUAL',
  NotEqual: 'NOT_EQUAL',
  Greater: 'GREATER',
  GreaterEqual: 'GREATER_EQUAL',
  Less: 'LESS',
  LessEqual: 'LESS_EQUAL',
};

const each = (ops: Readonly<Record<string, Operator>>, lower: (name: Operator) => Lowering): Lowerings =>
  Object.fromEntries(Object.entries(ops).map(([kernel, name]) => [kernel, lower(name)]));

export const elementwise: Lowerings = {
  ...each(UNARY, (name) => unary(op(name))),
  ...each(BINARY, binary),
  ...each(COMPARISONS, comparison),
  ...each({ LogicalAnd: 'LOGICAL_AND', LogicalOr: 'LOGICAL_OR', LogicalNot: 'LOGICAL_NOT' }, logical),
  Abs: unaryOfAny(op('ABS')),
  Neg: unaryOfAny(op('NEG')),
  Sign: unaryOfAny(op('SIGN')),
  Relu: unaryOfAny((graph, x, dtype) =>
    dtype === 'int32' ? graph.pair('MAXIMUM', x, graph.scalar(0, 'int32')) : graph.same('RELU', x),
  ),
  Square: unaryOfAny((graph, x) => graph.pair('MUL', x, x)),
  Acos: unary(acos),
  Acosh: unary(acosh),
  Asin: unary(asin),
  Asinh: unary(asinh),
  Atan: unary((graph, x) => graph.alike('ATAN2', x, graph.float(1))),
  Atan2: (call, graph) => graph.alike('ATAN2', ...both(call, graph, 'float32')),
  Atanh: unary(atanh),
  Cosh: unary((graph, x) => {
    const sum = graph.pair('ADD', graph.same('EXP', x), graph.same('EXP', graph.same('NEG', x)));
    return graph.pair('MUL', sum, graph.float(0.5));
  }),
  Expm1: unary(expm1),
  Log1p: unary(log1p),
  Reciprocal: unary((graph, x) => graph.pair('DIV', graph.float(1), x)),
  Selu: unary(selu),
  Sinh: unary(sinh),
  Softplus: unary(softplus),
  Tan: unary((graph, x) => graph.pair('DIV', graph.same('SIN', x), graph.same('COS', x))),
  IsNan: (call, graph) => {
    const x = float32Of(call, graph);
    return graph.pair('NOT_EQUAL', x, x, 'bool');
  },
  IsInf: (call, graph) => isBelow(graph, float32Of(call, graph), 'EQUAL'),
  IsFinite: (call, graph) => isBelow(graph, float32Of(call, graph), 'LESS'),
  AddN: (call, graph) => call.list.map(({ ref }) => ref).reduce((sum, ref) => graph.pair('ADD', sum, ref)),
  ClipByValue: (call, graph) => {
    const { ref, dtype } = call.input('x');
    const bound = (name: string): Ref => graph.scalar(call.number(name), dtype as TfliteType);
    return graph.pair('MAXIMUM', graph.pair('MINIMUM', ref, bound('clipValueMax')), bound('clipValueMin'));
  },
  LeakyRelu: (call, graph) => leakyRelu(graph, float32Of(call, graph), call.number('alpha')),
  Prelu: (call, graph) => prelu(graph, call.input('x').ref, call.input('alpha').ref),
  Step: (call, graph) => {
    const { ref, dtype } = call.input('x');
    const scalar = (value: number): Ref => graph.scalar(value, dtype as TfliteType);
    const other = scalar((call.attribute('alpha') as number | undefined) ?? 0);
    const step = graph.where(graph.pair('GREATER', ref, scalar(0), 'bool'), scalar(1), other);
    if (dtype !== 'float32') return graph.cast(step, dtype, call.output.dtype);
    return graph.where(graph.pair('NOT_EQUAL', ref, ref, 'bool'), ref, step);
  },
  Select: (call, graph) => {
    const { dtype } = call.output;
    const [condition, t, e] = [call.input('condition'), call.input('t'), call.input('e')];
    const [one, other] = [t, e].map((branch) => graph.cast(branch.ref, branch.dtype, dtype)) as [Ref, Ref];
    // A condition for each row.
    const isOfRows = condition.shape.length === 1 && t.shape.length > 1;
    const column = [...condition.shape, ...t.shape.slice(1).map(() => 1)];
    return graph.where(isOfRows ? graph.reshape(condition.ref, column, 'bool') : condition.ref, one, other);
  },
};

function float32Of(call: KernelCall, graph: TfliteGraph): Ref {
  const { ref, dtype } = call.input('x');
  return graph.cast(ref, dtype, 'float32');
}
