/** Bytes that are read in their order, into memory of whoever asks for them. */
export interface ByteInput {
  /**
   * Fills an array, as far as there are bytes.
   *
   * @returns How many there were: less than it has room for only at the end
   */
  readInto(bytes: Uint8Array): Promise<number>;
  /** To be called when no more are asked for. */
  close(): Promise<void>;
}

/** Makes memory for so many bytes, whatever is in it. */
export type Room = (length: number) => Uint8Array;

/** Memory of its own for each. */
export function fresh(length: number): Uint8Array {
  return new Uint8Array(length);
}

/** What a source is read by: itself, where it can be. */
export function byteInput(source: AsyncIterable<Uint8Array> | ByteInput): ByteInput {
  return 'readInto' in source ? source : new ChunkInput(source);
}

/** Chunks as they come, such as those of a pipe. */
class ChunkInput implements ByteInput {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  async readInto(bytes: Uint8Array): Promise<number> {
    let have = 0;
    while (have < bytes.length) {
      if (this.#rest.length === 0) {
        const { value, done } = await this.#chunks.next();
        if (done === true) break;
        this.#rest = value;
      }
      const part = this.#rest.subarray(0, bytes.length - have);
      bytes.set(part, have);
      this.#rest = this.#rest.subarray(part.length);
      have += part.length;
    }
    return have;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
