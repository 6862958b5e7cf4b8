import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { engine, ready } from '@tensorflow/tfjs-core';
import type { Features, Head, Labels, Logits } from '@tfjs-heads/head-api';
import { describeValue, headError, isMap } from '@tfjs-heads/head-kit';
import type { Estimator } from '../estimator.js';
import type { ColumnTensors, ColumnType, ColumnTypes } from './column-types.js';

/**
 * What a module exports that the command `tfjs-heads` evaluates or predicts with. It imports the backend that it computes on, and may
 * wait for what it needs (`await tf.loadLayersModel(...)`).
 *
 * ```js
 * import '@tensorflow/tfjs-backend-cpu';
 * import * as tf from '@tensorflow/tfjs-core';
 * import { BinaryClassHead } from '@tfjs-heads/head-classification';
 *
 * export const head = new BinaryClassHead();
 * export const columns = { distance: 'float32' };
 * export const logits = ({ distance }) => tf.mul(tf.reshape(distance, [-1, 1]), 0.001);
 * export const labelColumns = { delay: 'float32' };
 * export const labels = ({ delay }) => tf.cast(tf.greater(delay, 15), 'float32');
 * ```
 */
export interface RowsModel {
  readonly head: Head;
  /** What the logits and the weights are made of. */
  readonly columns: ColumnTypes;
  /**
   * The logits of rows. Each row must get the same in any batch, which the cpu and wasm backends see to. The tensors it is given are not
   * its own; those that it makes on the way are disposed of, unless it returns a promise: then it sees to that.
   */
  logits(columns: ColumnTensors): Logits | Promise<Logits>;
  /** What the labels are made of; not needed to predict. */
  readonly labelColumns?: ColumnTypes;
  /** The labels, of all columns. Default: the only column of `labelColumns`. */
  labels?(columns: ColumnTensors): Labels;
  /** Which model it is: states of models with others are not merged. Default: the SHA-256 of the module's file. */
  readonly id?: string;
}

/**
 * What a module exports that tells of a model in a folder what the folder does not: of an exported model, which predicts by itself, what
 * it is evaluated by (`head`, `labelColumns`); of checkpoints, the estimator, too.
 *
 * ```js
 * import '@tensorflow/tfjs-backend-cpu';
 * import { DNNEstimator, numericColumn } from '@tfjs-heads/estimator';
 * import { BinaryClassHead } from '@tfjs-heads/head-classification';
 *
 * export const head = new BinaryClassHead();
 * export const columns = { distance: 'float32' };
 * export const labelColumns = { late: 'int32' };
 * export const estimator = (modelDir) =>
 *   new DNNEstimator({ modelDir, head, hiddenUnits: [10], featureColumns: [numericColumn('distance')] });
 * ```
 */
export interface FolderRowsModel extends Partial<Omit<RowsModel, 'logits'>> {
  /**
   * Columns of the rows. Of an exported model they are added to those that it takes, as weights are; with `inputs` they are all. Of
   * checkpoints they are what the features are made of.
   */
  readonly columns?: ColumnTypes;
  /** The features of the model. Default: an exported model takes columns named as its inputs, an estimator the columns. */
  inputs?(columns: ColumnTensors): Features;
  /** The estimator whose checkpoints are in a folder, as it was trained. Its predictions must have `logits`. */
  estimator?(modelDir: string): Estimator;
}

/** Where a model is. */
export interface ModelPaths {
  /** A module, the folder of an exported model, or checkpoints: a folder, or one file. */
  readonly path: string;
  /** Of the module that tells what a folder does not. */
  readonly module?: string | undefined;
}

/** A model that was checked. */
export interface LoadedModel extends RowsModel {
  readonly id: string;
  readonly labelColumns: ColumnTypes;
}

/** What a module exports, checked: what is there is of its type. */
export interface ModuleParts extends FolderRowsModel {
  readonly file: string;
  /** A hash of the file, unless it exports another. */
  readonly id: string;
  readonly labelColumns: ColumnTypes;
  logits?(columns: ColumnTensors): Logits | Promise<Logits>;
}

const TYPES: readonly string[] = ['float32', 'int32', 'bool', 'string'] satisfies ColumnType[];
const MAP = `a map of names to ${TYPES.join(', ')}`;

/**
 * Imports a module and waits for its backend.
 *
 * @throws MODEL_MODULE_INVALID where it does not load or exports something else than it may
 */
export async function importModule(file: string): Promise<ModuleParts> {
  let bytes: Uint8Array;
  let exported: Record<string, unknown>;
  try {
    bytes = await readFile(file);
    exported = { ...((await import(pathToFileURL(file).href)) as object) };
    if (Object.keys(engine().registryFactory).length > 0) await ready();
  } catch (error) {
    throw invalidModel(`${file} must be a JavaScript module that loads, got ${reasonOf(error)}`, error);
  }
  const { head, columns, logits, labels, labelColumns = {}, inputs, estimator, id = sha256(bytes) } = exported;
  const refuse = (name: string, expected: string, got: unknown): Error =>
    invalidModel(`${file} must export ${name}, ${expected}, got ${describeValue(got)}`);
  if (head !== undefined && !isHead(head)) throw refuse('head', 'a head', head);
  if (columns !== undefined && (!isColumns(columns) || Object.keys(columns).length === 0))
    throw refuse('columns', MAP, columns);
  if (!isColumns(labelColumns)) throw refuse('labelColumns', MAP, labelColumns);
  for (const [name, given] of Object.entries({ logits, labels, inputs }))
    if (given !== undefined && typeof given !== 'function') throw refuse(name, 'a function of the columns', given);
  if (estimator !== undefined && typeof estimator !== 'function')
    throw refuse('estimator', 'a function of a model directory', estimator);
  if (typeof id !== 'string' || id === '' || id.length > 200)
    throw refuse('id', 'a text of 200 characters at most', id);
  const shared = Object.keys(labelColumns).find((name) => Object.hasOwn(columns ?? {}, name));
  if (shared !== undefined) throw refuse('labelColumns', 'none of the names of columns', shared);
  return { file, head, columns, logits, labels, labelColumns, inputs, estimator, id } as ModuleParts;
}

/** An error of a model. */
export function invalidModel(message: string, cause?: unknown): Error {
  return headError('MODEL_MODULE_INVALID', `MODEL ${message}.`, { cause });
}

/** That a module lacks something. */
export function missing(file: string, name: string, expected: string): Error {
  return invalidModel(`${file} must export ${name}, ${expected}, got undefined`);
}

/** The hash of a text or bytes, in hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** What was thrown, in words. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : describeValue(error);
}

function isHead(value: unknown): value is Head {
  const { apiVersion, metrics, updateMetrics, predictions } = (value ?? {}) as Partial<Head>;
  return apiVersion === 1 && [metrics, updateMetrics, predictions].every((method) => typeof method === 'function');
}

function isColumns(value: unknown): value is ColumnTypes {
  return isMap(value) && Object.values(value).every((type) => typeof type === 'string' && TYPES.includes(type));
}
