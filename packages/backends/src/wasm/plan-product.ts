/** How to compute a product of two matrices with neither operand transposed. */
export interface Product {
  /** The product is `[m, k] x [k, n]`, after transposing. */
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Compute the product's transpose, `bT x aT`: it asks for the other operand to be transposed, and the result. */
  readonly swap: boolean;
  /** Of the result. */
  readonly shape: number[];
}

// Nanoseconds, measured under Node on x86-64. Only their ratios count, and they err on the side of
// leaving a product as it is.
const multiplyAddInLoop = 1.1;
const multiplyAddPacked = 0.1;
const moveElement = 2.5;
const packElement = 1;
const callOverhead = 4000;

/**
 * The fastest way to compute a product in the packed kernel, or undefined where the kernel is best
 * called as it was: it packs already, its loop is faster, or these are many matrices.
 */
export function planProduct(
  a: readonly number[],
  b: readonly number[],
  transposeA: boolean,
  transposeB: boolean,
): Product | undefined {
  const aRows = a.at(-2) as number;
  const aColumns = a.at(-1) as number;
  const bRows = b.at(-2) as number;
  const bColumns = b.at(-1) as number;
  const batchA = countMatrices(a);
  // One right operand for many left ones: their rows make one tall matrix.
  const tall = batchA > 1 && !transposeA;
  if (!transposeA && !transposeB && !tall) return undefined;
  if (countMatrices(b) !== 1 || (batchA !== 1 && !tall)) return undefined;
  const m = (transposeA ? aColumns : aRows) * batchA;
  const k = transposeA ? aRows : aColumns;
  const n = transposeB ? bRows : bColumns;
  // Shapes that do not fit, and empty ones, are for the kernel to complain about.
  if (k !== (transposeB ? bColumns : bRows)) return undefined;
  const asItIs = m * k * n * multiplyAddInLoop;
  if (asItIs <= callOverhead) return undefined;
  const straight = costOf(m, k, n, transposeA, transposeB, false);
  const swapped = costOf(m, k, n, transposeA, transposeB, true);
  if (Math.min(straight, swapped) >= asItIs) return undefined;
  // The right side is one matrix: whatever axes it has more are of one.
  const further = Array.from({ length: Math.max(0, b.length - a.length) }, () => 1);
  return {
    m,
    k,
    n,
    transposeA,
    transposeB,
    swap: swapped < straight,
    shape: [...further, ...a.slice(0, -2), transposeA ? aColumns : aRows, n],
  };
}

/** What transposing first costs, the packed product and all. */
function costOf(m: number, k: number, n: number, transposeA: boolean, transposeB: boolean, swap: boolean): number {
  const moved =
    (transposeA === swap ? 0 : moves(m, k)) + (transposeB === swap ? 0 : moves(k, n)) + (swap ? moves(m, n) : 0);
  const packed = k * Math.ceil((swap ? m : n) / 8) * 8;
  return callOverhead + moved * moveElement + packed * packElement + m * k * n * multiplyAddPacked;
}

/** The elements to move when a matrix is transposed: none for a vector. */
function moves(rows: number, columns: number): number {
  return rows === 1 || columns === 1 ? 0 : rows * columns;
}

/** How many matrices there are. */
export function countMatrices(shape: readonly number[]): number {
  let batch = 1;
  for (let i = 0; i < shape.length - 2; i++) batch *= shape[i] as number;
  return batch;
}
