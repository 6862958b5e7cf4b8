import type { DataType } from '@tensorflow/tfjs-core';
import { encoderOf } from '../prediction/messages.js';

/** ONNX's numbers of data types. */
export const ONNX_TYPE = { float32: 1, int32: 6, int64: 7, string: 8, bool: 9, float64: 11 } as const;

export type OnnxType = keyof typeof ONNX_TYPE;

/** An attribute of a node: one of these. */
export interface OnnxAttribute {
  readonly f?: number;
  readonly i?: number;
  readonly s?: string;
  readonly ints?: readonly number[];
}

export interface NodeProto {
  readonly name: string;
  readonly opType: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly object[];
}

export interface TensorProto {
  readonly name: string;
  readonly dataType: number;
  readonly dims: readonly number[];
  readonly rawData?: Uint8Array;
  readonly stringData?: readonly Uint8Array[];
}

/** What a graph takes or gives; a size of -1 is that of the batch. */
export interface ValueInfo {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly number[];
}

export interface OnnxParts {
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

/**
 * The version of the operators, of 2024: what ONNX Runtime has run since 1.18, and each later one does. Newer ones have nothing more for predictions.
 */
const OPSET = 21;
/** The version of the format that came with it. */
const IR_VERSION = 10;

/** `AttributeProto.type`. */
const KIND = { f: 1, i: 2, s: 3, ints: 7 } as const;

/** The messages of onnx.proto3 as far as they are needed. */
const encode = /*#__PURE__*/ encoderOf(
  {
    Model: { irVersion: 'int64 1', producerName: 'string 2', graph: 'Graph 7', opsetImport: '*OperatorSetId 8' },
    OperatorSetId: { domain: 'string 1', version: 'int64 2' },
    Graph: {
      node: '*Node 1',
      name: 'string 2',
      initializer: '*Tensor 5',
      input: '*ValueInfo 11',
      output: '*ValueInfo 12',
    },
    Node: { input: '*string 1', output: '*string 2', name: 'string 3', opType: 'string 4', attribute: '*Attribute 5' },
    Attribute: { name: 'string 1', f: 'float 2', i: 'int64 3', s: 'bytes 4', ints: '*int64 8', type: 'int32 20' },
    Tensor: { dims: '*int64 1', dataType: 'int32 2', stringData: '*bytes 6', name: 'string 8', rawData: 'bytes 9' },
    ValueInfo: { name: 'string 1', type: 'Type 2' },
    Type: { tensorType: 'TensorType 1' },
    TensorType: { elemType: 'int32 1', shape: 'Shape 2' },
    Shape: { dim: '*Dim 1' },
    Dim: { dimValue: 'int64 1', dimParam: 'string 2' },
  },
  { Dim: 'value' },
);

/** What a size is called that is not known before the model runs. */
const BATCH = 'batch';

/** The bytes of a `.onnx` file. */
export function encodeModel({ nodes, initializers, inputs, outputs }: OnnxParts): Uint8Array<ArrayBuffer> {
  return encode('Model', {
    irVersion: IR_VERSION,
    producerName: 'tfjs-heads',
    opsetImport: [{ domain: '', version: OPSET }],
    graph: {
      name: 'prediction',
      node: nodes,
      initializer: initializers,
      input: inputs.map(valueInfo),
      output: outputs.map(valueInfo),
    },
  });
}

export function attributeProto(name: string, attribute: OnnxAttribute): object {
  const [[kind, value]] = Object.entries(attribute) as [[keyof typeof KIND, unknown]];
  return { name, type: KIND[kind], [kind]: kind === 's' ? new TextEncoder().encode(String(value)) : value };
}

function valueInfo({ name, dtype, shape }: ValueInfo): object {
  const dim = shape.map((size) => (size === -1 ? { dimParam: BATCH } : { dimValue: size }));
  return { name, type: { tensorType: { elemType: ONNX_TYPE[dtype as OnnxType], shape: { dim } } } };
}
