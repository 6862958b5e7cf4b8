import type { KernelCall, Ref } from '../lowering/lowering.js';
import { activate } from './elementwise.js';
import type { Lowering, Lowerings, OnnxGraph } from './onnx-graph.js';

/** `a b + bias`: of two matrices as one operation, since that can transpose and add a vector to rows. */
const product: Lowering = (call, graph) => {
  const [a, b, bias] = [call.input('a'), call.input('b'), call.optional('bias')];
  const [transA, transB] = [call.flag('transposeA'), call.flag('transposeB')];
  if (a.shape.length === 2 && b.shape.length === 2 && (bias?.shape.length ?? 1) <= 2) {
    const inputs = [a.ref, b.ref, ...(bias === undefined ? [] : [bias.ref])];
    return activate(call, graph, graph.add('Gemm', inputs, { transA: flag(transA), transB: flag(transB) }));
  }
  const of = ({ ref, shape }: typeof a, isTransposed: boolean): Ref =>
    isTransposed ? graph.transpose(ref, swapped(shape.length)) : ref;
  const made = graph.add('MatMul', [of(a, transA), of(b, transB)]);
  return finish(call, graph, made);
};

const flag = (value: boolean): { i: number } => ({ i: value ? 1 : 0 });

/** The last two axes in the other order. */
const swapped = (rank: number): number[] =>
  Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));

/** Adds the bias of a fused kernel, and applies its activation. */
export function finish(call: KernelCall, graph: OnnxGraph, x: Ref): Ref {
  const bias = call.optional('bias');
  return activate(call, graph, bias === undefined ? x : graph.add('Add', [x, bias.ref]));
}

export const products: Lowerings = {
  BatchMatMul: product,
  _FusedMatMul: product,
  Einsum: (call, graph) =>
    graph.add(
      'Einsum',
      call.list.map(({ ref }) => ref),
      { equation: { s: call.text('equation') } },
    ),
};
