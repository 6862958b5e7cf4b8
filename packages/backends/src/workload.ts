import type { Features, Head, Labels } from '@tfjs-heads/head-api';
import {
  dispose,
  matMul,
  mean,
  randomNormal,
  relu,
  squaredDifference,
  tensor_util,
  tidy,
  train,
  variable,
  variableGrads,
  zeros,
  type Scalar,
  type Tensor,
  type Tensor2D,
  type TensorContainer,
  type Variable,
} from '@tensorflow/tfjs-core';
import { aFunction, checkOptions, optional, type Kind } from './check-options.js';
import { backendsError } from './error.js';
import { noteFresh } from './fresh.js';
import { show } from './reason.js';

/** A training step that has been set up on the current backend. */
export interface Step {
  /** Runs it once. The loss it returns is read, so that the time counts until it is known, and disposed of if `run` made it. */
  run(): Tensor | Promise<Tensor | number> | number;
  /** Releases what the step holds, its optimizer and tensors. */
  dispose?(): void;
}

/**
 * Sets the caller's training step up anew on each backend that is tried. Variables of the program that the step trains have the
 * values afterwards that they had before, and an optimizer of the program's its slots as new; in a browser only what the step
 * does before its first `await` can be told from the rest of the program. Variables that a step makes, and makes anew when it is
 * set up again, are disposed of with it.
 */
export type Workload = () => Step | Promise<Step>;

export interface HeadWorkloadBatch {
  /** float32, `[batch, features]`. */
  readonly inputs: Tensor;
  readonly labels: Labels;
  readonly features?: Features;
}

export interface HeadWorkload {
  readonly head: Pick<Head, 'logitsDimension' | 'loss'>;
  /**
   * Gives the batch. Tensors that the program has had before, or gets again when it asks twice, stay the program's; those that
   * each call makes are disposed of with the step.
   */
  readonly batch: () => HeadWorkloadBatch;
  /** Sizes of the dense layers under the head. Default: `[64]`. */
  readonly hiddenUnits?: readonly number[];
}

const headOptions: Readonly<Record<keyof HeadWorkload, Kind>> = {
  head: { expected: 'a head', fits: (value) => typeof (value as HeadWorkload['head'] | null)?.loss === 'function' },
  batch: aFunction,
  hiddenUnits: optional({
    expected: 'an array of whole numbers above 0',
    fits: (value) => Array.isArray(value) && value.every((units) => Number.isInteger(units) && units > 0),
  }),
};

/**
 * A training step of dense layers with a head on top, on one batch.
 *
 * @throws INVALID_ARGUMENT for options that it does not know, or that are of the wrong kind.
 */
export function headWorkload(options: HeadWorkload): Workload {
  checkOptions('headWorkload', options, headOptions);
  const { head, batch, hiddenUnits = [64] } = options;
  return () => {
    const { made, isFresh } = noteFresh(batch);
    const { inputs, labels, features } = checkBatch(made);
    let own = listTensors(made).filter(isFresh);
    if (own.length > 0) {
      // What a second call gives again is kept by the program.
      const again = noteFresh(batch);
      const second = listTensors(again.made).filter(again.isFresh);
      const repeated = new Set(listTensors(again.made));
      own = own.filter((tensor) => !repeated.has(tensor));
      dispose(second);
    }
    const loss = (logits: Tensor): Scalar =>
      head.loss(labels, logits, { mode: 'train', ...(features && { features }) });
    return denseStep(inputs as Tensor2D, [...hiddenUnits, head.logitsDimension], loss, () => dispose(own));
  };
}

function listTensors(batch: HeadWorkloadBatch): Tensor[] {
  return tensor_util.getTensorsInContainer(batch as unknown as TensorContainer);
}

function checkBatch(batch: HeadWorkloadBatch): HeadWorkloadBatch {
  const inputs: unknown = (batch as HeadWorkloadBatch | undefined)?.inputs;
  const { shape, dtype } = (inputs ?? {}) as Partial<Tensor>;
  if (shape?.length !== 2 || dtype !== 'float32') {
    const got = shape === undefined ? show(inputs) : `${dtype} of shape [${shape.join(', ')}]`;
    throw backendsError(
      'INVALID_ARGUMENT',
      `headWorkload: batch().inputs: expected a float32 tensor [batch, features], got ${got}`,
    );
  }
  return batch;
}

/** What is measured when the caller names no workload: a small network on a small batch. */
export const defaultWorkload: Workload = () => {
  const inputs = randomNormal([32, 20], 0, 1, 'float32', 1) as Tensor2D;
  const targets = zeros([32, 1]);
  return denseStep(
    inputs,
    [64, 64, 1],
    (outputs) => mean(squaredDifference(targets, outputs)) as Scalar,
    () => dispose([inputs, targets]),
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
    loss(
      kernels.reduce<Tensor>((x, kernel, i) => {
        const product = matMul(x as Tensor2D, kernel as Tensor2D);
        return i === kernels.length - 1 ? product : relu(product);
      }, inputs),
    );
  return {
    run: () =>
      tidy(() => {
        const { value, grads } = variableGrads(forward, kernels);
        optimizer.applyGradients(grads);
        return value;
      }),
    dispose() {
      optimizer.dispose();
      dispose(kernels);
      disposeBatch();
    },
  };
}
