import type { Features, Head, Labels } from '@tfjs-heads/head-api';
import {
  dispose, matMul, mean, randomNormal, relu, squaredDifference, tidy, train, variable, variableGrads, zeros,
  type Scalar, type Tensor, type Tensor2D, type TensorContainer, type Variable,
} from '@tensorflow/tfjs-core';

/** A training step that has been set up on the current backend. */
export interface Step {
  /** Runs it once. The loss it returns is read, so that the time counts until it is known. */
  run(): Tensor | Promise<Tensor | number> | number;
  /** Releases what the step holds; variables are disposed of anyway. */
  dispose?(): void;
}

/** Sets the caller's training step up anew on each backend that is tried. */
export type Workload = () => Step | Promise<Step>;

export interface HeadWorkload {
  readonly head: Pick<Head, 'logitsDimension' | 'loss'>;
  /** Makes the batch, on the current backend. */
  readonly batch: () => { inputs: Tensor2D; labels: Labels; features?: Features };
  /** Sizes of the dense layers under the head. Default: `[64]`. */
  readonly hiddenUnits?: readonly number[];
}

/** A training step of dense layers with a head on top, on one batch. */
export function headWorkload({ head, batch, hiddenUnits = [64] }: HeadWorkload): Workload {
  return () => {
    const made = batch();
    const { inputs, labels, features } = made;
    const loss = (logits: Tensor): Scalar => head.loss(labels, logits, { mode: 'train', ...(features && { features }) });
    return denseStep(inputs, [...hiddenUnits, head.logitsDimension], loss, () => dispose(made as unknown as TensorContainer));
  };
}

/** What is measured when the caller names no workload: a small network on a small batch. */
export const defaultWorkload: Workload = () => {
  const inputs = randomNormal([32, 20], 0, 1, 'float32', 1) as Tensor2D;
  const targets = zeros([32, 1]);
  return denseStep(inputs, [64, 64, 1], (outputs) => mean(squaredDifference(targets, outputs)) as Scalar, () =>
    dispose([inputs, targets]),
  );
};

function denseStep(
  inputs: Tensor2D,
  units: readonly number[],
  loss: (outputs: Tensor) => Scalar,
  disposeBatch: () => void,
): Step {
  let size = inputs.shape[1];
  const kernels: Variable[] = units.map((unit, i) => {
    const kernel = tidy(() => variable(randomNormal([size, unit], 0, 1 / Math.sqrt(size), 'float32', i + 1)));
    size = unit;
    return kernel;
  });
  const optimizer = train.sgd(0.01);
  const forward = (): Scalar =>
    loss(kernels.reduce<Tensor>((x, kernel, i) => {
      const product = matMul(x as Tensor2D, kernel as Tensor2D);
      return i === kernels.length - 1 ? product : relu(product);
    }, inputs));
  return {
    run: () =>
      tidy(() => {
        const { value, grads } = variableGrads(forward, kernels);
        optimizer.applyGradients(grads);
        return value;
      }),
    dispose() {
      optimizer.dispose();
      disposeBatch();
    },
  };
}
