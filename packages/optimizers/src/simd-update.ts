import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type HostMemory, viewAll, type WasmHeap } from '@tfjs-heads/head-kit';
import type { UpdateInputs } from './composed-update.js';
import { BYTES } from './simd-module.js';
import type { UpdateRule } from './update-rule.js';

/** What `tools/step-kernels/updates.ts` makes: of bytes, addresses and numbers. */
type Kernels = Readonly<Record<string, (...numbers: number[]) => void>>;

const compiled = new WeakSet<UpdateRule>();

/** Says of a rule of this package that it stands in the module by its name: a stranger's may have the same one. */
export function inWebAssembly<R extends UpdateRule>(rule: R): R {
  compiled.add(rule);
  return rule;
}

/**
 * The update in WebAssembly, of four numbers at a time, in the memory of the wasm backend: what `hostUpdate` comes to, to the bit.
 *
 * @param numbers Rounded to float32.
 * @returns Undefined where there is none for the rule.
 */
export function simdUpdate(
  memory: HostMemory,
  heap: WasmHeap,
  inputs: UpdateInputs<TensorInfo>,
  rule: UpdateRule,
  numbers: Readonly<Record<string, number>>,
): TensorInfo[] | undefined {
  const kernel = compiled.has(rule) ? heap.exportsOf<Kernels>(BYTES) : undefined;
  if (kernel === undefined) return undefined;
  const { variable, gradient, scale } = inputs;
  const { shape } = variable;
  const outputs = [variable, ...rule.slots].map(() => memory.allocate(shape, 'float32'));
  const addressOf = (tensor: TensorInfo): number => heap.address(tensor);
  let bytes = 4;
  for (const size of shape) bytes *= size;
  let x = addressOf(variable);
  let g = addressOf(gradient);
  const [next, ...nextSlots] = outputs.map(addressOf) as [number, ...number[]];
  const { decay, clipvalue } = numbers as { decay: number; clipvalue: number };
  if (decay !== 0) {
    kernel['decay']?.(bytes, x, next, decay);
    x = next;
  }
  const [factor] = (scale === undefined ? [1] : viewAll(memory, [scale])[0]) as ArrayLike<number> & [number];
  if (factor !== 1 || clipvalue !== Infinity) {
    const clipped = heap.scratch(bytes);
    kernel['clip']?.(bytes, g, clipped, factor, clipvalue);
    g = clipped;
  }
  const slots = rule.slots.map((name) => addressOf(inputs[name] as TensorInfo));
  kernel[rule.name]?.(
    bytes,
    x,
    g,
    ...slots,
    next,
    ...nextSlots,
    ...rule.scalars.map((name) => numbers[name] as number),
  );
  return outputs;
}
