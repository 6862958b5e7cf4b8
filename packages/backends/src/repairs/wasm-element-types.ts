import {
  backend_util,
  cast,
  clipByValue,
  getBackend,
  getKernel,
  oneHot,
  reverse,
  stridedSlice,
  tensor1d,
  tidy,
  where,
  type KernelFunc,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { copy, copyAs, type WasmMemory } from '../wasm/memory.js';
import { isWrapped, wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'wasm-element-types';
const report = reporter(mark, 2590); // That is Cast; for the others no report was found.

/**
 * Some kernels of wasm take every element for a float32: `where` and `reverse` of bools read and write beyond their memory, `stridedSlice` gives the
 * bits of integers for floats, `oneHot` writes the bits of integers whatever the type, `clipByValue` compares bits, a cast to bool keeps the lowest
 * byte, and a comparison of strings writes nothing.
 */
export async function repairWasmElementTypes(): Promise<RepairReport> {
  if (getBackend() !== 'wasm') return report.notNeeded('the backend is not wasm');
  const done: string[] = [];
  for (const [name, { wrap, isRight }] of Object.entries(kernels)) {
    if (getKernel(name, 'wasm') === undefined || isWrapped(mark, name, 'wasm') || (await isRight?.())) continue;
    wrapKernel(mark, name, 'wasm', wrap);
    done.push(name);
  }
  if (done.length === 0) return report.notNeeded('elements of every type are taken for what they are');
  return report.applied(`elements were taken for float32 whatever their type; no longer in ${done.join(', ')}`);
}

interface KernelRepair {
  readonly wrap: (original: KernelFunc) => KernelFunc;
  /** Absent where trying it out writes to the console. */
  readonly isRight?: () => Promise<boolean>;
}

/** What is tried out has so few elements that what is written beyond them still falls into memory that is theirs. */
const kernels: Readonly<Record<string, KernelRepair>> = {
  Select: { wrap: widened, isRight: () => gives([1, 0], () => where(bools(1, 0), bools(1, 1), bools(0, 0))) },
  Reverse: { wrap: widened, isRight: () => gives([0, 1], () => reverse(bools(1, 0))) },
  TopK: { wrap: widened },
  StridedSlice: {
    wrap: (original) => widened(ofIntegers(original)),
    isRight: () => gives([1, 3], () => stridedSlice(tensor1d([1, 2, 3], 'int32'), [0], [3], [2])),
  },
  OneHot: { wrap: () => hot, isRight: () => gives([0, 1], () => oneHot(tensor1d([1], 'int32'), 2, 1, 0, 'float32')) },
  Cast: { wrap: truth, isRight: () => gives([0, 1], () => cast(tensor1d([0, 256]), 'bool')) },
  ClipByValue: { wrap: clipped, isRight: () => gives([2], () => clipByValue(tensor1d([5], 'int32'), -2, 2)) },
  ...Object.fromEntries(
    ['Equal', 'NotEqual', 'Less', 'LessEqual', 'Greater', 'GreaterEqual'].map((name) => [name, { wrap: ranked }]),
  ),
};

const bools = (...values: number[]): Tensor => tensor1d(values, 'bool');

async function gives(expected: readonly number[], make: () => Tensor): Promise<boolean> {
  const tensor = tidy(make);
  const values = await tensor.data();
  tensor.dispose();
  return expected.every((value, i) => values[i] === value);
}

/** Runs a kernel with copies in the place of some inputs, and releases them whatever it does. */
function withCopies(
  original: KernelFunc,
  params: Parameters<KernelFunc>[0],
  copyOf: (input: TensorInfo, name: string) => TensorInfo | undefined,
): TensorInfo | TensorInfo[] {
  const memory = params.backend as WasmMemory;
  const inputs = { ...params.inputs };
  const copies: TensorInfo[] = [];
  try {
    for (const [name, input] of Object.entries(inputs)) {
      const copied = copyOf(input as TensorInfo, name);
      if (copied === undefined) continue;
      copies.push(copied);
      inputs[name] = copied;
    }
    return original({ ...params, inputs });
  } finally {
    for (const { dataId } of copies) memory.disposeData(dataId);
  }
}

/** Bools go through the kernel as integers. The condition is one that it takes for what it is. */
function widened(original: KernelFunc): KernelFunc {
  return (params) => {
    const memory = params.backend as WasmMemory;
    const isWidened = (input: TensorInfo | undefined, name: string): boolean =>
      name !== 'condition' && input?.dtype === 'bool';
    if (!Object.entries(params.inputs).some(([name, input]) => isWidened(input as TensorInfo, name)))
      return original(params);
    const [wide, ...others] = [
      withCopies(original, params, (input, name) =>
        isWidened(input, name) ? copyAs(memory, input, 'int32') : undefined,
      ),
    ].flat() as [TensorInfo, ...TensorInfo[]];
    const out = copyAs(memory, wide, 'bool');
    memory.disposeData(wide.dataId);
    return others.length === 0 ? out : [out, ...others];
  };
}

/** The kernel moves four bytes an element, and calls them floats. */
function ofIntegers(original: KernelFunc): KernelFunc {
  return (params) => {
    const out = original(params) as TensorInfo;
    if ((params.inputs['x'] as TensorInfo).dtype !== 'int32' || out.dtype === 'int32') return out;
    const memory = params.backend as WasmMemory;
    const integers = memory.makeOutput(out.shape, 'int32');
    const { buffer, byteOffset, length } = memory.typedArrayFromHeap(out);
    memory.typedArrayFromHeap(integers).set(new Int32Array(buffer, byteOffset, length));
    memory.disposeData(out.dataId);
    return integers;
  };
}

const hot: KernelFunc = ({ inputs, attrs, backend }) => {
  const indices = inputs['indices'] as TensorInfo;
  const { depth, onValue, offValue, dtype } = attrs as unknown as HotAttrs;
  const memory = backend as WasmMemory;
  const out = memory.makeOutput([...indices.shape, depth], dtype);
  const values = memory.typedArrayFromHeap(out).fill(offValue);
  for (const [row, index] of memory.typedArrayFromHeap(indices).entries()) {
    if (index >= 0 && index < depth) values[row * depth + index] = onValue;
  }
  return out;
};

interface HotAttrs {
  readonly depth: number;
  readonly onValue: number;
  readonly offValue: number;
  readonly dtype: TensorInfo['dtype'];
}

function truth(original: KernelFunc): KernelFunc {
  return (params) => {
    const x = params.inputs['x'] as TensorInfo;
    if ((params.attrs as { dtype: string }).dtype !== 'bool' || x.dtype === 'bool') return original(params);
    const memory = params.backend as WasmMemory;
    const out = memory.makeOutput(x.shape, 'bool');
    const from = memory.typedArrayFromHeap(x);
    memory.typedArrayFromHeap(out).set(from.map((value) => (value === 0 ? 0 : 1)));
    return out;
  };
}

function clipped(original: KernelFunc): KernelFunc {
  return (params) => {
    const x = params.inputs['x'] as TensorInfo;
    if (x.dtype === 'float32') return original(params);
    const { clipValueMin, clipValueMax } = params.attrs as { clipValueMin: number; clipValueMax: number };
    const memory = params.backend as WasmMemory;
    const out = copy(memory, x, x.shape);
    const values = memory.typedArrayFromHeap(out);
    for (const [i, value] of values.entries()) values[i] = Math.max(clipValueMin, Math.min(clipValueMax, value));
    return out;
  };
}

/** Strings are compared by their places in the order of all of them. */
function ranked(original: KernelFunc): KernelFunc {
  return (params) => {
    const memory = params.backend as WasmMemory;
    const inputs = Object.values(params.inputs) as TensorInfo[];
    if (inputs.some(({ dtype }) => dtype !== 'string')) return original(params);
    const texts = new Map(
      inputs.map((input) => [input, backend_util.fromUint8ToStringArray(memory.readSync(input.dataId))]),
    );
    const places = new Map([...new Set([...texts.values()].flat())].toSorted().map((text, place) => [text, place]));
    return withCopies(original, params, (input) => {
      const out = memory.makeOutput(input.shape, 'int32');
      memory.typedArrayFromHeap(out).set((texts.get(input) ?? []).map((text) => places.get(text) as number));
      return out;
    });
  };
}
