import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Tensor } from '@tensorflow/tfjs-core';
import { getBackend, ready } from '@tensorflow/tfjs-core';
import type { Head, Labels, Logits } from '@tfjs-heads/head-api';
import { describeValue, headError, isMap } from '@tfjs-heads/head-kit';

/** The type of a column of rows; what rows have in it is held to it. */
export type ColumnType = 'float32' | 'int32' | 'bool' | 'string';

/** The names of columns to their types. */
export type ColumnTypes = Readonly<Record<string, ColumnType>>;

/** A tensor `[rows]` of each column, of its type. */
export type ColumnTensors = Readonly<Record<string, Tensor>>;

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

/** Where a model is. */
export interface ModelPaths {
  /** Of a JavaScript module. */
  readonly path: string;
}

/** A model that was checked. */
export interface LoadedModel extends RowsModel {
  readonly id: string;
  readonly labelColumns: ColumnTypes;
}

const TYPES: readonly string[] = ['float32', 'int32', 'bool', 'string'] satisfies ColumnType[];

/**
 * Imports a module and waits for its backend.
 *
 * @throws MODEL_MODULE_INVALID where it does not load or exports something else than a {@link RowsModel}
 */
export async function loadModel({ path }: ModelPaths): Promise<LoadedModel> {
  const file = resolve(path);
  let bytes: Uint8Array;
  let exported: Record<string, unknown>;
  try {
    bytes = await readFile(file);
    exported = { ...((await import(pathToFileURL(file).href)) as object) };
    await ready();
  } catch (error) {
    throw headError(
      'MODEL_MODULE_INVALID',
      `MODEL ${file} must be a JavaScript module that loads, got ${reason(error)}`,
      { cause: error },
    );
  }
  const { head, columns, logits, labels, labelColumns = {}, id = sha256(bytes) } = exported;
  const refuse = (name: string, expected: string, got: unknown): Error =>
    headError('MODEL_MODULE_INVALID', `MODEL ${file} must export ${name}, ${expected}, got ${describeValue(got)}.`);
  if (!isHead(head)) throw refuse('head', 'a head', head);
  if (!isColumns(columns) || Object.keys(columns).length === 0)
    throw refuse('columns', `a map of names to ${TYPES.join(', ')}`, columns);
  if (!isColumns(labelColumns)) throw refuse('labelColumns', `a map of names to ${TYPES.join(', ')}`, labelColumns);
  if (typeof logits !== 'function') throw refuse('logits', 'a function of the columns', logits);
  if (labels !== undefined && typeof labels !== 'function') throw refuse('labels', 'a function of the columns', labels);
  if (typeof id !== 'string' || id === '' || id.length > 200)
    throw refuse('id', 'a text of 200 characters at most', id);
  const shared = Object.keys(labelColumns).find((name) => Object.hasOwn(columns, name));
  if (shared !== undefined) throw refuse('labelColumns', 'none of the names of columns', shared);
  if (getBackend() === undefined || getBackend() === '')
    throw headError('MODEL_MODULE_INVALID', `MODEL ${file} must import a backend of TensorFlow.js, got none.`);
  return { head, columns, logits, labelColumns, id, ...(labels !== undefined && { labels }) } as LoadedModel;
}

/** The hash of a text or bytes, in hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function reason(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : describeValue(error);
}

function isHead(value: unknown): value is Head {
  const { apiVersion, metrics, updateMetrics, predictions } = (value ?? {}) as Partial<Head>;
  return apiVersion === 1 && [metrics, updateMetrics, predictions].every((method) => typeof method === 'function');
}

function isColumns(value: unknown): value is ColumnTypes {
  return isMap(value) && Object.values(value).every((type) => typeof type === 'string' && TYPES.includes(type));
}
