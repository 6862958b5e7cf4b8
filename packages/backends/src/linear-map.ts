import { matMul, reshape, type Tensor, tensor3d } from '@tensorflow/tfjs-core';

/** What an axis becomes, as numbers of the output, each of which is made of numbers of the input: their indices and factors. */
export type LinearMap = readonly (readonly (readonly [input: number, factor: number])[])[];

/** The gradient of a linear map of one axis: what came back to the outputs, at the inputs. By a product, which every backend has. */
export function backThrough(map: LinearMap, size: number, dy: Tensor, axis: number): Tensor {
  const matrix = new Float32Array(size * map.length);
  for (const [output, terms] of map.entries())
    for (const [input, factor] of terms) {
      const at = input * map.length + output;
      matrix[at] = (matrix[at] as number) + factor;
    }
  const before = product(dy.shape.slice(0, axis));
  const after = product(dy.shape.slice(axis + 1));
  const dx = matMul(tensor3d(matrix, [1, size, map.length]), reshape(dy, [before, map.length, after]));
  return reshape(dx, dy.shape.with(axis, size));
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}
