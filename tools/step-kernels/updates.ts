// The WebAssembly of the updates of optimizers, as text: what their rules compose, operation by operation and so to the bit, of four numbers at a time.
import {
  Adagrad,
  Adam,
  Adamax,
  type Arithmetic,
  Ftrl,
  Lion,
  Nadam,
  RMSprop,
  SGD,
  type UpdateRule,
} from '@tfjs-heads/optimizers';
import { add, constant, get, locals, loop, mul, params, plus, set, wholeFours, zero } from './text.js';

/** All rules but that of Ftrl with another power than a root: there is no `pow` here. */
const RULES: readonly UpdateRule[] = [
  new SGD(),
  new SGD({ momentum: 0.9 }),
  new SGD({ momentum: 0.9, nesterov: true }),
  new Adagrad(),
  new Adam(),
  new Adam({ amsgrad: true }),
  new Adamax(),
  new Nadam(),
  new RMSprop(),
  new RMSprop({ momentum: 0.9 }),
  new RMSprop({ centered: true }),
  new RMSprop({ centered: true, momentum: 0.9 }),
  new Lion(),
  new Ftrl(),
].map(({ rule }) => rule);

/** Writes down each operation as a local of its own, so that what is used twice is computed once. */
class Writer implements Arithmetic<string> {
  readonly lines: string[] = [];
  readonly names: string[] = [];
  readonly add = (a: string, b: string): string => this.#local(add(a, b));
  readonly sub = (a: string, b: string): string => this.#local(`(f32x4.sub ${a} ${b})`);
  readonly mul = (a: string, b: string): string => this.#local(mul(a, b));
  readonly div = (a: string, b: string): string => this.#local(`(f32x4.div ${a} ${b})`);
  readonly sqrt = (a: string): string => this.#local(`(f32x4.sqrt ${a})`);
  readonly abs = (a: string): string => this.#local(`(f32x4.abs ${a})`);
  readonly max = (a: string, b: string): string => this.#local(`(f32x4.max ${a} ${b})`);
  readonly relu = (a: string): string => this.max(a, zero);
  readonly sign = (a: string): string => {
    const one = '(v128.const f32x4 1 1 1 1)';
    const size = `(v128.bitselect ${one} ${a} (f32x4.gt (f32x4.abs ${a}) ${zero}))`; // a zero and NaN stay
    return this.#local(`(v128.or ${size} (v128.and ${a} (v128.const f32x4 -0 -0 -0 -0)))`);
  };
  readonly clip = (a: string, limit: string): string => {
    const least = `(f32x4.neg ${limit})`;
    const fromBelow = `(v128.bitselect ${least} ${a} (f32x4.lt ${a} ${least}))`;
    return this.#local(`(v128.bitselect ${limit} ${fromBelow} (f32x4.gt ${a} ${limit}))`);
  };

  pow(): string {
    throw new Error('WebAssembly has no pow.');
  }

  #local(text: string): string {
    const name = `t${this.names.length}`;
    this.names.push(name);
    this.lines.push(set(name, text));
    return get(name);
  }
}

/**
 * A function of the number of bytes, where what it reads and what it makes lie, and its numbers.
 *
 * @param compute What is made, in the order of `makes`, of what is read and the numbers, by name.
 */
function elementwise(
  name: string,
  reads: readonly string[],
  makes: number,
  numbers: readonly string[],
  compute: (on: Writer, from: Record<string, string>) => readonly string[],
): string {
  const writer = new Writer();
  const from = Object.fromEntries([...reads, ...numbers].map((key) => [key, get(key)]));
  const made = compute(writer, from);
  const at = (key: string): string => plus(get(`${key}At`), get('i'));
  const pass = (load: string, store: string): string =>
    [
      ...reads.map((key) => set(key, `(${load} align=4 ${at(key)})`)),
      ...writer.lines,
      ...made.map((value, i) => `(${store.replace('@', `align=4`)} ${at(`made${i}`)} ${value})`),
    ].join('\n');
  const addresses = [...reads.map((key) => `${key}At`), ...made.map((_, i) => `made${i}At`)];
  if (made.length !== makes) throw new Error(`${name} makes ${made.length} arrays, expected ${makes}.`);
  return `
  (func (export "${name}") ${params(['bytes', ...addresses].join(' '))} ${params(numbers.map((key) => `${key}Is`).join(' '), 'f32')}
    ${locals('i32', 'i fours')} ${locals('v128', [...reads, ...numbers, ...writer.names].join(' '))}
    ${numbers.map((key) => set(key, `(f32x4.splat ${get(`${key}Is`)})`)).join('\n')}
    ${set('fours', wholeFours(get('bytes')))}
    ${loop('fours', 'i', get('fours'), constant(16), pass('v128.load', 'v128.store @'))}
    ${loop('ones', 'i', get('bytes'), constant(4), pass('v128.load32_zero', 'v128.store32_lane @ 0'))})`;
}

const ofRule = (rule: UpdateRule): string =>
  elementwise(rule.name, ['variable', 'gradient', ...rule.slots], 1 + rule.slots.length, rule.scalars, (on, from) => {
    const to = rule.compose(on, from as Record<'variable' | 'gradient', string>, from);
    return [to['variable'] as string, ...rule.slots.map((slot) => to[slot] as string)];
  });

const decay = elementwise('decay', ['x'], 1, ['share'], (on, { x = '', share = '' }) => [on.sub(x, on.mul(x, share))]);

const clip = elementwise('clip', ['x'], 1, ['scale', 'limit'], (on, { x = '', scale = '', limit = '' }) => [
  on.clip(on.mul(x, scale), limit),
]);

export const source = `(module (import "env" "memory" (memory 0)) ${decay} ${clip} ${RULES.map(ofRule).join('')})`;
