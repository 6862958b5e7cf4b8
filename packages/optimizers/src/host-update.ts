import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type HostMemory, viewAll, wasmHeap } from '@tfjs-heads/head-kit';
import type { UpdateInputs } from './composed-update.js';
import { simdUpdate } from './simd-update.js';
import type { Scalars, UpdateAttributes, UpdateRule } from './update-rule.js';

const { fround } = Math;

/** One walk over the arrays of a backend whose data lie in the memory of this process: the same bits on each, in WebAssembly too. */
export function hostUpdate(
  backend: object,
  memory: HostMemory,
  inputs: UpdateInputs<TensorInfo>,
  { rule, scalars }: Pick<UpdateAttributes, 'rule' | 'scalars'>,
): TensorInfo[] {
  const numbers = rounded(scalars);
  const heap = wasmHeap(backend);
  return (heap && simdUpdate(memory, heap, inputs, rule, numbers)) ?? walkUpdate(memory, inputs, rule, numbers);
}

function walkUpdate(
  memory: HostMemory,
  inputs: UpdateInputs<TensorInfo>,
  rule: UpdateRule,
  numbers: Scalars,
): TensorInfo[] {
  const made = ['variable', ...rule.slots];
  const outputs = made.map((name) => memory.allocate((inputs[name] as TensorInfo).shape, 'float32'));
  const read = Object.keys(inputs);
  const views = viewAll(memory, [...Object.values(inputs), ...outputs]) as Float32Array[];
  const from: Arrays = {};
  const to: Arrays = {};
  read.forEach((name, i) => (from[name] = views[i] as Float32Array));
  made.forEach((name, i) => (to[name] = views[read.length + i] as Float32Array));
  decay(from, to, numbers['decay'] as number);
  clip(from, numbers['clipvalue'] as number);
  rule.walk(from, to, numbers);
  return outputs;
}

/** All variables of a step have the same numbers, mostly. */
let last: { readonly scalars: Scalars; readonly rounded: Scalars } | undefined;

function rounded(scalars: Scalars): Scalars {
  if (last?.scalars !== scalars) {
    const numbers: Record<string, number> = {};
    for (const [name, value] of Object.entries(scalars)) numbers[name] = fround(value);
    last = { scalars, rounded: numbers };
  }
  return last.rounded;
}

type Arrays = Record<string, Float32Array>;

/** Takes its share from the variable, whose new value then stands where the result will. */
function decay(from: Arrays, to: Arrays, share: number): void {
  if (share === 0) return;
  const [x, next] = [from['variable'], to['variable']] as [Float32Array, Float32Array];
  for (let i = 0; i < x.length; i++) next[i] = (x[i] as number) - fround((x[i] as number) * share);
  from['variable'] = next;
}

/** Reused from one update to the next: none outlives the kernel that fills it. */
let scratch = new Float32Array(0);

function clip(from: Arrays, limit: number): void {
  const { gradient: g, scale: [scale = 1] = [] } = from as { gradient: Float32Array; scale?: Float32Array };
  if (scale === 1 && limit === Infinity) return;
  if (scratch.length < g.length) scratch = new Float32Array(g.length);
  for (let i = 0; i < g.length; i++) {
    const value = fround((g[i] as number) * scale);
    scratch[i] = value > limit ? limit : value < -limit ? -limit : value;
  }
  from['gradient'] = scratch;
}
