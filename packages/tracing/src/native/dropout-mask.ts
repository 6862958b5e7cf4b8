import { COUNTED_BY, leastKept, scaleOf } from '../dropout/mask-kernel.js';
import { type GraphBuilder, shapeProto, tfTypeAttr, typeAttr } from '../graph/graph-builder.js';
import type { KernelCall, Ref } from '../lowering/lowering.js';
import { TF_TYPE } from '../graph/graph-def.js';

/** TensorFlow's number of Philox among its generators. */
const PHILOX = 1;

/** The mask of a dropout as operations, of the count that each step is fed with: the same words, since the generator is the same. */
export function lowerMask(call: KernelCall, graph: GraphBuilder, number: (name: string) => Ref): Ref {
  const rate = call.number('rate');
  const T = typeAttr('float32');
  const count = graph.inDoubles(() =>
    graph.add('AddV2', [graph.widen(number('low')), upper(graph, graph.widen(number('high')))], { T }),
  );
  const casts = { SrcT: tfTypeAttr(TF_TYPE.float64), DstT: tfTypeAttr(TF_TYPE.uint64), Truncate: { b: false } };
  const counter = graph.add('Pack', [whole(graph, 0, []), graph.add('Cast', [count], casts)], {
    N: { i: 2 },
    T: tfTypeAttr(TF_TYPE.uint64),
    axis: { i: 0 },
  });
  const words = graph.add(
    'StatelessRandomUniformFullIntV2',
    [graph.vector(call.sizes('shape')), whole(graph, call.number('seed'), [1]), counter, graph.scalar(PHILOX, 'int32')],
    { dtype: typeAttr('int32'), Tshape: typeAttr('int32') },
  );
  const isKept = graph.add('GreaterEqual', [words, graph.scalar(leastKept(rate), 'int32')], { T: typeAttr('int32') });
  return graph.add('Mul', [graph.cast(isKept, 'bool', 'float32'), graph.scalar(scaleOf(rate), 'float32')], { T });
}

function upper(graph: GraphBuilder, high: Ref): Ref {
  return graph.add('Mul', [high, graph.scalar(COUNTED_BY, 'float32')], { T: typeAttr('float32') });
}

/** A whole number of 64 bits, which tfjs has no tensors of. */
function whole(graph: GraphBuilder, value: number, shape: readonly number[]): Ref {
  const tensorContent = new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
  const tensor = { dtype: TF_TYPE.uint64, tensorShape: shapeProto(shape), tensorContent };
  return graph.add('Const', [], { value: { tensor }, dtype: tfTypeAttr(TF_TYPE.uint64) });
}
