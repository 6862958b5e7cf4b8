// The WebAssembly of the losses, as text: what the loops of `losses/classification.ts` and `fast-exp.ts` compute, operation by
// operation and so to the bit, of two logits at a time.

const get = (name: string): string => `(local.get $${name})`;
const set = (name: string, value: string): string => `(local.set $${name} ${value})`;
const add = (a: string, b: string): string => `(f64x2.add ${a} ${b})`;
const sub = (a: string, b: string): string => `(f64x2.sub ${a} ${b})`;
const mul = (a: string, b: string): string => `(f64x2.mul ${a} ${b})`;
const div = (a: string, b: string): string => `(f64x2.div ${a} ${b})`;
/** `a + b x`. */
const line = (a: number, b: number, x: string): string => add(both(a), mul(get(x), both(b)));
const choose = (whenTrue: string, whenFalse: string, where: string): string =>
  `(v128.bitselect ${whenTrue} ${whenFalse} ${where})`;
/** 0 where a mask is set. */
const clear = (value: string, where: string): string => `(v128.andnot ${value} ${where})`;
/** Goes on with a loop until an index has come to its end. */
const next = (loop: string, index: string, end: string, step = 1): string =>
  `(br_if $${loop} (i32.lt_u (local.tee $${index} (i32.add ${get(index)} (i32.const ${step}))) ${get(end)}))`;
const start = (index: string): string => set(index, '(i32.const 0)');
const nothing = '(v128.const i64x2 0 0)';
const locals = (type: string, names: string): string =>
  names
    .split(' ')
    .map((name) => `(local $${name} ${type})`)
    .join(' ');

/** Two float32 numbers from an address on, as doubles. */
const pairAt = (address: string): string => `(f64x2.promote_low_f32x4 (v128.load64_zero ${address}))`;
const storePair = (address: string, pair: string): string =>
  `(v128.store64_lane ${address} (f32x4.demote_f64x2_zero ${pair}))`;
/** What follows a load or store: a place in memory, and in which lane of how many bytes after it. */
const at = (place: number, bytes: string, lane = ''): string => `offset=${place} ${lane} ${bytes}`;
const times = (index: string, size: number): string => `(i32.shl ${index} (i32.const ${Math.log2(size)}))`;

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
const PAGES = Math.ceil((AT.constants + 1024) / 65_536);

// Constants lie in memory: engines would else put each together from two halves of a register, in every turn of a loop.
const constants: bigint[] = [];
const bitsOf = (value: number): bigint => new BigUint64Array(Float64Array.of(value).buffer)[0] as bigint;
const splat = (bits: bigint): string => {
  const place = constants.includes(bits) ? constants.indexOf(bits) : constants.push(bits) - 1;
  return `(v128.load64_splat offset=${AT.constants + 8 * place} (i32.const 0))`;
};
/** A number in both lanes. */
const both = (value: number): string => splat(bitsOf(value));

/** Infinite where it is so in float32: `inRange` of `loss.ts`. */
const OVERFLOW = 2 ** 128 - 2 ** 103;
const inRange = (name: string): string =>
  choose(
    get(name),
    `(f64x2.promote_low_f32x4 (f32x4.demote_f64x2_zero ${get(name)}))`,
    `(f64x2.lt (f64x2.abs ${get(name)}) ${both(OVERFLOW)})`,
  );

// As in `fast-exp.ts`: 2^(-k / 8) exp(r).
const STEPS = 8;
const STEP_BITS = 3;
const STEP_HIGH = Math.fround(Math.LN2 / STEPS);
const STEP_LOW = Math.LN2 / STEPS - STEP_HIGH + 2.3190468138462996e-17 / STEPS;
/** Where the exponent of a double begins, less the bits of a step: a shift by it turns steps into powers of two. */
const TO_EXPONENT = 52 - STEP_BITS;
/** The bits of 2^(-k / 8) for the steps below 1, which become those of any k where `k << 49` is taken away. */
for (let k = 0; k < STEPS; k++) constants.push(bitsOf(2 ** (-k / STEPS)) + (BigInt(k) << BigInt(TO_EXPONENT)));
/** A whole number plus this has the number in its last bits. */
const WHOLE = 2 ** 52;

const rootAt = (index: number, lane = ''): string =>
  at(AT.constants, times(`(i32.and (i32x4.extract_lane ${index} ${get('k')}) (i32.const ${STEPS - 1}))`, 8), lane);
const powerAt = (index: string): string => at(AT.powers, times(index, 8));

/** `expOfMinus` of the numbers at `powers`, in their place. A loop of its own: a processor looks ahead over several turns of a short one. */
const expOfMinus = `
  (func $expOfMinus (param $count i32) (local $i i32) ${locals('v128', 'a k n r r2')}
    (loop $pairs
      ${set('a', `(v128.load ${powerAt(get('i'))})`)}
      ${set('n', `(f64x2.floor ${add(mul(get('a'), both(STEPS * Math.LOG2E)), both(0.5))})`)}
      ${set('k', add(get('n'), both(WHOLE)))}
      ${set('r', add(sub(mul(get('n'), both(STEP_HIGH)), get('a')), mul(get('n'), both(STEP_LOW))))}
      ${set('r2', mul(get('r'), get('r')))}
      (v128.store ${powerAt(get('i'))} ${clear(
        mul(
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
        ),
        `(f64x2.gt ${get('a')} ${both(700)})`,
      )})
      ${next('pairs', 'i', 'count', 2)}))`;

/** `log1pOfUnit` of `y`. */
const log1pOfUnit = `
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

const lane = (index: number, name: string): string => `(f64x2.extract_lane ${index} ${get(name)})`;

/**
 * Adds loss times weight of each logit to a sum, in their order, and makes the gradient; the one after an odd last has the weight 0. Leaves the
 * losses at `rows`, and `exp(-|x|)` at `powers`.
 */
const logistic = `
  (func (export "logistic") (param $count i32) (param $factor f64) (param $sum f64) (result f64)
    (local $i i32) ${locals('v128', 'x z w isPositive y smaller miss linear loss slope term isNothing s q q2 q4 log')}
    (loop $sizes
      (v128.store ${powerAt(get('i'))} (f64x2.abs ${pairAt(at(AT.logits, times(get('i'), 4)))}))
      ${next('sizes', 'i', 'count', 2)})
    (call $expOfMinus ${get('count')})
    ${start('i')}
    (loop $pairs
      ${set('x', pairAt(at(AT.logits, times(get('i'), 4))))}
      ${set('z', pairAt(at(AT.labels, times(get('i'), 4))))}
      ${set('w', pairAt(at(AT.weights, times(get('i'), 4))))}
      ${set('y', `(v128.load ${powerAt(get('i'))})`)}
      ${set('smaller', div(get('y'), add(both(1), get('y'))))}
      ${set('isPositive', `(f64x2.gt ${get('x')} ${nothing})`)}
      ${set('miss', sub(`(v128.and ${both(1)} ${get('isPositive')})`, get('z')))}
      ${set('linear', mul(get('x'), get('miss')))}
      ${set(
        'linear',
        clear(
          get('linear'),
          `(v128.and (f64x2.ne ${get('linear')} ${get('linear')}) (f64x2.eq ${get('miss')} ${nothing}))`,
        ),
      )}${log1pOfUnit}
      ${set('loss', add(get('linear'), get('log')))}
      (v128.store ${at(AT.rows, times(get('i'), 8))} ${get('loss')})
      ${set('slope', add(get('miss'), `(v128.xor ${get('smaller')} (v128.and ${both(-0)} ${get('isPositive')}))`))}
      ${set('isNothing', `(f64x2.eq ${get('w')} ${nothing})`)}
      ${set('term', clear(mul(inRange('loss'), get('w')), get('isNothing')))}
      ${set('sum', `(f64.add (f64.add ${get('sum')} ${lane(0, 'term')}) ${lane(1, 'term')})`)}
      ${storePair(
        at(AT.gradient, times(get('i'), 4), '0'),
        clear(mul(mul(inRange('slope'), get('w')), `(f64x2.splat ${get('factor')})`), get('isNothing')),
      )}
      ${next('pairs', 'i', 'count', 2)})
    ${get('sum')})`;

const ofRow = (inLane = '', after = 0): string => at(AT.rows + after, times(get('row'), 16), inLane);
const floatAt = (place: number, index: string, inLane = ''): string => at(place, times(get(index), 4), inLane);
/** Over the total, times weight and factor, as float32. */
const share = (pair: string): string =>
  `(f32x4.demote_f64x2_zero ${clear(mul(mul(div(pair, get('total')), get('weight')), get('factors')), get('isNothing'))})`;
/** Does something for each row: `first` and `end` are where its logits are, `id` is where that of its label is. */
const rows = (each: string): string => `
    ${start('row')}
    ${start('end')}
    (loop $rows
      ${set('first', get('end'))}
      ${set('end', `(i32.add ${get('first')} ${get('k')})`)}
      ${set('id', `(i32.add ${get('first')} (i32.trunc_sat_f32_u (f32.load ${floatAt(AT.labels, 'row')})))`)}
      ${each}
      ${next('rows', 'row', 'rows')})`;
/** Does something for each logit of a row, or for each pair of them. */
const logits = (each: string, step = 1): string => `
      ${set('i', get('first'))}
      (loop $logits
        ${each}
        ${next('logits', 'i', 'end', step)})`;

/** Of each row: the sum of the powers beside the largest logit, how far the label's is below that, and the gradient. */
const softmax = `
  (func (export "softmax") (param $rows i32) (param $k i32) (param $factor f64)
    ${locals('i32', 'row first end i largest id')} (local $x f32)
    ${locals('v128', 'top places place sums total weight factors isNothing')}
    ${set('factors', `(f64x2.splat ${get('factor')})`)}
    ${rows(`
      ${set('top', `(v128.load32_zero ${floatAt(AT.logits, 'first')})`)}
      ${set('largest', get('first'))}
      ${logits(`
        ${set('x', `(f32.load ${floatAt(AT.logits, 'i')})`)}
        ${set('largest', `(select ${get('i')} ${get('largest')} (f32.gt ${get('x')} (f32x4.extract_lane 0 ${get('top')})))`)}
        ${set('top', `(f32x4.pmax ${get('top')} (v128.load32_zero ${floatAt(AT.logits, 'i')}))`)}`)}
      (i32.store ${ofRow()} ${get('largest')})
      ${set('top', `(f64x2.splat (f64.promote_f32 (f32x4.extract_lane 0 ${get('top')})))`)}
      (v128.store64_lane ${ofRow('0', 8)} ${sub(get('top'), pairAt(floatAt(AT.logits, 'id')))})
      ${logits(`(v128.store ${powerAt(get('i'))} ${sub(get('top'), pairAt(floatAt(AT.logits, 'i')))})`, 2)}`)}
    (call $expOfMinus ${get('end')})
    ${rows(`
      ${set('largest', `(i32.load ${ofRow()})`)}
      ${set('places', `(i32x4.replace_lane 2 (v128.load32_zero ${ofRow()}) ${get('id')})`)}
      ${set('place', `(i64x2.splat (i64.extend_i32_u ${get('first')}))`)}
      ${set('sums', nothing)}
      ${logits(`
        ${set('sums', add(get('sums'), clear(`(v128.load64_splat ${powerAt(get('i'))})`, `(i64x2.eq ${get('place')} ${get('places')})`)))}
        ${set('place', `(i64x2.add ${get('place')} ${splat(1n)})`)}`)}
      ${set('total', add(get('sums'), sub(`(v128.load64_zero ${powerAt(get('largest'))})`, both(1))))}
      (v128.store64_lane ${ofRow('0')} ${get('total')})
      ${set('total', `(f64x2.splat (f64x2.extract_lane 0 ${add(get('total'), both(1))}))`)}
      ${set('weight', `(f64x2.splat (f64.promote_f32 (f32.load ${floatAt(AT.weights, 'row')})))`)}
      ${set('isNothing', `(f64x2.eq ${get('weight')} ${nothing})`)}
      ${logits(`(v128.store64_lane ${floatAt(AT.gradient, 'i', '0')} ${share(`(v128.load ${powerAt(get('i'))})`)})`, 2)}
      (v128.store32_lane ${floatAt(AT.gradient, 'id', '1')} ${share(`(f64x2.neg ${get('sums')})`)})`)})`;

const bytes = [...new Uint8Array(BigUint64Array.from(constants).buffer)];
const data = bytes.map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');

export const source = `(module (memory (export "memory") ${PAGES})
  (data (i32.const ${AT.constants}) "${data}")${expOfMinus}${logistic}${softmax})`;
