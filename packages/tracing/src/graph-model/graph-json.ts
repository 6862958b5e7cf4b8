import type { AttrValue, GraphDef, NodeDef, TensorShapeProto, TfType } from '../graph/graph-def.js';

/** The numbers of a constant of a graph. */
export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly bytes: Uint8Array;
}

/** TensorFlow's names of data types. */
const TYPE_NAMES: Readonly<Record<number, string>> = { 1: 'DT_FLOAT', 3: 'DT_INT32', 7: 'DT_STRING', 10: 'DT_BOOL' };
const WEIGHT_TYPES: Readonly<Record<number, Weight['dtype']>> = { 1: 'float32', 3: 'int32', 10: 'bool' };

/** A graph as the JSON of protocol buffers, and the numbers of its constants, which tfjs has beside it. */
export function graphJson({ node, versions }: GraphDef): { readonly topology: object; readonly weights: Weight[] } {
  const weights = node.flatMap((one) => weightOf(one) ?? []);
  return { topology: { node: node.map(nodeJson), versions }, weights };
}

export function typeName(type: TfType): string {
  return TYPE_NAMES[type] ?? `DT_${type}`;
}

export function shapeJson({ dim }: TensorShapeProto): object {
  return { dim: dim.map(({ size }) => ({ size: String(size) })) };
}

function weightOf({ name, op, attr }: NodeDef): Weight | undefined {
  const tensor = op === 'Const' ? attr['value']?.tensor : undefined;
  const dtype = tensor && WEIGHT_TYPES[tensor.dtype];
  if (tensor?.tensorContent === undefined || dtype === undefined) return undefined;
  return { name, shape: tensor.tensorShape.dim.map(({ size }) => size), dtype, bytes: tensor.tensorContent };
}

function nodeJson({ name, op, input, attr }: NodeDef): object {
  const attributes = Object.entries(attr).map(([key, value]) => [key, attrJson(value)]);
  return { name, op, ...(input.length > 0 && { input }), attr: Object.fromEntries(attributes) };
}

/** Integers are strings there, since they may have 64 bits, and bytes are in base 64. */
function attrJson({ type, shape, tensor, s, i, f, b, list }: AttrValue): object {
  if (type !== undefined) return { type: typeName(type) };
  if (shape !== undefined) return { shape: shapeJson(shape) };
  if (tensor !== undefined)
    return { tensor: { dtype: typeName(tensor.dtype), tensorShape: shapeJson(tensor.tensorShape) } };
  if (s !== undefined) return { s: btoa(String.fromCodePoint(...s)) };
  if (i !== undefined) return { i: String(i) };
  if (f !== undefined) return { f };
  if (b !== undefined) return { b };
  return { list: { i: (list?.i ?? []).map(String) } };
}
