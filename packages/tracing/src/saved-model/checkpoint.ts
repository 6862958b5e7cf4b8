import type { DataType } from '@tensorflow/tfjs-core';
import { bytesOf, shapeProto } from '../graph/graph-builder.js';
import { tfType } from '../graph/graph-def.js';
import { checksum } from './checksum.js';
import { encode } from './protocol-buffers.js';
import { joined, sortedTable } from './sorted-table.js';

/** A variable as a checkpoint has it. */
export interface SavedVariable {
  /** By which it is found: the name of its node in the graph. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DataType;
  readonly values: ArrayLike<number>;
}

/**
 * The files of a checkpoint in TensorFlow's bundle format (tensorflow/core/util/tensor_bundle): the numbers of all variables, and a table that says where those
 * of each are.
 *
 * @param prefix What the names of the files begin with, such as `variables/variables`.
 */
export function checkpointFiles(prefix: string, variables: readonly SavedVariable[]): Record<string, Uint8Array> {
  const header = encode('BundleHeader', { numShards: 1, endianness: 0, version: { producer: 1, minConsumer: 0 } });
  const entries = new Map([['', header]]);
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const { name, shape, dtype, values } of variables) {
    const bytes = bytesOf(values, tfType(dtype));
    const place = { shardId: 0, offset, size: bytes.length, crc32c: checksum(bytes) };
    entries.set(name, encode('BundleEntry', { dtype: tfType(dtype), shape: shapeProto(shape), ...place }));
    parts.push(bytes);
    offset += bytes.length;
  }
  return { [`${prefix}.index`]: sortedTable(entries), [`${prefix}.data-00000-of-00001`]: joined(parts) };
}
