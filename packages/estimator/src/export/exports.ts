import { exportModel } from '#export';
import type { Features } from '@tfjs-heads/head-api';
import { checkOptions, describeValue, headError } from '@tfjs-heads/head-kit';
import type { GraphModelSpec } from '@tfjs-heads/tracing/graph-model';
import type { OnnxSpec } from '@tfjs-heads/tracing/onnx';
import type { TfliteSpec } from '@tfjs-heads/tracing/tflite';
import type { ColumnGroup } from '../feature-columns/prepare-features.js';
import { exampleParsing } from './example-parsing.js';
import type {
  ExportFileOptions,
  ExportOptions,
  ExportSavedModelOptions,
  ExportTfliteOptions,
  ServedPrediction,
} from './options.js';

type Write<T> = (served: ServedPrediction) => Promise<T> | T;

/** Has the prediction of a checkpoint written; `of` is what errors call the export. */
export type Serve = <T>(of: string, options: ExportOptions, write: Write<T>) => Promise<T>;

const SERVED = ['example', 'checkpointPath'] as const;
const FILE = [...SERVED, 'signature', 'overwrite'] as const;

/** See `Estimator.exportSavedModel`. */
export async function savedModel(
  serve: Serve,
  base: string,
  options: ExportSavedModelOptions,
  groups: readonly ColumnGroup[],
): Promise<string> {
  const of = 'exportSavedModel';
  const { served, rest } = check(of, options, [...SERVED, 'featureSpec'], ['exportDirBase', base]);
  const parsing = rest.featureSpec && exampleParsing(rest.featureSpec, groups, served.example);
  return serve(of, served, (prediction) => exportModel(base, prediction, parsing));
}

/** See `Estimator.exportOnnx`. */
export async function onnx(serve: Serve, file: string, options: ExportFileOptions): Promise<OnnxSpec> {
  const { served, rest } = check('exportOnnx', options, FILE, ['file', file]);
  const { exportOnnx } = await import('@tfjs-heads/tracing/onnx');
  return serve('exportOnnx', served, (prediction) => exportOnnx(file, { ...rest, ...prediction }));
}

/** See `Estimator.exportTflite`. */
export async function tflite(serve: Serve, file: string, options: ExportTfliteOptions): Promise<TfliteSpec> {
  const { served, rest } = check('exportTflite', options, [...FILE, 'batchSize'], ['file', file]);
  const { exportTflite } = await import('@tfjs-heads/tracing/tflite');
  return serve('exportTflite', served, (prediction) => exportTflite(file, { ...rest, ...prediction }));
}

/** See `Estimator.exportGraphModel`. */
export async function graphModel(serve: Serve, folder: string, options: ExportFileOptions): Promise<GraphModelSpec> {
  const { served, rest } = check('exportGraphModel', options, FILE, ['folder', folder]);
  const { exportGraphModel } = await import('@tfjs-heads/tracing/graph-model');
  return serve('exportGraphModel', served, (prediction) => exportGraphModel(folder, { ...rest, ...prediction }));
}

/** See `Estimator.exportWith`. */
export async function exportBy<T>(serve: Serve, options: ExportOptions, write: Write<T>): Promise<T> {
  const { served } = check('exportWith', options, SERVED);
  if (typeof write === 'function') return serve('exportWith', served, write);
  throw headError('INVALID_ARGUMENT', `exportWith: write must be a function, got ${describeValue(write)}.`);
}

/** Before anything is done: the names of the options, the example, and the path to write to. Throws INVALID_ARGUMENT. */
function check<O extends ExportOptions>(
  of: string,
  options: O,
  names: readonly (keyof O & string)[],
  target?: readonly [name: string, path: unknown],
): { readonly served: ExportOptions; readonly rest: Omit<O, (typeof SERVED)[number]> } {
  const { example, checkpointPath, ...rest } = checkOptions(of, options, names) as O;
  if (target !== undefined && (typeof target[1] !== 'string' || target[1] === ''))
    throw headError('INVALID_ARGUMENT', `${of}: ${target[0]} must be a path, got ${describeValue(target[1])}.`);
  if (typeof example !== 'object' || example === null)
    throw headError('INVALID_ARGUMENT', `${of}: example must be a map of features, got ${describeValue(example)}.`);
  return { served: { example: example as Features, checkpointPath }, rest };
}
