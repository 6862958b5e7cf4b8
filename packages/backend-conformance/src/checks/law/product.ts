import { customGrad, matMul, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';

/** `x` times a kernel, with its gradient at hand: tfjs has those of its own only where they have been registered. */
export function product(x: Tensor): (kernel: Tensor) => Tensor {
  return customGrad((kernel) => ({
    value: matMul(x as Tensor2D, kernel as Tensor2D),
    gradFunc: (dy: Tensor) => matMul(x as Tensor2D, dy as Tensor2D, true),
  })) as (kernel: Tensor) => Tensor;
}
