import { type GraphBuilder, type Lowerings, typeAttr } from './graph-builder.js';
import type { KernelCall, Ref } from '../lowering/lowering.js';
import { activate } from './elementwise.js';

function product(call: KernelCall, graph: GraphBuilder): Ref {
  const [a, b] = [call.input('a'), call.input('b')];
  const T = typeAttr(a.dtype);
  const [adj_x, adj_y] = [{ b: call.flag('transposeA') }, { b: call.flag('transposeB') }];
  return graph.add('BatchMatMulV2', [a.ref, b.ref], { T, adj_x, adj_y });
}

/** Adds the bias of a fused kernel, and applies its activation. */
export function finish(call: KernelCall, graph: GraphBuilder, x: Ref): Ref {
  const bias = call.optional('bias');
  const sum = bias === undefined ? x : graph.add('AddV2', [x, bias.ref], { T: typeAttr('float32') });
  return activate(call, graph, sum);
}

export const products: Lowerings = {
  BatchMatMul: product,
  _FusedMatMul: (call, graph) => finish(call, graph, product(call, graph)),
  Einsum: (call, graph) =>
    graph.add(
      'Einsum',
      call.list.map(({ ref }) => ref),
      {
        N: { i: call.list.length },
        T: typeAttr(call.output.dtype),
        equation: { s: new TextEncoder().encode(call.text('equation')) },
      },
    ),
};
