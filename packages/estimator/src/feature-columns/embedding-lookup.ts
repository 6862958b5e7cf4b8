import {
  add,
  cast,
  customGrad,
  div,
  equal,
  gather,
  greater,
  greaterEqual,
  maximum,
  mul,
  reshape,
  scalar,
  scatterND,
  sqrt,
  square,
  sum,
  where,
} from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Combiner } from './embedding-column.js';

/** What is looked up, and how. */
export interface Lookup {
  /** int32 `[batch, most]`; those below 0 count nothing. */
  readonly ids: Tensor;
  /** float32, of the shape of the ids. Default: 1 each. */
  readonly weights?: Tensor | undefined;
  readonly combiner: Combiner;
  /** Longer rows are scaled to this length. */
  readonly maxNorm?: number | undefined;
}

/**
 * The rows of a table by id, combined for each example, as `safe_embedding_lookup_sparse` does it: ids below 0 are left out, weights of 0
 * and less too unless they are summed, and an example without any gets zeros.
 *
 * @param table `[ids, dimension]`; gradients flow to it.
 * @returns float32 `[batch, dimension]`
 */
export function embeddingLookup(table: Tensor2D, { ids, weights, combiner, maxNorm }: Lookup): Tensor {
  const [most, dimension] = [ids.shape[1] as number, table.shape[1]];
  const rows = clipped(gatherRows(table, reshape(maximum(ids, scalar(0, 'int32')), [-1])), maxNorm);
  const scale = scaleOf(ids, weights, combiner);
  if (most === 1) return mul(rows, scale);
  return sum(mul(reshape(rows, [-1, most, dimension]), reshape(scale, [-1, most, 1])), 1);
}

/** What the row of each id is multiplied by, `[batch, most]`. No gradient flows to it. */
function scaleOf(ids: Tensor, weights: Tensor | undefined, combiner: Combiner): Tensor {
  const counted = cast(greaterEqual(ids, 0), 'float32');
  if (weights === undefined && (combiner === 'sum' || ids.shape[1] === 1)) return counted;
  if (weights === undefined) return div(counted, orOne(divisor(counted, combiner)));
  if (combiner === 'sum') return mul(counted, weights);
  const counting = mul(mul(counted, cast(greater(weights, 0), 'float32')), weights);
  return div(counting, orOne(divisor(counting, combiner)));
}

function divisor(weights: Tensor, combiner: Combiner): Tensor {
  return combiner === 'mean' ? sum(weights, 1, true) : sqrt(sum(square(weights), 1, true));
}

/** 1 in place of 0. */
function orOne(x: Tensor): Tensor {
  return add(x, cast(equal(x, 0), 'float32'));
}

/** Rows scaled to a norm where theirs is larger. */
function clipped(rows: Tensor, maxNorm: number | undefined): Tensor {
  if (maxNorm === undefined) return rows;
  const squares = sum(square(rows), 1, true);
  const isZero = equal(squares, 0);
  // The root of 0 has no gradient.
  const norm = sqrt(where(isZero, add(squares, 1), squares));
  return div(mul(rows, maxNorm), maximum(norm, maxNorm));
}

/**
 * `gather` with a gradient that all backends have: tfjs' own asks for the kernel UnsortedSegmentSum, which wasm lacks.
 */
function gatherRows(table: Tensor2D, ids: Tensor1D): Tensor {
  return customGrad((x, save) => {
    (save as (tensors: Tensor[]) => void)([ids]);
    return {
      value: gather(x as Tensor, ids),
      gradFunc: (dy: Tensor, [saved]: Tensor[]) => scatterND(reshape(saved as Tensor, [-1, 1]), dy, table.shape),
    };
  })(table);
}
