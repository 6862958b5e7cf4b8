import type { DataType } from '@tensorflow/tfjs-core';
import { type GraphBuilder, tfTypeAttr, typeAttr } from '../graph/graph-builder.js';
import { TF_TYPE, type TfType } from '../graph/graph-def.js';
import type { Ref } from '../lowering/lowering.js';
import type { CategoryLookup, VarLenFeature } from './example-features.js';

/** The values of a feature of any length in a batch of examples, as TensorFlow holds sparse tensors. */
export interface Sparse {
  readonly indices: Ref;
  readonly values: Ref;
  readonly shape: Ref;
  readonly dtype: VarLenFeature['dtype'];
}

/** The values of a feature of a fixed length in a batch of examples. */
export interface Dense {
  readonly ref: Ref;
  readonly dtype: DataType;
  /** Of one example. */
  readonly shape: readonly number[];
}

/** The features of a batch of examples. */
export interface Parsed {
  readonly dense: ReadonlyMap<string, Dense>;
  readonly sparse: ReadonlyMap<string, Sparse>;
}

/** Integers of an example have 64 bits. */
export function parsedType(dtype: VarLenFeature['dtype']): TfType {
  return dtype === 'int32' ? TF_TYPE.int64 : TF_TYPE[dtype];
}

export function castTo(graph: GraphBuilder, x: Ref, from: TfType, to: TfType): Ref {
  if (from === to) return x;
  return graph.add('Cast', [x], { SrcT: tfTypeAttr(from), DstT: tfTypeAttr(to), Truncate: { b: false } });
}

/** The values as numbers of a prediction: int32 or float32. */
export function numbersOf(graph: GraphBuilder, { values, dtype }: Sparse): Ref {
  return castTo(graph, values, parsedType(dtype), dtype === 'int32' ? TF_TYPE.int32 : TF_TYPE.float32);
}

/** The ids of the values of a category, int32. */
export function idsOf(graph: GraphBuilder, sparse: Sparse, lookup: CategoryLookup): Ref {
  const T = typeAttr('int32');
  if (lookup.kind === 'hash') return bucketsOf(graph, sparse, lookup.numBuckets);
  if (lookup.kind === 'identity') {
    const { numBuckets, defaultValue } = lookup;
    const ids = numbersOf(graph, sparse);
    const isAbove = graph.add('GreaterEqual', [ids, graph.scalar(0, 'int32')], { T });
    const isBelow = graph.add('Less', [ids, graph.scalar(numBuckets, 'int32')], { T });
    // Without a default, an id that no table has: TensorFlow refuses to look it up.
    const other = graph.scalar(defaultValue ?? numBuckets, 'int32');
    return graph.add('SelectV2', [graph.add('LogicalAnd', [isAbove, isBelow]), ids, other], { T });
  }
  const { values: list, defaultValue, numOovBuckets } = lookup;
  const isOfTexts = sparse.dtype === 'string';
  const known = isOfTexts
    ? graph.strings(list as readonly string[])
    : graph.constant(list as readonly number[], [list.length], 'int32');
  const values = isOfTexts ? sparse.values : numbersOf(graph, sparse);
  const type = isOfTexts ? tfTypeAttr(TF_TYPE.string) : T;
  const column = graph.add('ExpandDims', [values, graph.scalar(1, 'int32')], { T: type, Tdim: T });
  const isAlike = graph.add('Equal', [column, known], { T: type, incompatible_shape_error: { b: true } });
  const one = graph.scalar(1, 'int32');
  const isKnown = graph.add('Any', [isAlike, one], { keep_dims: { b: false }, Tidx: T });
  const place = graph.add('ArgMax', [graph.cast(isAlike, 'bool', 'int32'), one], { T, Tidx: T, output_type: T });
  const other =
    numOovBuckets > 0
      ? graph.add('AddV2', [bucketsOf(graph, sparse, numOovBuckets), graph.scalar(list.length, 'int32')], { T })
      : graph.scalar(defaultValue, 'int32');
  return graph.add('SelectV2', [isKnown, place, other], { T });
}

/** By FarmHash Fingerprint64 of the text; of a number, of its digits. */
function bucketsOf(graph: GraphBuilder, { values, dtype }: Sparse, numBuckets: number): Ref {
  const texts = dtype === 'string' ? values : graph.add('AsString', [values], { T: tfTypeAttr(parsedType(dtype)) });
  const buckets = graph.add('StringToHashBucketFast', [texts], { num_buckets: { i: numBuckets } });
  return castTo(graph, buckets, TF_TYPE.int64, TF_TYPE.int32);
}
