import type { KernelFunc } from '@tensorflow/tfjs-core';
import type { Backend } from '../engine.js';
import { dropDead, lastUses } from '../passes.js';
import { type Program, type Use, usesOf } from '../program.js';
import type { Runnable } from '../replay.js';
import { type End, type OwnWasm, ownWasm, productKernel } from './own-kernels.js';
import { columnSumsOf, endOf, type Ending, orderOf, productOf, type Step } from './replacements.js';

/**
 * Kernels of our own in place of those of the wasm backend, where they were found to give the same bits: products, with what is done to each of their numbers
 * after it, biases, relus and their gradients, and sums of columns.
 *
 * @returns Undefined where there is nothing to replace.
 */
export function fuse(runnable: Runnable, backend: Backend): Runnable | undefined {
  const wasm = ownWasm(backend);
  const fused = wasm && new Fusion(wasm, runnable).run();
  if (fused === undefined) return undefined;
  const kept = fused.map((_, index) => index);
  const draft = dropDead({ ...runnable.program, nodes: fused.map(({ node }) => node) }, kept);
  return {
    ...runnable,
    program: { ...draft, lastUse: lastUses(draft) },
    kernels: kept.map((index) => (fused[index] as Step).kernel),
  };
}

class Fusion {
  readonly #wasm: OwnWasm;
  readonly #steps: readonly Step[];
  /** For each value the indices of the nodes that take it, and -1 where it outlives them. */
  readonly #takers = new Map<number, number[]>();
  /** What has taken a node's place. */
  readonly #replaced = new Map<number, Step | 'gone'>();

  constructor(wasm: OwnWasm, { program, kernels }: Runnable) {
    this.#wasm = wasm;
    this.#steps = program.nodes.map((node, index) => ({ node, kernel: kernels[index] as KernelFunc }));
    this.#findTakers(program);
  }

  run(): Step[] | undefined {
    this.#steps.forEach((step, index) => {
      if (this.#replaced.has(index) || this.#replaceProduct(step, index)) return;
      const ending = this.#endOf(step);
      const own = ending === undefined ? columnSumsOf(this.#wasm, step) : { ...step, ...ending.alone };
      if (own !== undefined) this.#replaced.set(index, own);
    });
    if (this.#replaced.size === 0) return undefined;
    return this.#steps.flatMap((step, index) => {
      const other = this.#replaced.get(index) ?? step;
      return other === 'gone' ? [] : [other];
    });
  }

  #findTakers({ results, checks, variables }: Program): void {
    const take = (value: number | undefined, taker: number): void => {
      if (value !== undefined) this.#takers.set(value, [...(this.#takers.get(value) ?? []), taker]);
    };
    this.#steps.forEach(({ node }, index) => usesOf(node).forEach(({ value }) => take(value, index)));
    for (const { value } of [...results, ...checks]) take(value, -1);
    for (const { after } of variables) take(after, -1);
  }

  /** A product, and what becomes of it as long as nobody else has it. The last node takes the place of all. */
  #replaceProduct(step: Step, index: number): boolean {
    const product = productOf(step.node);
    const order = product && orderOf(this.#wasm, step, product);
    if (product === undefined || order === undefined) return false;
    const ends: End[] = [];
    const { a, b } = step.node.inputs as { readonly a: Use; readonly b: Use };
    const inputs: Record<string, Use> = { a, b };
    let [last, outputs] = [index, step.node.outputs];
    for (;;) {
      const next = this.#onlyTaker((outputs[0] as Use).value);
      if (next === undefined) break;
      const taker = this.#steps[next] as Step;
      const ending = this.#endOf(taker);
      if (ending === undefined || ending.a.value !== (outputs[0] as Use).value) break;
      if (ending.end === 'bias' && ending.n !== product.n) break;
      if (ending.other !== undefined) {
        if (ending.end in inputs) break;
        inputs[ending.end] = ending.other;
      }
      ends.push(ending.end);
      this.#replaced.set(last, 'gone');
      last = next;
      ({ outputs } = taker.node);
    }
    const attributes = { ...product, order, ends };
    this.#replaced.set(last, {
      node: { ...step.node, kernel: 'TfjsHeads.Product', inputs, attributes, outputs },
      kernel: productKernel(this.#wasm, product, order, outputs[0] as Use, ends),
    });
    return true;
  }

  #onlyTaker(value: number): number | undefined {
    const [taker = -1, ...others] = this.#takers.get(value) ?? [];
    return taker < 0 || others.length > 0 || this.#replaced.has(taker) ? undefined : taker;
  }

  #endOf(step: Step): Ending | undefined {
    return endOf(this.#wasm, step, (value) =>
      this.#steps.find(({ node }) => node.outputs.some((output) => output.value === value)),
    );
  }
}
