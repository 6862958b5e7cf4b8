import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmMemory } from './memory.js';

// wasm's own Transpose kernel is up to 8 times slower than this where the number of rows is a multiple
// of 256, as batch sizes are: each column then falls into one set of the processor's cache.
const block = 16;

/** Transposes each of the `batch` matrices of a rank 3 tensor, into new memory. */
export function transpose(memory: WasmMemory, x: TensorInfo): TensorInfo {
  const [batch = 1, rows = 1, columns = 1] = x.shape;
  const out = memory.makeOutput([batch, columns, rows], 'float32');
  const from = memory.typedArrayFromHeap(x);
  const to = memory.typedArrayFromHeap(out);
  for (let start = 0; start < from.length; start += rows * columns) {
    for (let top = 0; top < rows; top += block) {
      const bottom = Math.min(rows, top + block);
      for (let left = 0; left < columns; left += block) {
        const right = Math.min(columns, left + block);
        for (let column = left; column < right; column++) {
          let target = start + column * rows + top;
          let source = start + top * columns + column;
          for (let row = top; row < bottom; row++, source += columns) to[target++] = from[source] as number;
        }
      }
    }
  }
  return out;
}
