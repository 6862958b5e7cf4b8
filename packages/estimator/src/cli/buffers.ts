/** Of larger ones the memory is not kept. */
const LARGEST_KEPT = 2 ** 24;
/** Sizes are multiples of it, so that a part that is a little longer than the one before finds room. */
const STEP = 2 ** 16;

/**
 * Memory for the parts of an input, used again when a part is done with: fresh memory for each is cold, must be cleared, and drives the
 * collection of garbage.
 */
export class Buffers {
  readonly #make: (bytes: number) => ArrayBufferLike;
  readonly #free: ArrayBufferLike[] = [];

  private constructor(make: (bytes: number) => ArrayBufferLike) {
    this.#make = make;
  }

  /** Memory of one thread. */
  static ofThread(): Buffers {
    return new Buffers((bytes) => new ArrayBuffer(bytes));
  }

  /**
   * Memory that other threads can look at. To transfer it would cost more: an engine in which an array was ever detached looks, each time
   * one is read, whether it still is there.
   */
  static shared(): Buffers {
    return new Buffers((bytes) => new SharedArrayBuffer(bytes));
  }

  /** Room for so many bytes, whatever is in it. */
  readonly take = (length: number): Uint8Array => {
    const buffer = this.#free.pop();
    if (buffer !== undefined && buffer.byteLength >= length) return new Uint8Array(buffer, 0, length);
    return new Uint8Array(this.#make(Math.ceil(length / STEP) * STEP), 0, length);
  };

  /** Gives memory back that nobody looks at any more. */
  give({ buffer }: Uint8Array): void {
    if (buffer.byteLength <= LARGEST_KEPT) this.#free.push(buffer);
  }
}
