import { checksum } from './checksum.js';

/** Begins a table file's last eight bytes, the lower half first. */
const MAGIC = [0x8b80fb57, 0xdb477524] as const;
/** What two handles take at most: the footer is filled up to that. */
const HANDLES = 40;
/** So many bytes say how a block was compressed (not at all) and what its checksum is. */
const UNCOMPRESSED = 0;

/** Where a block lies. */
interface Handle {
  readonly offset: number;
  readonly size: number;
}

/**
 * A sorted table of LevelDB, in which TensorFlow has the index of a checkpoint (tensorflow/core/lib/io/table_format.txt): one block of entries, an empty one
 * about the table, one that says where the first is, and a footer that says where those are.
 *
 * @param entries By their keys.
 */
export function sortedTable(entries: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const encoder = new TextEncoder();
  const sorted = [...entries].map(([key, value]) => [encoder.encode(key), value] as const).toSorted(byKey);
  const parts: Uint8Array[] = [];
  let length = 0;
  const add = (part: Uint8Array): void => {
    parts.push(part);
    length += part.length;
  };
  const addBlock = (content: Uint8Array): Handle => {
    const handle = { offset: length, size: content.length };
    const withType = joined([content, Uint8Array.of(UNCOMPRESSED)]);
    add(withType);
    add(fixed32(checksum(withType)));
    return handle;
  };
  const data = addBlock(block(sorted));
  const about = addBlock(block([]));
  // Its key is not smaller than any in the block.
  const last = sorted.at(-1)?.[0] ?? new Uint8Array(0);
  const index = addBlock(block([[last, handleBytes(data)]]));
  const handles = joined([handleBytes(about), handleBytes(index)]);
  add(joined([handles, new Uint8Array(HANDLES - handles.length), ...MAGIC.map(fixed32)]));
  return joined(parts);
}

/** Entries one after the other, each with its whole key, and where each begins. */
function block(entries: readonly (readonly [Uint8Array, Uint8Array])[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const starts: number[] = [];
  let length = 0;
  for (const [key, value] of entries) {
    const shared = 0;
    const entry = joined([varint(shared), varint(key.length), varint(value.length), key, value]);
    starts.push(length);
    parts.push(entry);
    length += entry.length;
  }
  if (starts.length === 0) starts.push(0);
  return joined([...parts, ...starts.map(fixed32), fixed32(starts.length)]);
}

function byKey([a]: readonly [Uint8Array, Uint8Array], [b]: readonly [Uint8Array, Uint8Array]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++)
    if (a[index] !== b[index]) return (a[index] as number) - (b[index] as number);
  return a.length - b.length;
}

function handleBytes({ offset, size }: Handle): Uint8Array {
  return joined([varint(offset), varint(size)]);
}

/** Seven bits a byte, the lowest first. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Uint8Array.of(...bytes, rest);
}

function fixed32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

/** Bytes one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
