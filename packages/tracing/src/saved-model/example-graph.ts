import { headError, quote } from '@tfjs-heads/head-kit';
import { type GraphBuilder, shapeProto, tfTypeAttr, typeAttr } from '../graph/graph-builder.js';
import { TF_TYPE } from '../graph/graph-def.js';
import type { GraphUse } from '../lowering/batch-of-any-size.js';
import type { Ref } from '../lowering/lowering.js';
import { castTo, idsOf, numbersOf, type Dense, type Parsed, parsedType, type Sparse } from './example-categories.js';
import { crossOf } from './example-cross.js';
import type { ExampleParsing, FeatureSpec, FixedLenFeature, MadeInput, VarLenFeature } from './example-features.js';

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
  const found = parsed(graph, examples, features);
  graph.under('');
  return {
    argumentOf(name, argument) {
      const made = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
      graph.under(`parse/${name}`);
      const ref = argumentOf(graph, found, name, made, argument);
      graph.under('');
      return ref;
    },
  };
}

function argumentOf(
  graph: GraphBuilder,
  found: Parsed,
  name: string,
  made: MadeInput | undefined,
  { shape, dtype }: GraphUse,
): Ref {
  const cells = shape.length === 2 ? cellsOf(graph, found, name, made) : undefined;
  if (cells !== undefined) {
    const size = castTo(graph, graph.vector(shape), TF_TYPE.int32, TF_TYPE.int64);
    // More values than the prediction has room for are out of its bounds: TensorFlow refuses them.
    return graph.add('SparseToDense', [cells.indices, size, cells.numbers, graph.scalar(cells.fill, dtype)], {
      T: typeAttr(dtype),
      Tindices: tfTypeAttr(TF_TYPE.int64),
      validate_indices: { b: true },
    });
  }
  const fixed = made === undefined ? found.dense.get(name) : undefined;
  if (fixed?.dtype === dtype) return graph.ensureShape(fixed.ref, shape, dtype);
  throw headError(
    'EXPORT_UNSUPPORTED',
    `What predict takes must be made of features of the examples, got ${quote(name)}, ${dtype} of ${shape.length} dimensions, of none such.`,
  );
}

/** The numbers of a table, its rows the examples; `fill` stands where an example has fewer. */
interface Cells {
  readonly indices: Ref;
  readonly numbers: Ref;
  readonly fill: number;
}

function cellsOf(graph: GraphBuilder, found: Parsed, name: string, made: MadeInput | undefined): Cells | undefined {
  if (made !== undefined && 'cross' in made) {
    const { indices, values } = crossOf(graph, found, name, made);
    return { indices, numbers: castTo(graph, values, TF_TYPE.int64, TF_TYPE.int32), fill: -1 };
  }
  const given = found.sparse.get(made?.feature ?? name);
  if (given === undefined) return undefined;
  const { indices } = given;
  if (made?.lookup === undefined) return { indices, numbers: numbersOf(graph, given), fill: 0 };
  return { indices, numbers: idsOf(graph, given, made.lookup), fill: -1 };
}

function parsed(graph: GraphBuilder, examples: Ref, features: FeatureSpec): Parsed {
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
    { indices: output(index), values: output(varLen.length + index), shape: output(2 * varLen.length + index), dtype },
  ]);
  const dense = fixedLen.map(([key, { dtype, shape }], index): [string, Dense] => {
    const output32 = dtype === 'int32' ? TF_TYPE.int32 : TF_TYPE.float32;
    const ref = castTo(graph, output(3 * varLen.length + index), parsedType(dtype), output32);
    return [key, { ref, dtype, shape }];
  });
  return { dense: new Map(dense), sparse: new Map(sparse) };
}

/** One without numbers has each example have the feature. */
function defaultOf(graph: GraphBuilder, { shape, dtype, defaultValue }: FixedLenFeature): Ref {
  const size = shape.reduce((product, length) => product * length, 1);
  const numbers = typeof defaultValue === 'number' ? Array.from({ length: size }, () => defaultValue) : defaultValue;
  const constant = graph.constant(numbers ?? [], numbers === undefined ? [0] : shape, dtype);
  return castTo(graph, constant, TF_TYPE[dtype], parsedType(dtype));
}
