import type { DataType } from '@tensorflow/tfjs-core';
import { headError, quote } from '@tfjs-heads/head-kit';
import { type GraphBuilder, shapeProto, tfTypeAttr, typeAttr } from '../graph/graph-builder.js';
import { TF_TYPE, type TfType } from '../graph/graph-def.js';
import type { GraphUse } from '../lowering/batch-of-any-size.js';
import type { Ref } from '../lowering/lowering.js';
import type {
  CategoryLookup,
  ExampleParsing,
  FeatureSpec,
  FixedLenFeature,
  VarLenFeature,
} from './example-features.js';

/** The values of a feature of any length in a batch of examples. */
interface Sparse {
  readonly indices: Ref;
  readonly values: Ref;
  readonly dtype: VarLenFeature['dtype'];
}

/** What examples were parsed to. */
export interface ParsedExamples {
  /** What an argument of a prediction is made of. Throws EXPORT_UNSUPPORTED. */
  argumentOf(name: string, argument: GraphUse): Ref;
}

/**
 * Writes the operations that parse serialised examples.
 *
 * @param examples A vector of strings.
 */
export function parseExamples(
  graph: GraphBuilder,
  examples: Ref,
  { features, inputs = {} }: ExampleParsing,
): ParsedExamples {
  graph.under('parse');
  const { dense, sparse } = parsed(graph, examples, features);
  graph.under('');
  return {
    argumentOf(name, { shape, dtype }) {
      const made = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
      graph.under(`parse/${name}`);
      const [feature, lookup] = [made?.feature ?? name, made?.lookup];
      const values = sparse.get(feature);
      const fixed = dense.get(feature);
      let ref: Ref;
      if (values !== undefined && shape.length === 2) {
        const given = lookup === undefined ? numbersOf(graph, values) : idsOf(graph, values, lookup);
        const size = castTo(graph, graph.vector(shape), TF_TYPE.int32, TF_TYPE.int64);
        const fill = graph.scalar(lookup === undefined ? 0 : -1, dtype);
        // More values than the prediction has room for are out of its bounds: TensorFlow refuses them.
        ref = graph.add('SparseToDense', [values.indices, size, given, fill], {
          T: typeAttr(dtype),
          Tindices: tfTypeAttr(TF_TYPE.int64),
          validate_indices: { b: true },
        });
      } else if (fixed !== undefined && made === undefined && fixed.dtype === dtype) {
        ref = graph.ensureShape(fixed.ref, shape, dtype);
      } else {
        throw headError(
          'EXPORT_UNSUPPORTED',
          `What predict takes must be made of features of the examples, got ${quote(name)}, ${dtype} of ${shape.length} dimensions, of none such.`,
        );
      }
      graph.under('');
      return ref;
    },
  };
}

function parsed(
  graph: GraphBuilder,
  examples: Ref,
  features: FeatureSpec,
): {
  readonly dense: ReadonlyMap<string, { readonly ref: Ref; readonly dtype: DataType }>;
  readonly sparse: ReadonlyMap<string, Sparse>;
} {
  const entries = Object.entries(features);
  const varLen = entries.filter((one): one is [string, VarLenFeature] => one[1].kind === 'varLen');
  const fixedLen = entries.filter((one): one is [string, FixedLenFeature] => one[1].kind === 'fixedLen');
  const keys = [...varLen, ...fixedLen].map(([key]) => graph.strings(key));
  const defaults = fixedLen.map(([, feature]) => defaultOf(graph, feature));
  const node = graph.add('ParseExample', [examples, graph.strings([]), ...keys, ...defaults], {
    Nsparse: { i: varLen.length },
    Ndense: { i: fixedLen.length },
    sparse_types: { list: { type: varLen.map(([, { dtype }]) => parsedType(dtype)) } },
    Tdense: { list: { type: fixedLen.map(([, { dtype }]) => parsedType(dtype)) } },
    dense_shapes: { list: { shape: fixedLen.map(([, { shape }]) => shapeProto(shape)) } },
  });
  const output = (index: number): Ref => (index === 0 ? node : `${node}:${index}`);
  const sparse = varLen.map(([key, { dtype }], index): [string, Sparse] => [
    key,
    { indices: output(index), values: output(varLen.length + index), dtype },
  ]);
  const dense = fixedLen.map(([key, { dtype }], index) => {
    const ref = output(3 * varLen.length + index);
    return [
      key,
      { ref: castTo(graph, ref, parsedType(dtype), dtype === 'int32' ? TF_TYPE.int32 : TF_TYPE.float32), dtype },
    ] as const;
  });
  return { dense: new Map(dense), sparse: new Map(sparse) };
}

/** Integers of an example have 64 bits. */
function parsedType(dtype: VarLenFeature['dtype']): TfType {
  return dtype === 'int32' ? TF_TYPE.int64 : TF_TYPE[dtype];
}

/** One without numbers has each example have the feature. */
function defaultOf(graph: GraphBuilder, { shape, dtype, defaultValue }: FixedLenFeature): Ref {
  const size = shape.reduce((product, length) => product * length, 1);
  const numbers = typeof defaultValue === 'number' ? Array.from({ length: size }, () => defaultValue) : defaultValue;
  const constant = graph.constant(numbers ?? [], numbers === undefined ? [0] : shape, dtype);
  return castTo(graph, constant, TF_TYPE[dtype], parsedType(dtype));
}

function castTo(graph: GraphBuilder, x: Ref, from: TfType, to: TfType): Ref {
  if (from === to) return x;
  return graph.add('Cast', [x], { SrcT: tfTypeAttr(from), DstT: tfTypeAttr(to), Truncate: { b: false } });
}

function numbersOf(graph: GraphBuilder, { values, dtype }: Sparse): Ref {
  return castTo(graph, values, parsedType(dtype), dtype === 'int32' ? TF_TYPE.int32 : TF_TYPE.float32);
}

/** The ids of the values of a category, int32. */
function idsOf(graph: GraphBuilder, sparse: Sparse, lookup: CategoryLookup): Ref {
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
