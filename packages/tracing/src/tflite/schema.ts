import { Builder } from 'flatbuffers';

/**
 * The tables of TFLite's schema.fbs (version 3) as far as they are needed: `field: 'kind slot'`. A list has `*` before its kind; a table is named by itself.
 * Numbers whose default is not 0 are never 0 here.
 */
const TABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Model: {
    version: 'int32 0',
    operatorCodes: '*OperatorCode 1',
    subgraphs: '*SubGraph 2',
    description: 'string 3',
    buffers: '*Buffer 4',
    signatureDefs: '*SignatureDef 7',
  },
  OperatorCode: { deprecatedBuiltinCode: 'int8 0', version: 'int32 2', builtinCode: 'int32 3' },
  SubGraph: {
    tensors: '*Tensor 0',
    inputs: '*int32 1',
    outputs: '*int32 2',
    operators: '*Operator 3',
    name: 'string 4',
  },
  Tensor: {
    shape: '*int32 0',
    type: 'int8 1',
    buffer: 'int32 2',
    name: 'string 3',
    shapeSignature: '*int32 7',
    hasRank: 'int8 8',
  },
  Operator: {
    opcodeIndex: 'int32 0',
    inputs: '*int32 1',
    outputs: '*int32 2',
    builtinOptionsType: 'int8 3',
    builtinOptions: 'options 4',
  },
  Buffer: { data: 'bytes 0' },
  SignatureDef: { inputs: '*TensorMap 0', outputs: '*TensorMap 1', signatureKey: 'string 2', subgraphIndex: 'int32 4' },
  TensorMap: { name: 'string 0', tensorIndex: 'int32 1' },
  Conv2DOptions: {
    padding: 'int8 0',
    strideW: 'int32 1',
    strideH: 'int32 2',
    dilationW: 'int32 4',
    dilationH: 'int32 5',
  },
  DepthwiseConv2DOptions: {
    padding: 'int8 0',
    strideW: 'int32 1',
    strideH: 'int32 2',
    depthMultiplier: 'int32 3',
    dilationW: 'int32 5',
    dilationH: 'int32 6',
  },
  TransposeConvOptions: { padding: 'int8 0', strideW: 'int32 1', strideH: 'int32 2' },
  Pool2DOptions: {
    padding: 'int8 0',
    strideW: 'int32 1',
    strideH: 'int32 2',
    filterWidth: 'int32 3',
    filterHeight: 'int32 4',
  },
  FullyConnectedOptions: { activation: 'int8 0' },
  BatchMatMulOptions: { adjX: 'int8 0', adjY: 'int8 1' },
  SoftmaxOptions: { beta: 'float32 0' },
  ConcatenationOptions: { axis: 'int32 0' },
  AddOptions: { activation: 'int8 0' },
  SubOptions: { activation: 'int8 0' },
  MulOptions: { activation: 'int8 0' },
  DivOptions: { activation: 'int8 0' },
  ReducerOptions: { keepDims: 'int8 0' },
  GatherOptions: { axis: 'int32 0', batchDims: 'int32 1' },
  CastOptions: { from: 'int8 0', to: 'int8 1' },
  UnpackOptions: { num: 'int32 0', axis: 'int32 1' },
  StridedSliceOptions: {
    beginMask: 'int32 0',
    endMask: 'int32 1',
    ellipsisMask: 'int32 2',
    newAxisMask: 'int32 3',
    shrinkAxisMask: 'int32 4',
  },
  ArgMaxOptions: { outputType: 'int8 0' },
  ArgMinOptions: { outputType: 'int8 0' },
  OneHotOptions: { axis: 'int32 0' },
  ShapeOptions: { outType: 'int8 0' },
  SplitVOptions: { numSplits: 'int32 0' },
  LeakyReluOptions: { alpha: 'float32 0' },
  CumsumOptions: { exclusive: 'int8 0', reverse: 'int8 1' },
  MirrorPadOptions: { mode: 'int8 0' },
  ResizeBilinearOptions: { alignCorners: 'int8 2', halfPixelCenters: 'int8 3' },
  ResizeNearestNeighborOptions: { alignCorners: 'int8 0', halfPixelCenters: 'int8 1' },
  LocalResponseNormalizationOptions: { radius: 'int32 0', bias: 'float32 1', alpha: 'float32 2', beta: 'float32 3' },
  DepthToSpaceOptions: { blockSize: 'int32 0' },
};

/** Options of an operator, by the number of their table in the union `BuiltinOptions`. */
const OPTIONS = {
  Conv2DOptions: 1,
  DepthwiseConv2DOptions: 2,
  Pool2DOptions: 5,
  FullyConnectedOptions: 8,
  SoftmaxOptions: 9,
  ConcatenationOptions: 10,
  AddOptions: 11,
  LocalResponseNormalizationOptions: 13,
  ResizeBilinearOptions: 15,
  MulOptions: 21,
  GatherOptions: 23,
  ReducerOptions: 27,
  SubOptions: 28,
  DivOptions: 29,
  StridedSliceOptions: 32,
  CastOptions: 37,
  ArgMaxOptions: 40,
  TransposeConvOptions: 49,
  ShapeOptions: 55,
  ArgMinOptions: 57,
  OneHotOptions: 61,
  UnpackOptions: 64,
  ResizeNearestNeighborOptions: 74,
  LeakyReluOptions: 75,
  MirrorPadOptions: 77,
  SplitVOptions: 79,
  DepthToSpaceOptions: 94,
  BatchMatMulOptions: 101,
  CumsumOptions: 102,
} as const;

/** A table of options and its fields. */
export type OperatorOptions = readonly [
  table: keyof typeof OPTIONS,
  fields: Readonly<Record<string, number | boolean>>,
];

/** The bytes of a `.tflite` file. @param model The fields of the table `Model` */
export function encodeModel(model: object): Uint8Array<ArrayBuffer> {
  const builder = new Builder(1024);
  builder.finish(writeTable(builder, 'Model', model), 'TFL3');
  return Uint8Array.from(builder.asUint8Array());
}

/** The fields of an operator that has options. */
export function optionFields(options: OperatorOptions | undefined): object {
  return options === undefined ? {} : { builtinOptionsType: OPTIONS[options[0]], builtinOptions: options };
}

/** Writes a table, after what it refers to: flat buffers are written from their end. */
function writeTable(builder: Builder, name: string, fields: object): number {
  const described = TABLES[name] as Readonly<Record<string, string>>;
  const made = Object.entries(fields).map(([field, value]: [string, unknown]) => {
    const [kind, slot] = (described[field] as string).split(' ') as [string, string];
    return { kind, slot: Number(slot), value: isNumber(kind) ? Number(value) : writeChild(builder, kind, value) };
  });
  builder.startObject(1 + Math.max(-1, ...made.map(({ slot }) => slot)));
  for (const { kind, slot, value } of made) {
    if (kind === 'int8') builder.addFieldInt8(slot, value, 0);
    else if (kind === 'int32') builder.addFieldInt32(slot, value, 0);
    else if (kind === 'float32') builder.addFieldFloat32(slot, value, 0);
    else builder.addFieldOffset(slot, value, 0);
  }
  return builder.endObject();
}

const isNumber = (kind: string): boolean => kind === 'int8' || kind === 'int32' || kind === 'float32';

function writeChild(builder: Builder, kind: string, value: unknown): number {
  if (kind === 'string') return builder.createString(value as string);
  if (kind === 'options') return writeTable(builder, ...(value as OperatorOptions));
  if (kind === 'bytes') {
    const bytes = value as Uint8Array;
    builder.prep(16, bytes.length); // where numbers of a tensor must begin
    return builder.createByteVector(bytes);
  }
  const items = value as readonly unknown[];
  const isOfNumbers = kind === '*int32';
  const offsets = isOfNumbers ? [] : items.map((item) => writeTable(builder, kind.slice(1), item as object));
  builder.startVector(4, items.length, 4);
  for (let index = items.length - 1; index >= 0; index--) {
    if (isOfNumbers) builder.addInt32(items[index] as number);
    else builder.addOffset(offsets[index] as number);
  }
  return builder.endVector();
}
