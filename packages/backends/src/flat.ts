import {
  backend_util,
  engine,
  reshape,
  tidy,
  type KernelFunc,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { laidOut } from './laid-out.js';

/** The operations of two numbers that are needed most. */
export const binaryKernels = ['Add', 'Sub', 'Multiply', 'RealDiv', 'SquaredDifference'] as const;

/** Such a kernel that takes operands of more than six axes as one row of numbers, laid out for each place before. */
export function flatBeyondSix(name: string, original: KernelFunc): KernelFunc {
  return (params) => {
    const { a, b } = params.inputs as Readonly<Record<'a' | 'b', Tensor>>;
    if (a.shape.length <= 6 && b.shape.length <= 6) return original(params);
    const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const flat = (x: Tensor): Tensor => {
      if (x.size === 1) return reshape(x, [1]);
      const ones = Array.from({ length: shape.length - x.shape.length }, () => 1);
      return reshape(laidOut(reshape(x, [...ones, ...x.shape]), shape), [-1]);
    };
    return tidy(() => reshape(engine().runKernel(name, { a: flat(a), b: flat(b) }) as Tensor, shape)) as TensorInfo;
  };
}
