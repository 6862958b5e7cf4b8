import { headError, quote } from '@tfjs-heads/head-kit';
import { type GraphBuilder, tfTypeAttr, typeAttr } from '../graph/graph-builder.js';
import { TF_TYPE } from '../graph/graph-def.js';
import type { Ref } from '../lowering/lowering.js';
import { castTo, type Dense, idsOf, type Parsed, parsedType, type Sparse } from './example-categories.js';
import type { CategoryLookup, CrossedInput, CrossedPart } from './example-features.js';

/** What one feature brings to a cross: texts, or integers of 64 bits. */
type Crossable = Omit<Sparse, 'dtype'> & { readonly isOfTexts: boolean };

/**
 * The ids of combinations, int64, by the operation by which the original crosses columns: FarmHash fingerprints of texts, integers as they are, put together one after
 * the other.
 *
 * @throws EXPORT_UNSUPPORTED for a part that no feature of the examples gives
 */
export function crossOf(
  graph: GraphBuilder,
  parsed: Parsed,
  name: string,
  { cross, numBuckets, hashKey }: CrossedInput,
): { readonly indices: Ref; readonly values: Ref } {
  const parts = cross.map((part) => crossableOf(graph, parsed, name, part));
  const types = parts.map(({ isOfTexts }) => (isOfTexts ? TF_TYPE.string : TF_TYPE.int64));
  const inputs = (['indices', 'values', 'shape'] as const).flatMap((key) => parts.map((part) => part[key]));
  const node = graph.add('SparseCross', inputs, {
    N: { i: parts.length },
    sparse_types: { list: { type: types } },
    dense_types: { list: { type: [] } },
    hashed_output: { b: true },
    num_buckets: { i: numBuckets },
    hash_key: { i: hashKey },
    out_type: tfTypeAttr(TF_TYPE.int64),
    internal_type: tfTypeAttr(types.includes(TF_TYPE.int64) ? TF_TYPE.int64 : TF_TYPE.string),
  });
  return { indices: node, values: `${node}:1` };
}

function crossableOf(graph: GraphBuilder, { dense, sparse }: Parsed, name: string, part: CrossedPart): Crossable {
  if ('boundaries' in part) {
    const numbers = dense.get(part.feature);
    if (numbers?.dtype === 'float32' && numbers.shape.length === 1) return bucketsOf(graph, numbers, part.boundaries);
    throw unsupported(name, part.feature, 'one of a fixed length, float32 of one dimension');
  }
  const values = sparse.get(part.feature);
  if (values === undefined || values.dtype === 'float32')
    throw unsupported(name, part.feature, 'one of any length, string or int32');
  const { feature, lookup } = part;
  if (lookup === undefined) return { ...values, isOfTexts: values.dtype === 'string' };
  return { ...values, values: checkedIds(graph, values, feature, lookup), isOfTexts: false };
}

/** Ids, int64. Where no default takes the place of what is no id, TensorFlow refuses it. */
function checkedIds(graph: GraphBuilder, values: Sparse, feature: string, lookup: CategoryLookup): Ref {
  const ids = idsOf(graph, values, lookup);
  const wide = castTo(graph, ids, TF_TYPE.int32, TF_TYPE.int64);
  if (lookup.kind !== 'identity' || lookup.defaultValue !== undefined) return wide;
  const T = typeAttr('int32');
  const isId = graph.add('Less', [ids, graph.scalar(lookup.numBuckets, 'int32')], { T });
  const areIds = graph.add('All', [isId, graph.vector([0])], { keep_dims: { b: false }, Tidx: T });
  const says = graph.strings(`${feature} must be ids from 0 to ${lookup.numBuckets - 1}.`);
  const check = graph.add('Assert', [areIds, says], { T: { list: { type: [TF_TYPE.string] } }, summarize: { i: 1 } });
  return graph.add('Identity', [wide, `^${check}`], { T: tfTypeAttr(TF_TYPE.int64) });
}

/** The bucket of each number; those of the second one of an example come after those of the first. */
function bucketsOf(graph: GraphBuilder, { ref, shape }: Dense, boundaries: readonly number[]): Crossable {
  const T = typeAttr('int32');
  const [width = 1] = shape;
  const buckets = graph.add('Bucketize', [ref], { T: typeAttr('float32'), boundaries: { list: { f: boundaries } } });
  const first = Array.from({ length: width }, (_, i) => i * (boundaries.length + 1));
  const ids = graph.add('AddV2', [buckets, graph.constant(first, [1, width], 'int32')], { T });
  // All places, row by row: no bucket is below 0.
  const isThere = graph.add('GreaterEqual', [ids, graph.scalar(0, 'int32')], { T });
  const values = graph.add('Reshape', [ids, graph.vector([-1])], { T, Tshape: T });
  return {
    indices: graph.add('Where', [isThere], { T: typeAttr('bool') }),
    values: castTo(graph, values, TF_TYPE.int32, TF_TYPE.int64),
    shape: graph.add('Shape', [ids], { T, out_type: tfTypeAttr(parsedType('int32')) }),
    isOfTexts: false,
  };
}

function unsupported(name: string, feature: string, expected: string): Error {
  return headError(
    'EXPORT_UNSUPPORTED',
    `${quote(name)} must be crossed of features of the examples, ${quote(feature)} being ${expected}, got none such.`,
  );
}
