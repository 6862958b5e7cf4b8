import {
  engine,
  getGradient,
  getKernel,
  mul,
  registerGradient,
  registerKernel,
  reshape,
  util,
} from '@tensorflow/tfjs-core';
import type {
  GradConfig,
  KernelFunc,
  NamedAttrMap,
  NamedTensorMap,
  Scalar,
  Tensor,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import { headError } from '../error.js';
import { hostMemory, type HostMemory, nativeMemory, sharing } from '../host-memory.js';
import { recorderNow } from '../recording.js';
import { scoped } from '../scoped.js';
import { valuesAtHand } from '../values-at-hand.js';
import { composedGradient, composedHessianTimes, composedLoss } from './composed-form.js';
import { sumOnDevice } from './device-ops.js';
import { hostGradient, hostHessianTimes, hostLoss, hostScale, isWalkable, type WalkableLoss } from './host-form.js';
import { isElementLoss, isRowLoss, type LossAttributes, type LossTensors, rowsOf } from './loss.js';
import { refuseRowWeights } from './row-losses.js';

// With the version of what the kernels take and what their losses have: two versions of this package in one program, whose
// engine is one, would else run each other's.
const VERSION = 4;
const LOSS = `TfjsHeads.Loss/${VERSION}`;
const LOSS_OF_ANY_ORDER = `TfjsHeads.LossOfAnyOrder/${VERSION}`;
const GRADIENT = `TfjsHeads.LossGradient/${VERSION}`;
const HESSIAN = `TfjsHeads.LossHessian/${VERSION}`;
const SCALE = `TfjsHeads.Scale/${VERSION}`;

type InputName = 'logits' | 'labels' | 'weights' | 'valid' | 'vector';

/**
 * `sum(loss * weight) / divisor`, differentiable in the logits once and twice, in closed form. It
 * needs no registered gradient: it is a kernel of its own, registered at first use.
 *
 * Gradients with respect to anything else, and of third order, are an error: GRADIENT_UNSUPPORTED.
 *
 * @throws LABELS_RANGE when a range is given and the labels lie in this process' memory
 */
export function weightedLoss(tensors: LossTensors, { loss, divisor, labelRange, form }: LossAttributes): Scalar {
  registerOnce();
  const { state } = engine();
  // A mean over the losses of a row's logits is one over all logits.
  const ofLogits = isRowLoss(loss) ? loss.meanOf : undefined;
  const attributes = {
    loss: ofLogits ?? loss,
    divisor: ofLogits ? divisor * rowsOf(tensors.logits).k : divisor,
    labelRange,
    form,
  };
  // Under one gradient the closed-form gradient is made along with the loss. Under a gradient of a
  // gradient it must itself be on the tape: tfjs links saved inputs to the tape, but not outputs.
  if (state.gradientDepth > 1) {
    const names = Object.keys(tensors);
    return run(LOSS_OF_ANY_ORDER, Object.values(tensors), { ...attributes, names }) as Scalar;
  }
  const withGradient = engine().isTapeOn();
  const [result, gradient] = run(LOSS, tensors, { ...attributes, withGradient }) as [Scalar, Tensor?];
  if (gradient !== undefined) {
    // Saved with the last node of the tape, which has made both. As an output of that node tfjs would save a copy of it, a kernel
    // more, and make zeros of its size in each backward pass, for the gradient of it that nobody asks for.
    const node = state.activeTape?.at(-1) as { outputs: Tensor[]; readonly saved: Tensor[] };
    node.outputs = [result];
    node.saved.push(engine().keep(gradient)); // released with the tape
  }
  return result;
}

function run(name: string, inputs: unknown, attributes: unknown): Tensor | Tensor[] {
  // Attributes of ours hold a loss, which is no attribute of a serialised graph.
  return engine().runKernel(name, inputs as NamedTensorMap, attributes as NamedAttrMap);
}

/** What the kernel of a loss is given; that it is walked over has been asked where there is a memory for it. */
type KernelAttributes = LossAttributes & { readonly loss: WalkableLoss; readonly withGradient: boolean };

const lossKernel: KernelFunc = ({ inputs, attrs, backend }) => {
  const tensors = inputs as unknown as LossTensors;
  const attributes = attrs as unknown as KernelAttributes;
  const { labelRange } = attributes;
  // In here, so that a recorded step looks at its labels whenever it is run.
  if (tensors.labels !== undefined) labelRange?.demandInMemory(backend as object, tensors.labels);
  const memory = memoryToWalk(backend as object, tensors, attributes);
  if (memory !== undefined) return hostLoss(memory, tensors, attributes);
  // Under a scope of its own: what a kernel leaves behind the engine counts as a leak, when it counts (`IS_TEST`).
  return scoped(() => composedLoss(tensors, attributes, backend as object));
};

/** The memory of the backend if a walk over it is to be made. */
function memoryToWalk(
  backend: object,
  { logits, valid }: LossTensors,
  { form, loss }: LossAttributes,
): HostMemory | undefined {
  if (form === 'composed' || valid !== undefined || !isWalkable(loss)) return undefined;
  const memory = hostMemory(backend) ?? nativeMemory(backend);
  if (memory === undefined || form === 'host' || loss.prefersWalk === 'always') return memory;
  if (loss.prefersWalk === 'one-core' && memory.hasOneCore) return memory;
  return util.sizeFromShape(logits.shape) < memory.kernelsWinFrom ? memory : undefined;
}

interface OrderAttributes extends KernelAttributes {
  readonly names: readonly InputName[];
}

const lossOfAnyOrderKernel: KernelFunc = ({ inputs, attrs, backend }) => {
  const { names } = attrs as unknown as OrderAttributes;
  const named = byName(inputs as unknown as TensorInfo[], names);
  return (lossKernel({ inputs: named, attrs: attrs as NamedAttrMap, backend }) as [TensorInfo])[0]; // with no gradient
};

const gradientKernel: KernelFunc = ({ inputs, attrs, backend }) => {
  const attributes = attrs as unknown as OrderAttributes;
  const tensors = byName(inputs as unknown as TensorInfo[], attributes.names) as unknown as LossTensors;
  const memory = memoryToWalk(backend as object, tensors, attributes);
  if (memory !== undefined) return hostGradient(memory, tensors, attributes);
  return scoped(() => composedGradient(tensors, attributes, backend as object));
};

const hessianKernel: KernelFunc = ({ inputs, attrs, backend }) => {
  const attributes = attrs as unknown as OrderAttributes;
  const tensors = byName(inputs as unknown as TensorInfo[], attributes.names) as unknown as LossTensors & {
    readonly vector: Tensor;
  };
  const { loss } = attributes;
  const memory = memoryToWalk(backend as object, tensors, attributes);
  if (memory !== undefined && isElementLoss(loss))
    return hostHessianTimes(memory, tensors, tensors.vector, { ...attributes, loss });
  return scoped(() => composedHessianTimes(tensors, tensors.vector, attributes, backend as object));
};

const scaleKernel: KernelFunc = ({ inputs, backend }) => {
  const { x, factor } = inputs as { x: TensorInfo; factor: TensorInfo };
  const memory = hostMemory(backend as object);
  return memory === undefined ? scoped(() => mul(x as Tensor, factor as Tensor)) : hostScale(memory, x, factor);
};

function byName<T>(tensors: readonly T[], names: readonly InputName[]): Record<string, T> {
  return Object.fromEntries(tensors.map((tensor, index) => [names[index], tensor]));
}

const unsupported = (message: string) => (): Tensor => {
  throw headError('GRADIENT_UNSUPPORTED', message);
};

const noGradientFor = (name: string): (() => Tensor) =>
  unsupported(
    `The gradient of a head's loss is with respect to the logits only, but one with respect to ${name} was asked for.`,
  );

const lossGradient: GradConfig = {
  kernelName: LOSS,
  gradFunc: (dy, saved) => ({
    logits() {
      const gradient = saved[0] as Tensor;
      refuseRowWeights(saved, gradient.shape[0] as number);
      return scale(gradient, dy as Tensor);
    },
    labels: noGradientFor('the labels'),
    weights: noGradientFor('the weights'),
    valid: noGradientFor('the labels'),
  }),
};

/** `x * factor`, the factor being a scalar that is 1 at the top of most training steps, and known to the host there. */
function scale(x: Tensor, factor: Tensor): Tensor {
  // A step that is run again may have another factor.
  if (recorderNow()?.isConstant(factor) !== false && valuesAtHand(factor)?.[0] === 1) return sharing(x);
  return hostMemory(engine().backend) === undefined ? mul(x, factor) : scaledOnTape(x, factor);
}

/** The same for a gradient that has one itself. */
function scaledOnTape(x: Tensor, factor: Tensor): Tensor {
  return run(SCALE, { x, factor }, {}) as Tensor;
}

const scaleGradient: GradConfig = {
  kernelName: SCALE,
  inputsToSave: ['x', 'factor'],
  gradFunc: (dy, [x, factor]) => ({
    x: () => scaledOnTape(dy as Tensor, factor as Tensor),
    factor: () => reshape(sumOnDevice(mul(dy as Tensor, x as Tensor)), []),
  }),
};

/** The gradient of a kernel that takes a list of tensors, of which the logits alone have one. */
function gradientByLogits(
  kernelName: string,
  byLogits: (dy: Tensor, saved: Tensor[], attributes: OrderAttributes) => Tensor,
): GradConfig {
  return {
    kernelName,
    saveAllInputs: true,
    gradFunc: (dy, saved, attrs) => {
      const attributes = attrs as unknown as OrderAttributes;
      const logits = (): Tensor => byLogits(dy as Tensor, saved, attributes);
      return Object.fromEntries(
        attributes.names.map((name, index) => [index, name === 'logits' ? logits : noGradientFor(`the ${name}`)]),
      );
    },
  };
}

const lossOfAnyOrderGradient = gradientByLogits(LOSS_OF_ANY_ORDER, (dy, saved, attributes) =>
  scaledOnTape(run(GRADIENT, saved, attributes) as Tensor, dy),
);

const gradientGradient = gradientByLogits(
  GRADIENT,
  (dy, saved, attributes) =>
    run(HESSIAN, [...saved, dy], { ...attributes, names: [...attributes.names, 'vector'] }) as Tensor,
);

const hessianGradient = gradientByLogits(
  HESSIAN,
  unsupported("A head's loss has gradients of first and second order, but one of third order was asked for."),
);

function registerOnce(): void {
  const { backendName } = engine();
  if (getKernel(LOSS, backendName) === undefined) {
    const kernels = {
      [LOSS]: lossKernel,
      [LOSS_OF_ANY_ORDER]: lossOfAnyOrderKernel,
      [GRADIENT]: gradientKernel,
      [HESSIAN]: hessianKernel,
      [SCALE]: scaleKernel,
    };
    for (const [kernelName, kernelFunc] of Object.entries(kernels))
      registerKernel({ kernelName, backendName, kernelFunc });
  }
  if (getGradient(LOSS) === undefined) {
    for (const gradient of [lossGradient, lossOfAnyOrderGradient, gradientGradient, hessianGradient, scaleGradient])
      registerGradient(gradient);
  }
}
