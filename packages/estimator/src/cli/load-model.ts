import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { dispose, getBackend } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Logits, Predictions } from '@tfjs-heads/head-api';
import { headError, quote } from '@tfjs-heads/head-kit';
import { stepOfFile } from '../checkpoint/storage.js';
import { logitsOfRows } from './logits.js';
import type { ColumnTensors, ColumnTypes } from './column-types.js';
import {
  importModule,
  invalidModel,
  type LoadedModel,
  missing,
  type ModelPaths,
  type ModuleParts,
  reasonOf,
} from './model-module.js';

/** What predicts rows. */
export interface Predictor {
  readonly columns: ColumnTypes;
  /** The predictions of rows by key, of those that are asked for, which the caller owns. */
  predictions(columns: ColumnTensors, keys: readonly string[] | undefined): Promise<Predictions>;
}

/** Outputs of a model by their names, of columns; the caller owns them. */
export interface OutputModel {
  readonly columns: ColumnTypes;
  readonly id: string;
  outputs(columns: ColumnTensors): Promise<Readonly<Record<string, Tensor>>>;
}

/**
 * Loads a model with its head.
 *
 * @throws MODEL_MODULE_INVALID where it does not load or lacks something, and what an estimator says of its checkpoints
 */
export async function loadModel(paths: ModelPaths): Promise<LoadedModel> {
  const { parts, folder } = await load(paths);
  if (folder === undefined) return modelOfModule(parts as ModuleParts);
  const { path } = paths;
  if (parts === undefined)
    throw invalidModel(`${path} must have a --module that exports its head to be evaluated, got none`);
  const { head, labels, labelColumns, file } = parts;
  if (head === undefined) throw missing(file, 'head', 'a head');
  return {
    head,
    columns: folder.columns,
    labelColumns,
    ...(labels !== undefined && { labels }),
    id: folder.id,
    logits: async (columns) => pickLogits(await folder.outputs(columns), path),
  };
}

/**
 * Loads a model that is to predict alone: an exported one needs no head for that.
 *
 * @throws as {@link loadModel}
 */
export async function loadPredictor(paths: ModelPaths): Promise<Predictor> {
  const { parts, folder } = await load(paths);
  if (folder !== undefined && parts?.head === undefined)
    return {
      columns: folder.columns,
      predictions: async (columns, keys) => pickKeys(await folder.outputs(columns), keys),
    };
  const model = await (folder === undefined ? modelOfModule(parts as ModuleParts) : loadModel(paths));
  return {
    columns: model.columns,
    predictions: async (columns, keys) => {
      const logits = await logitsOfRows(model, columns);
      try {
        return model.head.predictions(logits, keys);
      } finally {
        dispose(logits as Tensor);
      }
    },
  };
}

interface Loaded {
  readonly parts: ModuleParts | undefined;
  /** Undefined where the model is the module. */
  readonly folder: OutputModel | undefined;
}

async function load({ path, module }: ModelPaths): Promise<Loaded> {
  const file = resolve(path);
  const isFolder = await stat(file).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      throw invalidModel(`${file} must be there, got ${reasonOf(error)}`, error);
    },
  );
  const isCheckpoint = !isFolder && stepOfFile(basename(file)) !== undefined;
  if (!isFolder && !isCheckpoint) {
    if (module !== undefined) throw invalidModel(`${file} must be a folder to have a --module beside it, got a file`);
    return { parts: await importModule(file), folder: undefined };
  }
  // First, since it may import a backend.
  const parts = module === undefined ? undefined : await importModule(resolve(module));
  const names = isFolder ? await readdir(file) : [];
  if (names.includes('model.json'))
    return { parts, folder: await (await import('./exported-models.js')).graphModel(file, parts) };
  if (names.includes('saved_model.pb'))
    return { parts, folder: await (await import('./exported-models.js')).savedModel(file, parts) };
  if (!isCheckpoint && names.every((name) => stepOfFile(name) === undefined))
    throw invalidModel(
      `${file} must have a model.json, a saved_model.pb or checkpoints, got ${names.length} files of other names`,
    );
  if (parts === undefined)
    throw invalidModel(`${file} must have a --module that exports the estimator of its checkpoints, got none`);
  const { checkpointModel } = await import('./checkpoint-model.js');
  const folder = isFolder ? file : dirname(file);
  return { parts, folder: await checkpointModel(folder, isFolder ? undefined : join(folder, basename(file)), parts) };
}

function modelOfModule({ file, head, columns, logits, labels, labelColumns, id }: ModuleParts): LoadedModel {
  if (head === undefined) throw missing(file, 'head', 'a head');
  if (columns === undefined) throw missing(file, 'columns', 'a map of names to types');
  if (logits === undefined) throw missing(file, 'logits', 'a function of the columns');
  if (getBackend() === undefined || getBackend() === '')
    throw invalidModel(`${file} must import a backend of TensorFlow.js, got none`);
  return { head, columns, logits, labelColumns, id, ...(labels !== undefined && { labels }) };
}

/** The logits among outputs: one tensor, or one of each head of several. The others are disposed of. */
function pickLogits(outputs: Readonly<Record<string, Tensor>>, path: string): Logits {
  const entries = Object.entries(outputs);
  const ofHeads = entries.flatMap(([key, value]) =>
    key.endsWith('/logits') ? [[key.slice(0, -'/logits'.length), value] as const] : [],
  );
  const picked = Object.hasOwn(outputs, 'logits')
    ? (outputs['logits'] as Tensor)
    : (Object.fromEntries(ofHeads) as Record<string, Tensor>);
  const kept = new Set<unknown>('logits' in outputs ? [picked] : Object.values(picked));
  for (const [, value] of entries) if (!kept.has(value)) value.dispose();
  if (kept.size > 0) return picked;
  const keys = entries.map(([key]) => quote(key)).join(', ');
  throw invalidModel(`${path} must give logits to be evaluated, got ${keys.slice(0, 500) || 'nothing'}`);
}

/** Those of some keys. The others are disposed of. */
function pickKeys(outputs: Readonly<Record<string, Tensor>>, keys: readonly string[] | undefined): Predictions {
  if (keys === undefined) return outputs;
  const lost = keys.find((key) => !Object.hasOwn(outputs, key));
  for (const [key, value] of Object.entries(outputs)) if (lost !== undefined || !keys.includes(key)) value.dispose();
  if (lost === undefined) return Object.fromEntries(keys.map((key) => [key, outputs[key] as Tensor]));
  throw headError(
    'PREDICTION_KEY_INVALID',
    `--keys must be of ${Object.keys(outputs).join(', ')}, got ${quote(lost)}.`,
  );
}
