import { encoderOf, type Messages } from '../prediction/messages.js';
import type { GraphDef, TensorShapeProto, TfType } from '../graph/graph-def.js';

/** What stands in `saved_model.pb`. */
export interface SavedModelProto {
  readonly savedModelSchemaVersion: 1;
  readonly metaGraphs: readonly MetaGraphDef[];
}

export interface MetaGraphDef {
  readonly metaInfoDef: { readonly tags: readonly string[] };
  readonly graphDef: GraphDef;
  readonly signatureDef: Readonly<Record<string, SignatureDef>>;
  readonly saverDef?: SaverDef;
  readonly collectionDef?: Readonly<Record<string, { readonly bytesList: { readonly value: readonly Uint8Array[] } }>>;
}

/** How variables are saved and restored: names of tensors and of an operation. */
export interface SaverDef {
  readonly filenameTensorName: string;
  readonly saveTensorName: string;
  readonly restoreOpName: string;
  readonly version: number;
}

export interface SignatureDef {
  readonly inputs: Readonly<Record<string, TensorInfoProto>>;
  readonly outputs: Readonly<Record<string, TensorInfoProto>>;
  readonly methodName: string;
}

export interface TensorInfoProto {
  readonly name: string;
  readonly dtype: TfType;
  readonly tensorShape: TensorShapeProto;
}

/**
 * The messages of TensorFlow as far as a SavedModel needs them.
 * Numbers and types are those of tensorflow/core/protobuf and tensorflow/core/framework.
 */
const MESSAGES: Messages = {
  SavedModel: { savedModelSchemaVersion: 'int64 1', metaGraphs: '*MetaGraphDef 2' },
  MetaGraphDef: {
    metaInfoDef: 'MetaInfoDef 1',
    graphDef: 'GraphDef 2',
    saverDef: 'SaverDef 3',
    collectionDef: '<CollectionDef> 4',
    signatureDef: '<SignatureDef> 5',
  },
  SaverDef: {
    filenameTensorName: 'string 1',
    saveTensorName: 'string 2',
    restoreOpName: 'string 3',
    version: 'int32 7',
  },
  CollectionDef: { bytesList: 'BytesList 2' },
  BytesList: { value: '*bytes 1' },
  VariableDef: {
    variableName: 'string 1',
    initializerName: 'string 2',
    snapshotName: 'string 3',
    isResource: 'bool 5',
    trainable: 'bool 7',
  },
  BundleHeader: { numShards: 'int32 1', endianness: 'int32 2', version: 'VersionDef 3' },
  BundleEntry: {
    dtype: 'int32 1',
    shape: 'TensorShape 2',
    shardId: 'int32 3',
    offset: 'int64 4',
    size: 'int64 5',
    crc32c: 'fixed32 6',
  },
  MetaInfoDef: { tags: '*string 4' },
  SignatureDef: { inputs: '<TensorInfo> 1', outputs: '<TensorInfo> 2', methodName: 'string 3' },
  TensorInfo: { name: 'string 1', dtype: 'int32 2', tensorShape: 'TensorShape 3' },
  GraphDef: { node: '*NodeDef 1', versions: 'VersionDef 4' },
  VersionDef: { producer: 'int32 1', minConsumer: 'int32 2' },
  NodeDef: { name: 'string 1', op: 'string 2', input: '*string 3', attr: '<AttrValue> 5' },
  AttrValue: {
    list: 'ListValue 1',
    s: 'bytes 2',
    i: 'int64 3',
    f: 'float 4',
    b: 'bool 5',
    type: 'int32 6',
    shape: 'TensorShape 7',
    tensor: 'Tensor 8',
  },
  ListValue: { i: '*int64 3', f: '*float 4', type: '*int32 6', shape: '*TensorShape 7' },
  TensorShape: { dim: '*Dim 2' },
  Dim: { size: 'int64 1' },
  Tensor: { dtype: 'int32 1', tensorShape: 'TensorShape 2', tensorContent: 'bytes 4', stringVal: '*bytes 8' },
};

/** Fields of which just one is set; it is written even where it is zero. */
const ONE_OF: Readonly<Record<string, string>> = { AttrValue: 'value' };

/** The bytes of a message. */
export const encode: (type: string, message: object) => Uint8Array = /*#__PURE__*/ encoderOf(MESSAGES, ONE_OF);

/** The bytes of `saved_model.pb`. */
export function encodeSavedModel(model: SavedModelProto): Uint8Array {
  return encode('SavedModel', model);
}
