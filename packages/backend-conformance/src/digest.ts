import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** So many are hashed at once. */
const BATCH = 1000;

/** Tells lists of texts apart, whatever their order; the same in Node and in any page, also in one without `crypto.subtle`. */
export function digestOf(texts: readonly string[]): string {
  const hash = sha256.create();
  const sorted = texts.toSorted();
  for (let i = 0; i < sorted.length; i += BATCH)
    hash.update(
      utf8ToBytes(
        `${sorted
          .slice(i, i + BATCH)
          .map((text) => JSON.stringify(text))
          .join('\n')}\n`,
      ),
    );
  return bytesToHex(hash.digest()).slice(0, 32);
}
