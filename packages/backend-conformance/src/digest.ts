import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** Tells lists of texts apart, whatever their order; the same in Node and in any page, also in one without `crypto.subtle`. */
export function digestOf(texts: readonly string[]): string {
  const hash = sha256.create();
  for (const text of texts.toSorted()) hash.update(utf8ToBytes(`${JSON.stringify(text)}\n`));
  return bytesToHex(hash.digest()).slice(0, 32);
}
