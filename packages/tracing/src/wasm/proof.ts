import type { KernelFunc, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { Backend } from '../engine.js';
import type { Described } from '../program.js';

/** A kernel of the backend, and what it is tried with. */
export interface Trial {
  /** What is found out is kept for this kernel. */
  readonly kernel: KernelFunc;
  /** What stands for the kernels that it is compared with. */
  readonly key: string;
  readonly inputs: Readonly<Record<string, Described>>;
  readonly attributes: object;
  /** Whether what kernels may take in different ways is among what it is given. It would hide the order of a sum. */
  readonly hasSpecial?: boolean;
}

/** NaN of both signs, the infinities, zeros, the smallest and the largest numbers, by their bits: JavaScript may change those of a NaN. */
const SPECIAL = [0x7fc00000, 0xffc00000, 0x7f800000, 0xff800000, 0, 0x80000000, 1, 0x80000001, 0x7f7fffff, 0xff7fffff];

/** By backend: one kernel function may call several binaries. */
const verdicts = new WeakMap<Backend, WeakMap<KernelFunc, Map<string, number>>>();

/**
 * Which of some kernels gives the bits of one of the backend: found out once for each kernel and shape, by running them on drawn numbers.
 *
 * @param theirs What gives them, if it is more than the kernel alone.
 * @returns Its index, or -1.
 */
export function sameAs(
  backend: Backend,
  trial: Trial,
  candidates: readonly KernelFunc[],
  theirs: KernelFunc = trial.kernel,
): number {
  const kernels = verdicts.get(backend) ?? new WeakMap<KernelFunc, Map<string, number>>();
  verdicts.set(backend, kernels);
  const known = kernels.get(trial.kernel) ?? new Map<string, number>();
  kernels.set(trial.kernel, known);
  const shapes = Object.entries(trial.inputs).map(([name, { shape }]) => `${name}[${shape}]`);
  const signature = `${trial.key}: ${shapes.join()}, ${JSON.stringify(trial.attributes)}`;
  let verdict = known.get(signature);
  if (verdict === undefined) {
    verdict = find(backend, trial, candidates, theirs);
    known.set(signature, verdict);
  }
  return verdict;
}

function find(
  backend: Backend,
  { inputs: described, attributes, hasSpecial = false }: Trial,
  candidates: readonly KernelFunc[],
  theirs: KernelFunc,
): number {
  const made: TensorInfo[] = [];
  const next = generator();
  const inputs: Record<string, TensorInfo> = {};
  const run = (kernel: KernelFunc): Int32Array => {
    const out = kernel({ inputs, attrs: attributes as NamedAttrMap, backend }) as TensorInfo;
    made.push(out);
    return bitsOf(backend.readSync(out.dataId) as Float32Array);
  };
  try {
    for (const [name, { shape }] of Object.entries(described)) {
      const size = shape.reduce((product, length) => product * length, 1);
      const numbers = Float32Array.from({ length: size }, () => draw(next));
      if (hasSpecial) addSpecial(numbers, next);
      const tensor = { shape: shape.slice(), dtype: 'float32' } as const;
      inputs[name] = { ...tensor, dataId: backend.write(numbers, tensor.shape, tensor.dtype) };
      made.push(inputs[name]);
    }
    const expected = run(theirs);
    return candidates.findIndex((kernel) => sameBits(run(kernel), expected));
  } finally {
    for (const { dataId } of made) backend.disposeData(dataId);
  }
}

/** Of many sizes, so that the order of a sum can be seen in its last bits. */
function draw(next: () => number): number {
  return (next() - 0.5) * 2 ** (8 * next());
}

function addSpecial(numbers: Float32Array, next: () => number): void {
  const bits = new Uint32Array(numbers.buffer);
  for (let i = 0; i < bits.length; i++)
    if (next() < 0.2) bits[i] = SPECIAL[Math.floor(next() * SPECIAL.length)] as number;
}

/** Not `Math.random`, whose draws a step may depend on. */
function generator(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** All NaN are alike: which one an operation gives is up to the processor. */
function bitsOf(values: Float32Array): Int32Array {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  return bits.map((each, i) => (Number.isNaN(values[i]) ? -1 : each));
}

function sameBits(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((bits, i) => bits === b[i]);
}
