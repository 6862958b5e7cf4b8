import { engine, getGradient, getKernel, mul, registerGradient, registerKernel, util } from '@tensorflow/tfjs-core';
import type { GradConfig, KernelFunc, NamedAttrMap, NamedTensorMap, Scalar, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { headError } from '../error.js';
import { hostMemory, type HostMemory, nativeMemory, sharing } from '../host-memory.js';
import { scoped } from '../scoped.js';
import { valuesAtHand } from '../values-at-hand.js';
import { composedDerivative, composedLoss } from './composed-form.js';
import type { ElementLoss } from './element-loss.js';
import { hostDerivative, hostLoss, hostScale } from './host-form.js';
import { refuseRowWeights } from './row-weights.js';

/** What a weighted loss is computed from. Shapes have been checked; dtypes may be any numeric ones. */
export interface LossTensors {
  /** float32, `[D0, .., DN, K]`. */
  readonly logits: Tensor;
  /** As many elements as the logits. None when the logits are losses already. */
  readonly labels?: Tensor;
  /** As many elements as the logits, or one for each row of K. */
  readonly weights?: Tensor;
  /** A bool scalar; where it is false the loss is NaN and the gradient 0. */
  readonly valid?: Tensor;
}

/** What computes a loss: a loop over the backend's memory, or the backend's own kernels. */
export type LossForm = 'host' | 'composed';

/** What a weighted loss is, apart from its tensors. */
export interface LossAttributes {
  readonly loss: ElementLoss;
  /** The sum of loss times weight is divided by this. */
  readonly divisor: number;
  /** Default: the faster one. `host` is the same as `composed` where the data lie elsewhere. */
  readonly form?: LossForm;
}

const LOSS = 'TfjsHeadsLoss';
const LOSS_OF_ANY_ORDER = 'TfjsHeadsLossOfAnyOrder';
const DERIVATIVE = 'TfjsHeadsLossDerivative';
const SCALE = 'TfjsHeadsScale';

type InputName = 'logits' | 'labels' | 'weights' | 'valid';

/**
 * `sum(loss * weight) / divisor`, differentiable in the logits once and twice, in closed form. It
 * needs no registered gradient: it is a kernel of its own, registered at first use.
 *
 * Gradients with respect to anything else, and of third order, are an error: GRADIENT_UNSUPPORTED.
 */
export function weightedLoss(tensors: LossTensors, attributes: LossAttributes): Scalar {
  registerOnce();
  const { state } = engine();
  // Under one gradient the closed-form gradient is made along with the loss. Under a gradient of a
  // gradient it must itself be on the tape: tfjs links saved inputs to the tape, but not outputs.
  if (state.gradientDepth > 1) {
    const names = Object.keys(tensors);
    return run(LOSS_OF_ANY_ORDER, Object.values<Tensor>({ ...tensors }), { ...attributes, names, order: 0 }) as Scalar;
  }
  const withGradient = engine().isTapeOn();
  const [loss] = run(LOSS, { ...tensors }, { ...attributes, withGradient }) as Tensor[];
  return loss as Scalar;
}

function run(name: string, inputs: unknown, attributes: unknown): Tensor | Tensor[] {
  // Attributes of ours hold a loss, which is no attribute of a serialised graph.
  return engine().runKernel(name, inputs as NamedTensorMap, attributes as NamedAttrMap);
}

const lossKernel: KernelFunc = ({ inputs, attrs, backend }) => {
  const tensors = inputs as unknown as LossTensors;
  const attributes = attrs as unknown as LossAttributes & { withGradient: boolean };
  const memory = memoryToWalk(backend as object, tensors, attributes);
  if (memory !== undefined) return hostLoss(memory, tensors, attributes);
  // Under a scope of its own: what a kernel leaves behind the engine counts as a leak, when it counts (`IS_TEST`).
  return scoped(() => composedLoss(tensors, attributes, backend as object));
};

/** The memory of the backend if the host form is to run on it. */
function memoryToWalk(backend: object, { logits, valid }: LossTensors, { form, loss }: LossAttributes): HostMemory | undefined {
  if (form === 'composed' || valid !== undefined) return undefined;
  const memory = hostMemory(backend) ?? nativeMemory(backend);
  if (memory === undefined || form === 'host' || loss.hostIsFiner === true) return memory;
  return util.sizeFromShape(logits.shape) < memory.kernelsWinFrom ? memory : undefined;
}

interface OrderAttributes extends LossAttributes {
  readonly names: readonly InputName[];
  readonly order: number;
}

const lossOfAnyOrderKernel: KernelFunc = ({ inputs, attrs, backend }) => {
  const attributes = attrs as unknown as OrderAttributes;
  const [loss] = lossKernel({
    inputs: byName(inputs as unknown as TensorInfo[], attributes.names),
    attrs: { ...attributes, withGradient: false } as unknown as NamedAttrMap,
    backend,
  }) as TensorInfo[];
  return loss as TensorInfo;
};

const derivativeKernel: KernelFunc = ({ inputs, attrs, backend }) => {
  const attributes = attrs as unknown as OrderAttributes;
  const tensors = byName(inputs as unknown as TensorInfo[], attributes.names) as unknown as LossTensors;
  const memory = memoryToWalk(backend as object, tensors, attributes);
  const order = attributes.order as 1 | 2;
  if (memory !== undefined) return hostDerivative(memory, tensors, attributes, order);
  return scoped(() => composedDerivative(tensors, attributes, order, backend as object));
};

const scaleKernel: KernelFunc = ({ inputs, backend }) => {
  const { x, factor } = inputs as { x: TensorInfo; factor: TensorInfo };
  const memory = hostMemory(backend as object);
  return memory === undefined ? mul(x as Tensor, factor as Tensor) : hostScale(memory, x, factor);
};

function byName<T>(tensors: readonly T[], names: readonly InputName[]): Record<string, T> {
  return Object.fromEntries(tensors.map((tensor, index) => [names[index], tensor]));
}

const unsupported = (message: string) => (): Tensor => {
  throw headError('GRADIENT_UNSUPPORTED', message);
};

const noGradientFor = (name: string): (() => Tensor) =>
  unsupported(`The gradient of a head's loss is with respect to the logits only, but one with respect to ${name} was asked for.`);

const lossGradient: GradConfig = {
  kernelName: LOSS,
  outputsToSave: [false, true],
  gradFunc: (dys, saved) => ({
    logits() {
      const gradient = saved[0] as Tensor;
      refuseRowWeights(saved, gradient.shape[0] as number);
      return scale(gradient, (dys as Tensor[])[0] as Tensor);
    },
    labels: noGradientFor('the labels'),
    weights: noGradientFor('the weights'),
    valid: noGradientFor('the labels'),
  }),
};

/** `x * factor`, the factor being a scalar that is 1 at the top of most training steps, and known to the host there. */
function scale(x: Tensor, factor: Tensor): Tensor {
  if (valuesAtHand(factor)?.[0] === 1) return sharing(x);
  return hostMemory(engine().backend) === undefined ? mul(x, factor) : (run(SCALE, { x, factor }, {}) as Tensor);
}

function gradientOfOrder(kernelName: string): GradConfig {
  return {
    kernelName,
    saveAllInputs: true,
    gradFunc: (dy, saved, attrs) => {
      const attributes = attrs as unknown as OrderAttributes;
      const order = attributes.order + 1;
      const logits =
        order > 2
          ? unsupported("A head's loss has gradients of first and second order, but one of third order was asked for.")
          : () => mul(dy as Tensor, run(DERIVATIVE, saved, { ...attributes, order }) as Tensor);
      return Object.fromEntries(
        attributes.names.map((name, index) => [index, name === 'logits' ? logits : noGradientFor(`the ${name}`)]),
      );
    },
  };
}

function registerOnce(): void {
  const { backendName } = engine();
  if (getKernel(LOSS, backendName) === undefined) {
    const kernels = { [LOSS]: lossKernel, [LOSS_OF_ANY_ORDER]: lossOfAnyOrderKernel, [DERIVATIVE]: derivativeKernel, [SCALE]: scaleKernel };
    for (const [kernelName, kernelFunc] of Object.entries(kernels)) registerKernel({ kernelName, backendName, kernelFunc });
  }
  if (getGradient(LOSS) === undefined) {
    for (const gradient of [lossGradient, gradientOfOrder(LOSS_OF_ANY_ORDER), gradientOfOrder(DERIVATIVE)]) registerGradient(gradient);
  }
}
