import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import {
  copyRegisteredKernels,
  getKernel,
  getKernelsForBackend,
  registerBackend,
  registerKernel,
  unregisterKernel,
  type DataId,
  type KernelFunc,
  type KernelBackend,
  type TensorInfo,
} from '@tensorflow/tfjs-core';

type Floats = Float32Array | Int32Array | Uint8Array;
type Data = Pick<MathBackendCPU, 'data' | 'makeTensorInfo' | 'disposeData'>;

/** A copy of the cpu backend in which one thing is wrong. */
export interface BrokenBackend {
  /** What is wrong, in a sentence. */
  readonly wrong: string;
  /** Cases that catch it; there may be more. */
  readonly caughtBy: readonly string[];
  /** Kernels that are put in the place of cpu's; undefined takes one away. */
  readonly kernels?: Readonly<Record<string, ((original: KernelFunc) => KernelFunc) | undefined>>;
  /** Put around every kernel. */
  readonly everyKernel?: (original: KernelFunc) => KernelFunc;
  readonly start?: () => KernelBackend;
}

const floatsOf = (backend: unknown, { dataId }: { dataId: DataId }): Floats =>
  (backend as Data).data.get(dataId).values as Floats;

/** Changes each value that a kernel gives. */
const changing =
  (change: (value: number) => number) =>
  (original: KernelFunc): KernelFunc =>
  (params) => {
    const out = original(params);
    for (const output of [out].flat()) {
      if (output.dtype !== 'float32') continue;
      const values = floatsOf(params.backend, output);
      // Not in place: the memory may be an input's.
      (params.backend as Data).data.get(output.dataId).values = Float32Array.from(values, change);
    }
    return out;
  };

/** Changes the attributes that a kernel is given. */
const given =
  (attributes: object) =>
  (original: KernelFunc): KernelFunc =>
  (params) =>
    original({ ...params, attrs: { ...params.attrs, ...attributes } });

const eachOf =
  (f: (x: number) => number): ((original: KernelFunc) => KernelFunc) =>
  () =>
  ({ inputs, backend }) => {
    const x = inputs['x'] as TensorInfo;
    return (backend as Data).makeTensorInfo(x.shape, 'float32', Float32Array.from(floatsOf(backend, x), f));
  };

/** Eleven bits of a float, as float16 has. */
function toHalf(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 10);
  return Math.round(value / unit) * unit;
}

class Epsilon extends MathBackendCPU {
  override epsilon(): number {
    return 1e-3;
  }
}

class Late extends MathBackendCPU {
  /** One buffer for all reads, handed out when the event loop comes round. */
  readonly #buffer = new Float32Array(2 ** 16);

  override async read(dataId: DataId): Promise<Floats> {
    const values = this.readSync(dataId) as Floats;
    this.#buffer.set(values);
    await new Promise((resolve) => setTimeout(resolve));
    return this.#buffer.slice(0, values.length);
  }
}

export const brokenBackends: Readonly<Record<string, BrokenBackend>> = {
  'sums-in-float32': {
    wrong: 'Sum adds up in one float32.',
    caughtBy: ['tfjs:op:sum:case=large', 'tfjs:op:sum:case=count-beyond-2^24'],
    kernels: {
      Sum: (original) => (params) => {
        const x = params.inputs['x'] as TensorInfo;
        const { axis } = params.attrs as unknown as { axis: number | number[] };
        if (x.dtype !== 'float32' || [axis].flat().length !== x.shape.length) return original(params);
        let total = 0;
        for (const value of floatsOf(params.backend, x)) total = Math.fround(total + value);
        return (params.backend as Data).makeTensorInfo([], 'float32', Float32Array.of(total));
      },
    },
  },
  'transpose-ignored': {
    wrong: 'A product takes its second operand as it lies in memory, transposed or not.',
    caughtBy: [
      'tfjs:op:product:case=second-transposed',
      'tfjs:op:product:case=both-transposed',
      'tfjs:op:gradient:case=product',
    ],
    kernels: {
      BatchMatMul: (original) => (params) => {
        const b = params.inputs['b'] as TensorInfo;
        if (params.attrs?.['transposeB'] !== true) return original(params);
        const shape = [...b.shape.slice(0, -2), b.shape.at(-1) as number, b.shape.at(-2) as number];
        return original({
          ...params,
          inputs: { ...params.inputs, b: { ...b, shape } },
          attrs: { ...params.attrs, transposeB: false },
        });
      },
    },
  },
  'exp-of-few-digits': {
    wrong: 'exp is off by one part in ten thousand.',
    caughtBy: ['tfjs:op:elementwise:case=exp'],
    kernels: { Exp: changing((value) => value * 1.0001) },
  },
  float16: {
    wrong: 'Whatever a kernel computes is rounded to the eleven bits of float16.',
    caughtBy: ['tfjs:op:precision:case=unit'],
    everyKernel: changing(toHalf),
  },
  'epsilon-of-a-thousandth': {
    wrong: 'epsilon() is 1e-3.',
    caughtBy: ['tfjs:op:optimizer:case=adam', 'tfjs:op:optimizer:case=rmsprop', 'tfjs:op:precision:case=said'],
    start: () => new Epsilon(),
  },
  'late-reads': {
    wrong: 'All reads share one buffer, which the next read overwrites before the first has resolved.',
    caughtBy: ['tfjs:op:reading:case=many-at-once'],
    start: () => new Late(),
  },
  'inputs-overwritten': {
    wrong: 'Multiply writes its result into its first input.',
    caughtBy: ['tfjs:op:memory:case=inputs'],
    kernels: {
      Multiply: (original) => (params) => {
        const out = original(params) as TensorInfo;
        const a = floatsOf(params.backend, params.inputs['a'] as TensorInfo);
        const result = floatsOf(params.backend, out);
        if (a.length === result.length) a.set(result);
        return out;
      },
    },
  },
  'memory-left-behind': {
    wrong: 'Softmax forgets to free something it needed on the way.',
    caughtBy: ['tfjs:op:memory:case=softmax'],
    kernels: {
      Softmax: (original) => (params) => {
        (params.backend as Data).makeTensorInfo([3], 'float32', new Float32Array(3));
        return original(params);
      },
    },
  },
  'sigmoid-of-powers': {
    wrong: 'sigmoid is exp(x) / (1 + exp(x)), which is NaN for large x.',
    caughtBy: ['tfjs:op:elementwise:case=sigmoid-far'],
    kernels: { Sigmoid: eachOf((x) => Math.exp(x) / (1 + Math.exp(x))) },
  },
  'last-of-equals': {
    wrong: 'argMax gives the last of equals.',
    caughtBy: ['tfjs:op:index:case=arg-max-of-equals'],
    kernels: {
      ArgMax: (original) => (params) => {
        const x = params.inputs['x'] as TensorInfo;
        if (x.shape.length !== 2) return original(params);
        const [rows = 0, columns = 0] = x.shape;
        const values = Array.from(floatsOf(params.backend, x));
        const indices = Array.from({ length: rows }, (_, i) => {
          const row = values.slice(i * columns, (i + 1) * columns);
          return row.lastIndexOf(Math.max(...row));
        });
        return (params.backend as Data).makeTensorInfo([rows], 'int32', Int32Array.from(indices));
      },
    },
  },
  'bias-forgotten': {
    wrong: 'A fused product has no bias.',
    caughtBy: ['tfjs:op:fused-product:case=linear', 'tfjs:op:self-test:case=fused-product'],
    kernels: {
      _FusedMatMul: (original) => (params) => {
        const { a, b } = params.inputs;
        return original({ ...params, inputs: { a, b } as typeof params.inputs });
      },
    },
  },
  'no-segment-sum': {
    wrong: 'The kernel UnsortedSegmentSum is missing.',
    caughtBy: ['tfjs:op:gradient:case=gather', 'tfjs:op:self-test:case=embedding-gradient'],
    kernels: { UnsortedSegmentSum: undefined },
  },
  'nothing-by-nothing-is-one': {
    wrong: 'Equal operands make a quotient of 1, zeros too.',
    caughtBy: ['tfjs:op:division:case=zero-by-zero'],
    kernels: { RealDiv: changing((value) => (Number.isNaN(value) ? 1 : value)) },
  },
  'exclusive-sums': {
    wrong: 'A cumulative sum never counts the element itself.',
    caughtBy: ['tfjs:op:cumsum:case=plain'],
    kernels: { Cumsum: given({ exclusive: true }) },
  },
};

/** Registers a copy of the cpu backend that is broken so; not at all by default. */
export function registerBroken(name: string, { kernels = {}, everyKernel, start }: Partial<BrokenBackend> = {}): void {
  registerBackend(name, start ?? ((): KernelBackend => new MathBackendCPU()));
  copyRegisteredKernels('cpu', name);
  const replace = (kernelName: string, wrap: ((original: KernelFunc) => KernelFunc) | undefined): void => {
    const kernel = getKernel(kernelName, name);
    unregisterKernel(kernelName, name);
    if (wrap) registerKernel({ ...kernel, kernelFunc: wrap(kernel.kernelFunc) });
  };
  for (const [kernelName, wrap] of Object.entries(kernels)) replace(kernelName, wrap);
  if (everyKernel) for (const { kernelName } of getKernelsForBackend(name)) replace(kernelName, everyKernel);
}
