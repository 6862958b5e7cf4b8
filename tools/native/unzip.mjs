import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

// Node can inflate but not unzip, and a bootstrap has no dependencies. A wheel is a plain zip: no
// encryption, no zip64, each entry stored (0) or deflated (8).
const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const END_SIZE = 22;
const LONGEST_COMMENT = 0xffff;

/**
 * Unpacks the entries of the zip `file` that `wanted(name)` picks to `folder`; resolves to their names.
 * @param {string} file
 * @param {string} folder
 * @param {(name: string) => boolean} wanted
 */
export async function unzip(file, folder, wanted) {
  const zip = await open(file);
  try {
    const entries = (await readDirectory(zip)).filter(({ name }) => !name.endsWith('/') && wanted(name));
    for (const entry of entries) await extract(zip, file, entry, join(folder, entry.name));
    return entries.map(({ name }) => name);
  } finally {
    await zip.close();
  }
}

/** @typedef {{ name: string, method: number, compressedSize: number, offset: number }} Entry */

/**
 * @param {import('node:fs/promises').FileHandle} zip
 * @returns {Promise<Entry[]>}
 */
async function readDirectory(zip) {
  const { size } = await zip.stat();
  const tail = await read(
    zip,
    Math.max(0, size - END_SIZE - LONGEST_COMMENT),
    Math.min(size, END_SIZE + LONGEST_COMMENT),
  );
  let end = tail.length - END_SIZE;
  while (end >= 0 && tail.readUInt32LE(end) !== END_OF_DIRECTORY) end--;
  if (end < 0) throw new Error('not a zip file');
  const directory = await read(zip, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  const entries = [];
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === DIRECTORY_ENTRY;) {
    const nameLength = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      compressedSize: directory.readUInt32LE(at + 20),
      offset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/**
 * @param {import('node:fs/promises').FileHandle} zip
 * @param {string} file
 * @param {Entry} entry
 * @param {string} target
 */
async function extract(zip, file, { name, method, compressedSize, offset }, target) {
  if (method !== 0 && method !== 8) throw new Error(`${name}: compression method ${method} is unknown`);
  // The local header repeats the name and has an extra field of its own length.
  const header = await read(zip, offset, 30);
  const start = offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  mkdirSync(dirname(target), { recursive: true });
  const from = createReadStream(file, { start, end: start + compressedSize - 1, highWaterMark: 1 << 20 });
  const to = createWriteStream(target);
  await (method === 8 ? pipeline(from, createInflateRaw({ chunkSize: 1 << 20 }), to) : pipeline(from, to));
}

/**
 * @param {import('node:fs/promises').FileHandle} zip
 * @param {number} position
 * @param {number} length
 */
async function read(zip, position, length) {
  const { buffer, bytesRead } = await zip.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
