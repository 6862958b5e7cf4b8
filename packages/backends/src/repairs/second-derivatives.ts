import {
  engine,
  exp,
  getBackend,
  getGradient,
  grad,
  mul,
  registerGradient,
  scalar,
  square,
  step,
  sub,
  tidy,
  type NamedTensorMap,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { reasonOf } from '../reason.js';
import { reporter, type RepairReport } from './report.js';

const report = reporter('second-derivatives', undefined);

interface TapeNode {
  /** Or an array. */
  readonly inputs: NamedTensorMap;
  readonly outputs: readonly Tensor[];
  readonly saved: readonly Tensor[];
  readonly gradient?: unknown;
}

type AddTapeNode = (
  name: string,
  inputs: TapeNode['inputs'],
  outputs: Tensor[],
  gradient: unknown,
  saved: Tensor[],
  attributes: unknown,
) => void;
type Forward = (backend: unknown, save: (tensors: Tensor[]) => void) => Tensor;

/** What is private in tfjs' engine. */
interface Engine {
  readonly state: { readonly activeTape: TapeNode[]; readonly gradientDepth: number; kernelDepth: number };
  addTapeNode: AddTapeNode;
  runKernelFunc(params: { readonly forwardFunc?: Forward }): unknown;
}

/** By a global symbol, so that a second copy of this package sees it too. */
const marker = Symbol.for('@tfjs-heads/backends/second-derivatives');

/**
 * Many gradients use what their operation has put out: those of exp, sigmoid, tanh, elu, softmax, logSoftmax, of pow in its exponent,
 * and of custom gradients that save their value. tfjs saves a copy of it, and writes the copy on the tape before the operation that
 * it comes from. A tape is read in order, so the copy counts as a constant: second derivatives lack a term, in silence. This
 * puts operations before the copies of what they put out. What a custom gradient computes on the way and saves is linked
 * too (softmaxCrossEntropy does that), and the kernel that is elu's gradient gets one of its own. Under a single gradient
 * nothing else is computed than before.
 */
export async function repairSecondDerivatives(): Promise<RepairReport> {
  if (!getGradient('Exp')) return report.notNeeded('no gradients are registered');
  try {
    if (await areSecondDerivativesRight()) return report.notNeeded('the second derivative of exp is right');
  } catch (error) {
    return report.impossible(`the second derivative of exp cannot be tried: ${reasonOf(error)}`);
  }
  const tfjs = engine() as unknown as Engine & { [marker]?: true };
  if (tfjs[marker] !== true) {
    tfjs[marker] = true;
    putProducersFirst(tfjs);
    linkIntermediates(tfjs);
    if (!getGradient('EluGrad')) registerGradientOfEluGrad();
  }
  if (!(await areSecondDerivativesRight()))
    return report.impossible(
      `the second derivative of exp is wrong on ${getBackend()}, and stays so with the tape in order`,
    );
  return report.applied(
    'the second derivative of exp lacked a term; what operations put out and gradients use is linked to the tape now',
  );
}

/** Whether tfjs' second derivative of `exp(x)^2`, whose gradient uses what exp has put out, is right on the current backend. */
export async function areSecondDerivativesRight(): Promise<boolean> {
  const second = tidy(() => grad((y) => grad((x) => square(exp(x)))(y))(scalar(0.5)));
  const [value = 0] = await second.data();
  second.dispose();
  return Math.abs(value / (4 * Math.E) - 1) < 0.01;
}

function putProducersFirst(tfjs: Engine): void {
  const { addTapeNode } = tfjs;
  tfjs.addTapeNode = (name, inputs, outputs, gradient, saved, attributes) => {
    addTapeNode.call(tfjs, name, inputs, outputs, gradient, saved, attributes);
    if (saved.length > 0) moveBeforeCopies(tfjs.state.activeTape, saved.length);
  };
}

/** Moves the last node before the copies that were made of its outputs: they are among the `count` nodes before it. */
function moveBeforeCopies(tape: TapeNode[], count: number): void {
  const last = tape.length - 1;
  const { inputs, outputs } = tape[last] as TapeNode;
  for (let i = Math.max(0, last - count); i < last; i++) {
    for (const { id } of outputs) {
      // An output that is an input as well comes from somewhere else.
      if (!uses((tape[i] as TapeNode).inputs, id) || uses(inputs, id)) continue;
      tape.splice(i, 0, tape.pop() as TapeNode);
      return;
    }
  }
}

function uses(inputs: NamedTensorMap, id: number): boolean {
  for (const name in inputs) if (inputs[name]?.id === id) return true; // No array of them is made: this runs for each kernel.
  return false;
}

/** Under a gradient of a gradient, what a custom gradient computes is written on the tape, but for the last step: its value has the gradient it was given. */
function linkIntermediates(tfjs: Engine): void {
  const { runKernelFunc } = tfjs;
  const { state } = tfjs;
  tfjs.runKernelFunc = (params) => {
    const { forwardFunc } = params;
    // Inside of a kernel nothing is written.
    if (state.gradientDepth < 2 || state.kernelDepth > 0 || forwardFunc === undefined)
      return runKernelFunc.call(tfjs, params);
    const written: Forward = (backend, save) => {
      const start = state.activeTape.length;
      const atDepth = <T>(depth: number, run: () => T): T => {
        state.kernelDepth = depth;
        try {
          return run();
        } finally {
          state.kernelDepth = 1 - depth;
        }
      };
      return atDepth(0, () => {
        // Saving writes its copies by itself.
        const value = forwardFunc(backend, (tensors) => atDepth(1, () => save(tensors)));
        for (const node of state.activeTape.splice(start)) {
          // What has no gradient, such as a comparison, is a constant as it was before.
          if (node.gradient !== undefined && node.outputs.every(({ id }) => id !== value.id))
            state.activeTape.push(node);
          else for (const tensor of node.saved) tensor.dispose();
        }
        return value;
      });
    };
    return runKernelFunc.call(tfjs, { ...params, forwardFunc: written });
  };
}

/** The gradient of elu is `dy` where `y` is positive and `dy (y + 1)` elsewhere, in one kernel. */
function registerGradientOfEluGrad(): void {
  registerGradient({
    kernelName: 'EluGrad',
    inputsToSave: ['dy', 'y'],
    gradFunc: (dz, saved) => {
      const [dy, y] = saved as [Tensor, Tensor];
      return {
        dy: () => engine().runKernel('EluGrad', { dy: dz as Tensor, y }) as Tensor,
        y: () => mul(mul(dz as Tensor, dy), sub(1, step(y))),
      };
    },
  });
}
