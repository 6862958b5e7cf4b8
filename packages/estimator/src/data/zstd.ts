import { Decompress } from 'fzstd';
import { invalidRows } from './invalid-rows.js';

/** The window that zstd's own reader allows where nobody says otherwise. A reader has as much memory as it says, from the first byte on. */
const LARGEST_WINDOW = 2 ** 27;
const FRAME = 0xfd2fb528;
/** Frames that say something to somebody else: the last four bits are theirs. */
const SKIPPED_FRAME = 0x184d2a50;
const RLE = 1;
const RESERVED = 3;

/**
 * What was compressed by zstd, of which the length is known: no more memory is taken than that and a window, whatever the bytes say. Format: RFC 8878.
 *
 * @throws INPUT_INVALID
 */
export function decompressZstd(input: Uint8Array, length: number): Uint8Array {
  checkWindows(input, length);
  const whole = new Uint8Array(length);
  let at = 0;
  const stream = new Decompress((part) => {
    if (at + part.length > length)
      throw invalidRows(`a page must come to ${length} bytes, got ${at + part.length} or more`);
    whole.set(part, at);
    at += part.length;
  });
  stream.push(input, true);
  if (at !== length) throw invalidRows(`a page must come to ${length} bytes, got ${at}`);
  return whole;
}

/** Goes from frame to frame, which are made of blocks that say how long they are. */
function checkWindows(input: Uint8Array, length: number): void {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  // Beyond the end there are zeros, of which no frame is made.
  const byte = (at: number): number => input[at] ?? 0;
  const word = (at: number): number => (at + 4 <= input.length ? view.getUint32(at, true) : 0);
  let at = 0;
  while (at < input.length) {
    if (word(at) >= SKIPPED_FRAME && word(at) < SKIPPED_FRAME + 16) {
      at += 8 + word(at + 4);
      continue;
    }
    if (word(at) !== FRAME) throw invalidRows(`a page must be made of frames of zstd, got other bytes at ${at}`);
    const descriptor = byte(at + 4);
    const isOneSegment = (descriptor & 32) > 0;
    const dictionary = [0, 1, 2, 4][descriptor & 3] as number;
    const contentSize = descriptor >> 6 > 0 ? 1 << (descriptor >> 6) : Number(isOneSegment);
    at += 5;
    if (!isOneSegment) {
      const window = byte(at) & 7;
      const size = 2 ** (10 + (byte(at) >> 3)) * (1 + window / 8);
      if (size > LARGEST_WINDOW)
        throw invalidRows(`a page must have a window of at most ${LARGEST_WINDOW} bytes, got ${size}`);
      at += 1;
    }
    at += dictionary;
    const content = contentSize === 8 ? word(at) + 2 ** 32 * word(at + 4) : contentSize === 4 ? word(at) : 0;
    if (content > length) throw invalidRows(`a page must come to ${length} bytes, got ${content}`);
    at += contentSize;
    for (let isLast = false; !isLast;) {
      const header = byte(at) + 2 ** 8 * byte(at + 1) + 2 ** 16 * byte(at + 2);
      const kind = (header >> 1) & 3;
      if (at + 3 > input.length || kind === RESERVED)
        throw invalidRows(`a page must end with a block, got none at ${at}`);
      isLast = header % 2 === 1;
      at += 3 + (kind === RLE ? 1 : header >> 3);
    }
    if ((descriptor & 4) > 0) at += 4;
  }
}
