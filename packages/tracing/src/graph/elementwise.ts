import type { DataType } from '@tensorflow/tfjs-core';
import { type GraphBuilder, type Lowering, type Lowerings, typeAttr } from './graph-builder.js';
import { commonType } from '../lowering/attributes.js';
import type { GraphTensor, KernelCall, Ref } from '../lowering/lowering.js';

/** One number in, one number out, computed in the type of the output. */
const unary =
  (op: string): Lowering =>
  (call, graph) => {
    const [x] = call.list as readonly [GraphTensor];
    const { dtype } = call.output;
    return graph.add(op, [graph.cast(x.ref, x.dtype, dtype)], { T: typeAttr(dtype) });
  };

/** Questions about one number. */
const test =
  (op: string): Lowering =>
  (call, graph) => {
    const x = call.input('x');
    return graph.add(op, [graph.cast(x.ref, x.dtype, 'float32')], { T: typeAttr('float32') });
  };

/** Two numbers in, one out, computed in their common type; that of bools is an integer. Some backends give another type. */
const binary =
  (op: string): Lowering =>
  (call, graph) => {
    const common = commonType(call);
    return graph.cast(both(op, call, graph, common), common, call.output.dtype);
  };

const comparison =
  (op: string): Lowering =>
  (call, graph) =>
    both(op, call, graph, commonType(call));

const logical =
  (op: string): Lowering =>
  (call, graph) =>
    graph.add(
      op,
      call.list.map(({ ref, dtype }) => graph.cast(ref, dtype, 'bool')),
    );

function both(op: string, call: KernelCall, graph: GraphBuilder, dtype: DataType): Ref {
  const [a, b] = [call.input('a'), call.input('b')];
  return graph.add(op, [graph.cast(a.ref, a.dtype, dtype), graph.cast(b.ref, b.dtype, dtype)], { T: typeAttr(dtype) });
}

/** `activation` of a fused kernel, on top of its product and bias. */
export function activate(call: KernelCall, graph: GraphBuilder, x: Ref): Ref {
  const T = typeAttr('float32');
  switch (call.attribute('activation') ?? 'linear') {
    case 'linear':
      return x;
    case 'relu':
      return graph.add('Relu', [x], { T });
    case 'relu6':
      return graph.add('Relu6', [x], { T });
    case 'elu':
      return graph.add('Elu', [x], { T });
    case 'sigmoid':
      return graph.add('Sigmoid', [x], { T });
    case 'leakyrelu':
      return graph.add('LeakyRelu', [x], {
        T,
        alpha: { f: (call.attribute('leakyreluAlpha') as number | null) ?? 0.2 },
      });
    case 'prelu':
      return prelu(graph, x, call.input('preluActivationWeights').ref);
    default:
      throw call.unsupported(`with the activation ${String(call.attribute('activation'))}`);
  }
}

/** As tfjs-node computes it: `relu(x) + alpha (x - |x|) / 2`. */
function prelu(graph: GraphBuilder, x: Ref, alpha: Ref): Ref {
  const T = typeAttr('float32');
  const negative = graph.add('Sub', [x, graph.add('Abs', [x], { T })], { T });
  const half = graph.scalar(0.5, 'float32');
  const scaled = graph.add('Mul', [graph.add('Mul', [alpha, negative], { T }), half], { T });
  return graph.add('AddV2', [graph.add('Relu', [x], { T }), scaled], { T });
}

export const elementwise: Lowerings = {
  ...Object.fromEntries(
    (
      'Abs Acos Acosh Asin Asinh Atan Atanh Ceil Cos Cosh Elu Erf Exp Expm1 Floor Log Log1p Neg Reciprocal Relu Relu6 Round Rsqrt Selu Sigmoid Sign Sin ' +
      'Sinh Softplus Sqrt Square Tan Tanh'
    )
      .split(' ')
      .map((op) => [op, unary(op)]),
  ),
  IsFinite: test('IsFinite'),
  IsInf: test('IsInf'),
  IsNan: test('IsNan'),
  Add: binary('AddV2'),
  Sub: binary('Sub'),
  Multiply: binary('Mul'),
  RealDiv: binary('RealDiv'),
  FloorDiv: binary('FloorDiv'),
  Mod: binary('FloorMod'),
  Pow: binary('Pow'),
  Maximum: binary('Maximum'),
  Minimum: binary('Minimum'),
  SquaredDifference: binary('SquaredDifference'),
  Atan2: binary('Atan2'),
  Equal: comparison('Equal'),
  NotEqual: comparison('NotEqual'),
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterEqual'),
  Less: comparison('Less'),
  LessEqual: comparison('LessEqual'),
  LogicalAnd: logical('LogicalAnd'),
  LogicalOr: logical('LogicalOr'),
  LogicalNot: logical('LogicalNot'),
  AddN: (call, graph) =>
    graph.add(
      'AddN',
      call.list.map(({ ref }) => ref),
      { N: { i: call.list.length }, T: typeAttr(call.output.dtype) },
    ),
  ClipByValue: (call, graph) => {
    const { ref, dtype } = call.input('x');
    const T = typeAttr(dtype);
    const below = graph.add('Minimum', [ref, graph.scalar(call.number('clipValueMax'), dtype)], { T });
    return graph.add('Maximum', [below, graph.scalar(call.number('clipValueMin'), dtype)], { T });
  },
  LeakyRelu: (call, graph) => {
    const { ref, dtype } = call.input('x');
    return graph.add('LeakyRelu', [graph.cast(ref, dtype, 'float32')], {
      T: typeAttr('float32'),
      alpha: { f: call.number('alpha') },
    });
  },
  Prelu: (call, graph) => prelu(graph, call.input('x').ref, call.input('alpha').ref),
  EluGrad: (call, graph) =>
    graph.add('EluGrad', [call.input('dy').ref, call.input('y').ref], { T: typeAttr(call.output.dtype) }),
  Step: (call, graph) => {
    const { ref, dtype } = call.input('x');
    const T = typeAttr(dtype);
    const positive = graph.add('Greater', [ref, graph.scalar(0, dtype)], { T });
    const other = graph.scalar((call.attribute('alpha') as number | undefined) ?? 0, dtype);
    const step = graph.add('SelectV2', [positive, graph.scalar(1, dtype), other], { T });
    if (dtype !== 'float32') return graph.cast(step, dtype, call.output.dtype);
    return graph.add('SelectV2', [graph.add('IsNan', [ref], { T }), ref, step], { T });
  },
  Select: (call, graph) => {
    const { dtype } = call.output;
    const [condition, t, e] = [call.input('condition'), call.input('t'), call.input('e')];
    const inputs = [t, e].map((branch) => graph.cast(branch.ref, branch.dtype, dtype));
    // The older operation takes a condition for each row.
    return graph.add('Select', [condition.ref, ...inputs], { T: typeAttr(dtype) });
  },
};
