import protobuf from 'protobufjs/minimal.js';

/** A part of a tensor: of each dimension where it begins, and its length; -1 for all of it. */
export type TensorSlice = readonly { readonly start: number; readonly length: number }[];

/** Where a tensor is, and what: `BundleEntryProto`. */
export interface BundleEntry {
  /** The number of a `DataType`. */
  readonly dtype: number;
  readonly shape: readonly number[];
  /** Which of the files of numbers it is in. */
  readonly shardId: number;
  readonly offset: number;
  readonly size: number;
  readonly crc32c: number;
  /** The parts that it is saved in; none where it is saved as one. */
  readonly slices: readonly TensorSlice[];
}

/** Throws RangeError and such for what is no message. */
export function decodeHeader(bytes: Uint8Array): { readonly numShards: number; readonly isBigEndian: boolean } {
  const header = { numShards: 0, isBigEndian: false };
  eachField(new protobuf.Reader(bytes), (field, reader) => {
    if (field === 1) header.numShards = reader.int32();
    else if (field === 2) header.isBigEndian = reader.int32() !== 0;
    else return false;
    return true;
  });
  return header;
}

/** Throws RangeError and such for what is no message. */
export function decodeEntry(bytes: Uint8Array): BundleEntry {
  const entry = { dtype: 0, shardId: 0, offset: 0, size: 0, crc32c: 0 };
  let shape: readonly number[] = [];
  const slices: TensorSlice[] = [];
  eachField(new protobuf.Reader(bytes), (field, reader) => {
    if (field === 1) entry.dtype = reader.int32();
    else if (field === 2) shape = decodeShape(reader.bytes());
    else if (field === 3) entry.shardId = reader.int32();
    else if (field === 4) entry.offset = numberOf(reader.int64());
    else if (field === 5) entry.size = numberOf(reader.int64());
    else if (field === 6) entry.crc32c = reader.fixed32();
    else if (field === 7) slices.push(decodeSlice(reader.bytes()));
    else return false;
    return true;
  });
  return { ...entry, shape, slices };
}

function decodeShape(bytes: Uint8Array): readonly number[] {
  const sizes: number[] = [];
  eachField(new protobuf.Reader(bytes), (field, reader) => {
    if (field !== 2) return false;
    let size = 0;
    eachField(new protobuf.Reader(reader.bytes()), (inner, dim) => {
      if (inner === 1) size = numberOf(dim.int64());
      return inner === 1;
    });
    sizes.push(size);
    return true;
  });
  return sizes;
}

function decodeSlice(bytes: Uint8Array): TensorSlice {
  const extents: { start: number; length: number }[] = [];
  eachField(new protobuf.Reader(bytes), (field, reader) => {
    if (field !== 1) return false;
    const extent = { start: 0, length: -1 };
    eachField(new protobuf.Reader(reader.bytes()), (inner, of) => {
      if (inner === 1) extent.start = numberOf(of.int64());
      else if (inner === 2) extent.length = numberOf(of.int64());
      else return false;
      return true;
    });
    extents.push(extent);
    return true;
  });
  return extents;
}

/** From the key of a variable in a checkpoint of `tf.train.Checkpoint` to its own name: of a `TrackableObjectGraph`. */
export function decodeObjectGraph(bytes: Uint8Array): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  eachField(new protobuf.Reader(bytes), (field, graph) => {
    if (field !== 1) return false;
    eachField(new protobuf.Reader(graph.bytes()), (ofNode, node) => {
      if (ofNode !== 2) return false;
      let [fullName, key] = ['', ''];
      eachField(new protobuf.Reader(node.bytes()), (ofAttribute, attribute) => {
        if (ofAttribute === 2) fullName = attribute.string();
        else if (ofAttribute === 3) key = attribute.string();
        else return false;
        return true;
      });
      if (fullName !== '') names.set(key, fullName);
      return true;
    });
    return true;
  });
  return names;
}

/** Calls `take` with each field of a message, and leaves out those that it does not take. */
function eachField(reader: protobuf.Reader, take: (field: number, reader: protobuf.Reader) => boolean): void {
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (!take(tag >>> 3, reader)) reader.skipType(tag & 7);
  }
}

/** Long or number, as protobufjs has it. */
function numberOf(value: number | { toString(): string }): number {
  return Number(value.toString());
}
