import { type GraphBuilder, type Lowering, type Lowerings, textAttr, typeAttr } from '../graph/graph-builder.js';
import type { Composition } from '../composition.js';
import { type HostCheck, rangeOf } from '../label-check.js';
import { GraphValues, type KernelCall, lowerNodes, type Ref } from '../lowering/lowering.js';
import { sameSize, type Size } from '../lowering/sizes.js';
import { tensorflowOps } from '../graph/tensorflow-ops.js';
import { sizeOf, type Use } from '../program.js';
import { DROPOUT_MASK } from '../dropout/mask-kernel.js';
import { lowerMask } from './dropout-mask.js';
import { lowerUpdate, UPDATE } from './update.js';

/** What the graph of a step is told of its kernels, and asks for. */
export interface OwnKernels {
  /** What a kernel of tfjs-heads is made of. */
  compositionOf(call: KernelCall): Composition;
  /** Whether the sign of NaN is NaN, which is not so in all versions of TensorFlow. */
  readonly signKeepsNaN: boolean;
  /** A number of the step, such as a rate. */
  number(call: KernelCall, name: string): Ref;
  /** A tensor is to be looked at before the step has any consequence. */
  check(labels: Use, range: HostCheck): void;
}

const PREFIX = 'TfjsHeads.';

/** Lowerings of everything, kernels of tfjs-heads among them. */
export function withOwnKernels(kernels: readonly string[], own: OwnKernels): Lowerings {
  const composed: Lowering = (call, graph) => lowerComposition(call, graph, own);
  const others = kernels.filter((kernel) => kernel.startsWith(PREFIX) && !Object.hasOwn(tensorflowOps, kernel));
  return {
    ...tensorflowOps,
    ...Object.fromEntries(others.map((kernel) => [kernel, composed])),
    BatchMatMul: (call, graph) =>
      (call.output.shape.length === 2 ? matMul : (tensorflowOps['BatchMatMul'] as Lowering))(call, graph),
    Add: (call, graph) => (isBias(call) ? addBias : (tensorflowOps['Add'] as Lowering))(call, graph),
    Step: stepOf(own),
    Sqrt: (call, graph) => {
      const root = (tensorflowOps['Sqrt'] as Lowering)(call, graph) as Ref;
      return graph.opaque(root, call.output.shape, call.output.dtype);
    },
    'TfjsHeads.LabelRange/2': (call) => {
      own.check(call.node.inputs['labels'] as Use, rangeOf(call, 'range'));
      return call.input('labels').ref;
    },
    [UPDATE]: (call, graph) => lowerUpdate(call, graph, (name) => own.number(call, name)),
    [DROPOUT_MASK]: (call, graph) => lowerMask(call, graph, (name) => own.number(call, name)),
    'TfjsHeads.ClipScale/1': (call, graph) => (call.isComposed ? composed : clipScaleInDoubles)(call, graph),
  };
}

/**
 * A kernel by those that it is made of. One that did not run them when it was recorded has walked over arrays in doubles: so does the graph compute in float64, and rounds
 * what comes out.
 */
function lowerComposition(call: KernelCall, graph: GraphBuilder, own: OwnKernels): Ref[] {
  if (call.attribute('labelRange') !== undefined && call.optional('labels') !== undefined)
    own.check(call.node.inputs['labels'] as Use, rangeOf(call, 'labelRange'));
  const { program, outputs } = own.compositionOf(call);
  const inDoubles = !call.isComposed;
  const given = call.list.map(({ ref, dtype }) => (inDoubles && dtype === 'float32' ? graph.widen(ref) : ref));
  const lower = (): Ref[] => {
    const values = new GraphValues(graph);
    program.arguments.forEach((argument, index) => values.set(argument, given[index] as Ref));
    for (const constant of program.constants)
      values.set(constant, graph.constant(constant.data, constant.shape as number[], constant.dtype));
    lowerNodes(program, graph, values, { ...tensorflowOps, Step: stepOf(own) });
    return outputs.map((source) => {
      if (source.kind === 'argument') return given[source.index] as Ref;
      if (source.kind === 'known') throw call.unsupported('which gives a tensor of its own');
      return values.get(program.results[source.index] as Use).ref;
    });
  };
  if (!inDoubles) return lower();
  const made = graph.inDoubles(lower);
  return made.map((ref, index) => (call.outputs[index]?.dtype === 'float32' ? graph.narrow(ref) : ref));
}

const T_FLOAT = { T: typeAttr('float32') };

/** Of two matrices, for which the operation of batches is slower. */
const matMul: Lowering = (call, graph) => {
  const [a, b] = [call.input('a'), call.input('b')];
  if (isOuter(call)) return outer(call, graph);
  const attr = { transpose_a: { b: call.flag('transposeA') }, transpose_b: { b: call.flag('transposeB') } };
  return graph.add('MatMul', [a.ref, b.ref], { ...T_FLOAT, ...attr });
};

/** From how many numbers on the operation for products is the faster one. */
const LARGE = 16_384;

/** Whether a column is multiplied by a row, such as the gradient of a single logit by its weights: nothing is summed, but the operation for products takes its time to begin. */
function isOuter(call: KernelCall): boolean {
  return sizeOf(fixed(call.output.shape)) < LARGE && call.input('a').shape[call.flag('transposeA') ? 0 : 1] === 1;
}

function fixed(shape: readonly Size[]): number[] {
  return shape.map((size) => (typeof size === 'number' ? size : LARGE));
}

const outer: Lowering = (call, graph) => {
  const [a, b] = [call.input('a'), call.input('b')];
  const column = call.flag('transposeA') ? graph.reshape(a.ref, [a.shape[1] as Size, 1], 'float32') : a.ref;
  const row = call.flag('transposeB') ? graph.reshape(b.ref, [1, b.shape[0] as Size], 'float32') : b.ref;
  return graph.add('Mul', [column, row], T_FLOAT);
};

/** Whether a vector is added to the rows of a matrix. */
function isBias(call: KernelCall): boolean {
  const [a, b] = [call.input('a'), call.input('b')];
  const areFloats = a.dtype === 'float32' && b.dtype === 'float32';
  return areFloats && a.shape.length === 2 && b.shape.length === 1 && sameSize(a.shape[1], b.shape[0]);
}

/**
 * TensorFlow makes one operation of a large product, this and an activation. For a small one that operation takes longer than all three, and one of a single column is multiplied in
 * another order: so it is not to see the product.
 */
const addBias: Lowering = (call, graph) => {
  const { shape } = call.output;
  const [a, b] = [call.input('a').ref, call.input('b').ref];
  if (shape[1] === 1) return graph.add('AddV2', [graph.opaque(a, shape, 'float32'), b], T_FLOAT);
  const product = sizeOf(fixed(shape)) > LARGE ? a : graph.opaque(a, shape, 'float32');
  return graph.add('BiasAdd', [product, b], { ...T_FLOAT, data_format: textAttr('NHWC') });
};

function stepOf({ signKeepsNaN }: OwnKernels): Lowering {
  return (call, graph) => (signKeepsNaN && isPlainStep(call) ? step : (tensorflowOps['Step'] as Lowering))(call, graph);
}

function isPlainStep(call: KernelCall): boolean {
  const alpha = call.attribute('alpha') ?? 0;
  return call.input('x').dtype === 'float32' && (alpha === 0 || alpha === -1);
}

/** 1 for what is positive, NaN for NaN, else 0 or -1. A network has the first operation anyway; a choice between two scalars takes ten times as long as all of them. */
const step: Lowering = (call, graph) => {
  const sign = graph.add('Sign', [graph.add('Relu', [call.input('x').ref], T_FLOAT)], T_FLOAT);
  if (call.attribute('alpha') !== -1) return sign;
  return graph.add('Sub', [graph.add('AddV2', [sign, sign], T_FLOAT), graph.scalar(1, 'float32')], T_FLOAT);
};

/** `norm / max(length, norm)` of the length of all gradients together. */
const clipScaleInDoubles: Lowering = (call, graph) => {
  const gradients = call.list.map((gradient) => ({ ...gradient, ref: graph.widen(gradient.ref) }));
  const T = typeAttr('float32');
  const scale = graph.inDoubles((): Ref => {
    const squares = gradients.map(({ ref, shape }) => {
      const axes = graph.vector(shape.map((_, axis) => axis));
      const attr = { T, Tidx: typeAttr('int32'), keep_dims: { b: false } };
      return graph.add('Sum', [graph.add('Square', [ref], { T }), axes], attr);
    });
    const length = graph.add('Sqrt', [graph.add('AddN', squares, { T, N: { i: squares.length } })], { T });
    const norm = graph.scalar(call.number('norm'), 'float32');
    const quotient = graph.add('RealDiv', [norm, graph.add('Maximum', [length, norm], { T })], { T });
    if (!call.flag('isGlobal')) return quotient;
    const zeroOrNaN = graph.add('Sub', [length, length], { T });
    return graph.add('AddV2', [quotient, zeroOrNaN], { T });
  });
  return graph.narrow(scale);
};
