import type { KernelCall, Ref } from '../lowering/lowering.js';
import { activate } from './elementwise.js';
import type { Lowering, Lowerings, TfliteGraph } from './tflite-graph.js';

/** `a b + bias`: of two matrices as the operator for layers, which takes the weights of each unit as a row. */
const product: Lowering = (call, graph) => {
  const [a, b, bias] = [call.input('a'), call.input('b'), call.optional('bias')];
  const [adjX, adjY] = [call.flag('transposeA'), call.flag('transposeB')];
  const made = { shape: call.output.shape, dtype: 'float32' } as const;
  if (a.shape.length !== 2 || b.shape.length !== 2)
    return finish(call, graph, graph.add('BATCH_MATMUL', [a.ref, b.ref], made, ['BatchMatMulOptions', { adjX, adjY }]));
  const rows = adjX ? graph.transpose(a.ref, [1, 0]) : a.ref;
  const weights = adjY ? b.ref : graph.transpose(b.ref, [1, 0]);
  const isOfUnits = bias?.shape.length === 1 && bias.shape[0] === made.shape[1];
  const inputs = [rows, weights, isOfUnits ? bias.ref : ''];
  const sum = graph.add('FULLY_CONNECTED', inputs, made, ['FullyConnectedOptions', { activation: 0 }]);
  return isOfUnits ? activate(call, graph, sum) : finish(call, graph, sum);
};

/** Adds the bias of a fused kernel, and applies its activation. */
export function finish(call: KernelCall, graph: TfliteGraph, x: Ref): Ref {
  const bias = call.optional('bias');
  return activate(call, graph, bias === undefined ? x : graph.pair('ADD', x, bias.ref));
}

export const products: Lowerings = { BatchMatMul: product, _FusedMatMul: product };
