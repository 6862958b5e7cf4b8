import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clone, getBackend, io, ready, reshape, stack } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { isMap, quote, scoped } from '@tfjs-heads/head-kit';
import type { OutputModel } from './load-model.js';
import type { ColumnTensors, ColumnType, ColumnTypes } from './column-types.js';
import { invalidModel, type ModuleParts, reasonOf, sha256 } from './model-module.js';

type Tensors = Readonly<Record<string, Tensor>>;

/** An input of an exported model. */
interface ExportedInput {
  readonly type: ColumnType;
  /** Of a row. */
  readonly shape: readonly number[];
}

/** An exported model as it was loaded. */
interface Exported {
  readonly inputs: Readonly<Record<string, ExportedInput>>;
  /** Called within a tidy. */
  run(inputs: Tensors): Tensors;
}

/** How many columns an input may be made of. */
const WIDEST = 100_000;

const TYPES: Readonly<Record<string, ColumnType>> = {
  DT_FLOAT: 'float32',
  DT_INT32: 'int32',
  DT_BOOL: 'bool',
  DT_STRING: 'string',
};

/**
 * A graph model of tfjs, `model.json` and its weights. Without a module that imports another backend it runs on cpu.
 *
 * @throws MODEL_MODULE_INVALID
 */
export async function graphModel(folder: string, parts: ModuleParts | undefined): Promise<OutputModel> {
  return outputModel(folder, parts, async () => {
    const { loadGraphModel } = await import('@tensorflow/tfjs-converter');
    if (getBackend() === undefined || getBackend() === '') await import('@tensorflow/tfjs-backend-cpu');
    await ready();
    const artifacts = await readArtifacts(folder);
    const { inputs, outputs } = (artifacts.signature ?? {}) as Record<string, Record<string, TensorInfo> | undefined>;
    if (!isMap(inputs) || !isMap(outputs)) throw new Error('it has no signature');
    const model = await loadGraphModel(io.fromMemory(artifacts));
    const keys = Object.keys(outputs);
    return {
      inputs: Object.fromEntries(Object.entries(inputs).map(([name, info]) => [name, inputOf(name, info)])),
      run: (given) => {
        const got = [model.execute({ ...given }, keys)].flat();
        return Object.fromEntries(keys.map((key, i) => [key, got[i] as Tensor]));
      },
    };
  });
}

/**
 * A SavedModel, by tfjs-node: its signature `predict`, or else `serving_default`.
 *
 * @throws MODEL_MODULE_INVALID
 */
export async function savedModel(folder: string, parts: ModuleParts | undefined): Promise<OutputModel> {
  return outputModel(folder, parts, async () => {
    const { node } = await import('@tensorflow/tfjs-node');
    await ready();
    const [graph] = await node.getMetaGraphsFromSavedModel(folder);
    const signatures = graph?.signatureDefs ?? {};
    const signature = ['predict', 'serving_default'].find((name) => Object.hasOwn(signatures, name));
    if (signature === undefined) throw new Error(`it has no signature predict, but ${Object.keys(signatures).join()}`);
    const model = await node.loadSavedModel(folder, graph?.tags, signature);
    const inputs = Object.entries(signatures[signature]?.inputs ?? {}).map(([name, { dtype, shape }]) => {
      const dims = (shape as unknown as { getSize(): number }[]).map((dim) => ({ size: dim.getSize() }));
      return [name, inputOf(name, { dtype: `DT_${dtype}`, tensorShape: { dim: dims } }, { ...NODE_TYPES })] as const;
    });
    return { inputs: Object.fromEntries(inputs), run: (given) => model.predict({ ...given }) as Tensors };
  });
}

const NODE_TYPES: Readonly<Record<string, ColumnType>> = {
  DT_float32: 'float32',
  DT_int32: 'int32',
  DT_bool: 'bool',
  DT_string: 'string',
};

interface TensorInfo {
  readonly dtype: string;
  readonly tensorShape: { readonly dim?: readonly { readonly size: string | number }[] };
}

async function outputModel(
  folder: string,
  parts: ModuleParts | undefined,
  load: () => Promise<Exported>,
): Promise<OutputModel> {
  let exported: Exported;
  let hash: string;
  try {
    exported = await load();
    hash = await hashOf(folder);
  } catch (error) {
    throw invalidModel(`${folder} must be an exported model that loads, got ${reasonOf(error)}`, error);
  }
  const own = parts?.inputs === undefined ? columnsOf(exported.inputs) : {};
  const { inputs = (columns: ColumnTensors) => stacked(columns, exported.inputs) } = parts ?? {};
  const columns = { ...own, ...parts?.columns };
  const shared = Object.keys(parts?.labelColumns ?? {}).find((name) => Object.hasOwn(columns, name));
  if (shared !== undefined)
    throw invalidModel(
      `${parts?.file} must export labelColumns, none of the inputs of the model, got ${quote(shared)}`,
    );
  return {
    columns,
    id: parts === undefined ? hash : sha256(`${hash} ${parts.id}`),
    outputs: async (given) =>
      scoped(() => {
        const outputs = exported.run(inputs(given) as Tensors);
        return Object.fromEntries(Object.entries(outputs).map(([key, value]) => [key, clone(value)]));
      }),
  };
}

function inputOf(name: string, { dtype, tensorShape }: TensorInfo, types = TYPES): ExportedInput {
  const type = Object.hasOwn(types, dtype) ? types[dtype] : undefined;
  const shape = (tensorShape.dim ?? []).slice(1).map(({ size }) => Number(size));
  const width = shape.reduce((product, size) => product * size, 1);
  if (type !== undefined && tensorShape.dim !== undefined && width >= 1 && width <= WIDEST) return { type, shape };
  throw new Error(`its input ${quote(name)} is of ${dtype} with ${JSON.stringify(shape)} for a row`);
}

/** An input of one value a row is the column of its name; one of several has `name_0` and so on, as predictions in tsv have. */
function namesOf(name: string, { shape }: ExportedInput): readonly string[] {
  const width = shape.reduce((product, size) => product * size, 1);
  return width === 1 ? [name] : Array.from({ length: width }, (_, i) => `${name}_${i}`);
}

function columnsOf(inputs: Exported['inputs']): ColumnTypes {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, input]) => namesOf(name, input).map((column) => [column, input.type])),
  );
}

function stacked(columns: ColumnTensors, inputs: Exported['inputs']): Tensors {
  const entries = Object.entries(inputs).map(([name, input]) => {
    const given = namesOf(name, input).map((column) => columns[column] as Tensor);
    const rows = (given[0] as Tensor).size;
    return [
      name,
      reshape(given.length === 1 ? (given[0] as Tensor) : stack(given, 1), [rows, ...input.shape]),
    ] as const;
  });
  return Object.fromEntries(entries);
}

async function readArtifacts(folder: string): Promise<io.ModelArtifacts> {
  const json = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')) as io.ModelJSON;
  return io.getModelArtifactsForJSON(json, async (manifest) => {
    const bytes = await Promise.all(manifest.flatMap(({ paths }) => paths.map((path) => readFile(join(folder, path)))));
    return [manifest.flatMap(({ weights }) => weights), io.concatenateArrayBuffers(bytes.map(bufferOf))];
  });
}

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

/** A hash of all files. */
async function hashOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : [])).toSorted();
  for (const file of files)
    hash
      .update(file.slice(folder.length))
      .update('\0')
      .update(await readFile(file));
  return hash.digest('hex');
}
