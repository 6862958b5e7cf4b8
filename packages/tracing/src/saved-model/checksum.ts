import crc32c from 'crc-32/crc32c.js';

/** Castagnoli's checksum, masked as TensorFlow stores it: that of bytes with checksums in them would not be one of its own. */
export function checksum(bytes: Uint8Array): number {
  const crc = crc32c.buf(bytes, 0) >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
