// What the sources of WebAssembly of losses and metrics share: how it is written, where things lie, and what the loops of `fast-exp.ts` compute, operation by
// operation and so to the bit, of two numbers at a time.

export const get = (name: string): string => `(local.get $${name})`;
export const set = (name: string, value: string): string => `(local.set $${name} ${value})`;
export const add = (a: string, b: string): string => `(f64x2.add ${a} ${b})`;
export const sub = (a: string, b: string): string => `(f64x2.sub ${a} ${b})`;
export const mul = (a: string, b: string): string => `(f64x2.mul ${a} ${b})`;
export const div = (a: string, b: string): string => `(f64x2.div ${a} ${b})`;
/** `a + b x`. */
const line = (a: number, b: number, x: string): string => add(both(a), mul(get(x), both(b)));
export const choose = (whenTrue: string, whenFalse: string, where: string): string =>
  `(v128.bitselect ${whenTrue} ${whenFalse} ${where})`;
/** 0 where a mask is set. */
export const clear = (value: string, where: string): string => `(v128.andnot ${value} ${where})`;
/** Goes on with a loop until an index has come to its end. */
export const next = (loop: string, index: string, end: string, step = 1): string =>
  `(br_if $${loop} (i32.lt_u (local.tee $${index} (i32.add ${get(index)} (i32.const ${step}))) ${get(end)}))`;
export const start = (index: string): string => set(index, '(i32.const 0)');
export const nothing = '(v128.const i64x2 0 0)';
export const locals = (type: string, names: string): string =>
  names
    .split(' ')
    .map((name) => `(local $${name} ${type})`)
    .join(' ');

/** Two float32 numbers from an address on, as doubles. */
export const pairAt = (address: string): string => `(f64x2.promote_low_f32x4 (v128.load64_zero ${address}))`;
export const storePair = (address: string, pair: string): string =>
  `(v128.store64_lane ${address} (f32x4.demote_f64x2_zero ${pair}))`;
/** What follows a load or store: a place in memory, and in which lane of how many bytes after it. */
export const at = (place: number, bytes: string, lane = ''): string => `offset=${place} ${lane} ${bytes}`;
export const times = (index: string, size: number): string => `(i32.shl ${index} (i32.const ${Math.log2(size)}))`;

/** Where what is given and what is made lie, in bytes; blocks are of at most {@link LOGITS} logits, and have room for one more. */
export const LOGITS = 8192;
const ROOM = 4 * LOGITS + 64;
export const AT = {
  logits: 0,
  labels: ROOM,
  weights: 2 * ROOM,
  gradient: 3 * ROOM,
  /** Doubles: two of each row of a softmax, or the loss of each logit. */
  rows: 4 * ROOM,
  powers: 4 * ROOM + 16 * LOGITS,
  constants: 4 * ROOM + 24 * LOGITS + 64,
};
/** A module of functions, with {@link expOfMinus} and the constants that they name, and so many bytes of memory. */
export function moduleOf(functions: string, bytes = AT.constants + 1024): string {
  const constants = [...ROOTS];
  const text = `${expOfMinus}${functions}`.replaceAll(/@(\d+)@/g, (_, digits: string) => {
    const bits = BigInt(digits);
    const place = constants.includes(bits) ? constants.indexOf(bits) : constants.push(bits) - 1;
    return String(AT.constants + 8 * place);
  });
  const data = [...new Uint8Array(BigUint64Array.from(constants).buffer)];
  const escaped = data.map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
  return `(module (memory (export "memory") ${Math.ceil(bytes / 65_536)})
  (data (i32.const ${AT.constants}) "${escaped}")${text})`;
}

// Constants lie in memory: engines would else put each together from two halves of a register, in every turn of a loop.
const bitsOf = (value: number): bigint => new BigUint64Array(Float64Array.of(value).buffer)[0] as bigint;
/** 64 bits in both lanes. Where they lie {@link moduleOf} says. */
export const splat = (bits: bigint): string => `(v128.load64_splat offset=@${bits}@ (i32.const 0))`;
/** A number in both lanes. */
export const both = (value: number): string => splat(bitsOf(value));

// As in `fast-exp.ts`: 2^(-k / 8) exp(r).
const STEPS = 8;
const STEP_BITS = 3;
const STEP_HIGH = Math.fround(Math.LN2 / STEPS);
const STEP_LOW = Math.LN2 / STEPS - STEP_HIGH + 2.3190468138462996e-17 / STEPS;
/** Where the exponent of a double begins, less the bits of a step: a shift by it turns steps into powers of two. */
const TO_EXPONENT = 52 - STEP_BITS;
/** The bits of 2^(-k / 8) for the steps below 1, which become those of any k where `k << 49` is taken away. */
const ROOTS = Array.from({ length: STEPS }, (_, k) => bitsOf(2 ** (-k / STEPS)) + (BigInt(k) << BigInt(TO_EXPONENT)));
/** A whole number plus this has the number in its last bits. */
const WHOLE = 2 ** 52;

const rootAt = (index: number, lane = ''): string =>
  at(AT.constants, times(`(i32.and (i32x4.extract_lane ${index} ${get('k')}) (i32.const ${STEPS - 1}))`, 8), lane);
export const powerAt = (index: string): string => at(AT.powers, times(index, 8));

/** Sets `r`, `r2`, `n` and `k` (all of them v128) by `a`; the value is then `expOfMinus` of `a`, but for what is above 700. */
export const expOfA = `
      ${set('n', `(f64x2.floor ${add(mul(get('a'), both(STEPS * Math.LOG2E)), both(0.5))})`)}
      ${set('k', add(get('n'), both(WHOLE)))}
      ${set('r', add(sub(mul(get('n'), both(STEP_HIGH)), get('a')), mul(get('n'), both(STEP_LOW))))}
      ${set('r2', mul(get('r'), get('r')))}`;
/** What {@link expOfA} has prepared. */
export const expValue = mul(
  `(i64x2.sub (v128.load64_lane ${rootAt(2, '1')} (v128.load64_zero ${rootAt(0)}))
            (i64x2.shl ${get('k')} (i32.const ${TO_EXPONENT})))`,
  add(
    both(1),
    add(
      get('r'),
      mul(
        get('r2'),
        add(
          line(1 / 2, 1 / 6, 'r'),
          mul(get('r2'), add(line(1 / 24, 1 / 120, 'r'), mul(get('r2'), line(1 / 720, 1 / 5040, 'r')))),
        ),
      ),
    ),
  ),
);

/** `expOfMinus` of the numbers at `powers`, in their place. A loop of its own: a processor looks ahead over several turns of a short one. */
const expOfMinus = `
  (func $expOfMinus (param $count i32) (local $i i32) ${locals('v128', 'a k n r r2')}
    (loop $pairs
      ${set('a', `(v128.load ${powerAt(get('i'))})`)}${expOfA}
      (v128.store ${powerAt(get('i'))} ${clear(expValue, `(f64x2.gt ${get('a')} ${both(700)})`)})
      ${next('pairs', 'i', 'count', 2)}))`;

/** `log1pOfUnit` of `y`. */
export const log1pOfUnit = `
      ${set('s', div(get('y'), add(both(2), get('y'))))}
      ${set('q', mul(get('s'), get('s')))}
      ${set('q2', mul(get('q'), get('q')))}
      ${set('q4', mul(get('q2'), get('q2')))}
      ${set(
        'log',
        mul(
          mul(both(2), get('s')),
          add(
            add(line(1, 1 / 3, 'q'), mul(get('q2'), line(1 / 5, 1 / 7, 'q'))),
            mul(
              get('q4'),
              add(
                add(line(1 / 9, 1 / 11, 'q'), mul(get('q2'), line(1 / 13, 1 / 15, 'q'))),
                mul(get('q4'), both(1 / 17)),
              ),
            ),
          ),
        ),
      )}`;
