import { appendFile, mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { headError, quote } from '@tfjs-heads/head-kit';
import crc32c from 'crc-32/crc32c.js';
import protobuf from 'protobufjs/minimal.js';
import { histogramOf } from './histogram.js';
import type { Summary, SummaryWriter } from './summary-writer.js';

/** TensorFlow's number for strings (`DT_STRING`). */
const STRING = 7;

/** How many files this process has begun: a name of its own for each. */
let begun = 0;

/**
 * Writes an event file into a folder, which TensorBoard shows; the folder and the file are made with the first summary. The format is that
 * of TensorFlow's `EventsWriter`: records of `tensorflow/core/util/event.proto`.
 */
export function summaryWriter(folder: string): SummaryWriter {
  const started = Math.floor(Date.now() / 1000);
  const file = join(folder, `events.out.tfevents.${started}.${hostname()}.${process.pid}.${begun++}.v2`);
  let isBegun = false;
  return {
    write: async (summary) => {
      const events = [eventOf(summary)];
      if (!isBegun) events.unshift(firstEvent());
      try {
        await mkdir(folder, { recursive: true });
        await appendFile(file, Buffer.concat(events.map(recordOf)));
        isBegun = true;
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw headError('CHECKPOINT_UNWRITABLE', `The summaries ${quote(file)} cannot be written: ${why}.`, { cause });
      }
    },
  };
}

/** Says which version of the format it is: `file_version`, field 3. */
function firstEvent(): Uint8Array {
  return new protobuf.Writer().uint32(field(1, 1)).double(now()).uint32(field(3, 2)).string('brain.Event:2').finish();
}

/** `wall_time` 1, `step` 2, `summary` 5. */
function eventOf({ globalStep, scalars, histograms = {}, texts = {} }: Summary): Uint8Array {
  const writer = new protobuf.Writer().uint32(field(1, 1)).double(now()).uint32(field(2, 0)).int64(globalStep);
  writer.uint32(field(5, 2)).fork();
  // Values are field 1 of a summary; of a value `tag` is 1, `simple_value` 2.
  for (const [tag, value] of Object.entries(scalars)) {
    writer.uint32(field(1, 2)).fork().uint32(field(1, 2)).string(tag).uint32(field(2, 5)).float(value).ldelim();
  }
  for (const [tag, values] of Object.entries(histograms)) {
    const { min, max, num, sum, sumSquares, limits, counts } = histogramOf(values);
    // `histo` 5: `min` 1, `max` 2, `num` 3, `sum` 4, `sum_squares` 5, `bucket_limit` 6, `bucket` 7.
    writer.uint32(field(1, 2)).fork().uint32(field(1, 2)).string(tag).uint32(field(5, 2)).fork();
    [min, max, num, sum, sumSquares].forEach((value, i) => writer.uint32(field(i + 1, 1)).double(value));
    for (const [number, list] of [
      [6, limits],
      [7, counts],
    ] as const) {
      writer.uint32(field(number, 2)).fork();
      for (const value of list) writer.double(value);
      writer.ldelim();
    }
    writer.ldelim().ldelim();
  }
  for (const [tag, text] of Object.entries(texts)) {
    writer.uint32(field(1, 2)).fork().uint32(field(1, 2)).string(tag);
    // `tensor` 8: `dtype` 1, `tensor_shape` 2, which is empty, `string_val` 8. `metadata` 9: `plugin_data` 1: `plugin_name` 1.
    writer.uint32(field(8, 2)).fork().uint32(field(1, 0)).int32(STRING).uint32(field(2, 2)).fork().ldelim();
    writer.uint32(field(8, 2)).string(text).ldelim();
    writer.uint32(field(9, 2)).fork().uint32(field(1, 2)).fork().uint32(field(1, 2)).string('text').ldelim().ldelim();
    writer.ldelim();
  }
  return writer.ldelim().finish();
}

/** The tag of a field: its number and how it is written. */
function field(number: number, wireType: number): number {
  return (number << 3) | wireType;
}

/** A record of TFRecord: its length, its bytes, and a checksum of each. */
function recordOf(bytes: Uint8Array): Uint8Array {
  const record = Buffer.alloc(8 + 4 + bytes.length + 4);
  record.writeBigUInt64LE(BigInt(bytes.length), 0);
  record.writeUInt32LE(masked(record.subarray(0, 8)), 8);
  record.set(bytes, 12);
  record.writeUInt32LE(masked(bytes), 12 + bytes.length);
  return record;
}

/** TensorFlow turns and shifts its checksums, since records may hold such themselves. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c.buf(bytes) >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function now(): number {
  return Date.now() / 1000;
}
