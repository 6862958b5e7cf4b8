/**
 * How many rounding units a value may be off, by what it was made of: nothing computed, a few operations on each
 * element, a sum or a chain, ten training steps. A case may state a number of its own, with a reason.
 *
 * TRAIN was measured: of our heads with every optimizer on wasm, native, webgl and webgpu (a GPU in software) the worst was
 * 54 (Poisson, adadelta, webgl), the next 8; this leaves a real GPU ten times as much.
 */
export const K = { EXACT: 0, ELEMENT: 16, REDUCE: 64, TRAIN: 512 } as const;
