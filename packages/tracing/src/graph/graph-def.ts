import type { DataType } from '@tensorflow/tfjs-core';

/** TensorFlow's numbers of data types. */
export const TF_TYPE = {
  float32: 1,
  float64: 2,
  int32: 3,
  string: 7,
  int64: 9,
  bool: 10,
  resource: 20,
  uint64: 23,
} as const;

export type TfType = (typeof TF_TYPE)[keyof typeof TF_TYPE];

/** The type of a tensor of tfjs in TensorFlow. */
export function tfType(dtype: DataType): TfType {
  return TF_TYPE[dtype as keyof typeof TF_TYPE];
}

/** A graph of TensorFlow as plain data, by the names of its protocol buffers in camelCase. */
export interface GraphDef {
  readonly node: readonly NodeDef[];
  readonly versions: { readonly producer: number; readonly minConsumer: number };
}

/** One operation. */
export interface NodeDef {
  readonly name: string;
  readonly op: string;
  /** `node` or `node:1` for an output, `^node` for what must have run. */
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, AttrValue>>;
}

/** An attribute: one of these. */
export interface AttrValue {
  readonly type?: TfType;
  readonly shape?: TensorShapeProto;
  readonly tensor?: TensorProto;
  readonly s?: Uint8Array;
  readonly i?: number;
  readonly f?: number;
  readonly b?: boolean;
  readonly list?: {
    readonly i?: readonly number[];
    readonly f?: readonly number[];
    readonly type?: readonly TfType[];
    readonly shape?: readonly TensorShapeProto[];
  };
}

/** A dimension of -1 has a size that is not known. */
export interface TensorShapeProto {
  readonly dim: readonly { readonly size: number }[];
}

export interface TensorProto {
  readonly dtype: TfType;
  readonly tensorShape: TensorShapeProto;
  /** The numbers in the order of bytes of this machine, which TensorFlow expects to be little-endian. */
  readonly tensorContent?: Uint8Array;
  readonly stringVal?: readonly Uint8Array[];
}

/** The version of graphs that TensorFlow 2.9 writes, the oldest that tfjs-node comes with; each later release reads it. */
export const GRAPH_VERSIONS = { producer: 1286, minConsumer: 12 } as const;
