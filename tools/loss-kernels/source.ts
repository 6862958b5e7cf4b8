// The WebAssembly of the losses, as text: what the loops of `losses/classification.ts` and `fast-exp.ts` compute, operation by
// operation and so to the bit, of two logits at a time.

/** A number in both lanes, written so that no digit is lost. */
const both = (value: number): string => `(v128.const f64x2 ${value} ${value})`;
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
const locals = (type: string, names: string): string =>
  names
    .split(' ')
    .map((name) => `(local $${name} ${type})`)
    .join(' ');

/** Two float32 numbers from an address on, as doubles. */
const pairAt = (address: string): string => `(f64x2.promote_low_f32x4 (v128.load64_zero ${address}))`;
const storePair = (address: string, pair: string): string =>
  `(v128.store64_lane 0 ${address} (f32x4.demote_f64x2_zero ${pair}))`;
const at = (base: string, index: string, size: number): string =>
  `(i32.add ${base} (i32.mul ${index} (i32.const ${size})))`;

/** Where what is given and what is made lie, in bytes; blocks are of at most {@link LOGITS} logits, and have room for one more. */
export const LOGITS = 8192;
const ROOM = 4 * LOGITS + 64;
export const AT = {
  logits: 0,
  labels: ROOM,
  weights: 2 * ROOM,
  gradient: 3 * ROOM,
  /** Doubles: two of each row of a softmax. */
  rows: 4 * ROOM,
  powers: 4 * ROOM + 16 * LOGITS,
  roots: 4 * ROOM + 24 * LOGITS + 64,
};
const PAGES = Math.ceil((AT.roots + 64) / 65_536);

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
const STEP_HIGH = Math.fround(Math.LN2 / STEPS);
const STEP_LOW = Math.LN2 / STEPS - STEP_HIGH + 2.3190468138462996e-17 / STEPS;
const ROOTS = Float64Array.from({ length: STEPS }, (_, k) => 2 ** (-k / STEPS));
const data = [...new Uint8Array(ROOTS.buffer)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
const roots = `(data (i32.const ${AT.roots}) "${data}")`;

const rootAt = (index: number): string =>
  at(`(i32.const ${AT.roots})`, `(i32.and (i32x4.extract_lane ${index} ${get('k')}) (i32.const ${STEPS - 1}))`, 8);

const expOfMinus = `
  (func $expOfMinus (param $a v128) (result v128) ${locals('v128', 'k n r r2 power')}
    ${set('k', `(i32x4.trunc_sat_f64x2_s_zero ${add(mul(get('a'), both(STEPS * Math.LOG2E)), both(0.5))})`)}
    ${set('n', `(f64x2.convert_low_i32x4_s ${get('k')})`)}
    ${set('r', add(sub(mul(get('n'), both(STEP_HIGH)), get('a')), mul(get('n'), both(STEP_LOW))))}
    ${set('r2', mul(get('r'), get('r')))}
    ${set(
      'power',
      mul(
        `(i64x2.shl (i64x2.sub (v128.const i64x2 1023 1023)
          (i64x2.extend_low_i32x4_s (i32x4.shr_u ${get('k')} (i32.const 3)))) (i32.const 52))`,
        `(v128.load64_lane 1 ${rootAt(1)} (v128.load64_zero ${rootAt(0)}))`,
      ),
    )}
    ${choose(
      both(0),
      mul(
        get('power'),
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
    )})`;

const log1pOfUnit = `
  (func $log1pOfUnit (param $y v128) (result v128) ${locals('v128', 's q q2 q4')}
    ${set('s', div(get('y'), add(both(2), get('y'))))}
    ${set('q', mul(get('s'), get('s')))}
    ${set('q2', mul(get('q'), get('q')))}
    ${set('q4', mul(get('q2'), get('q2')))}
    ${mul(
      mul(both(2), get('s')),
      add(
        add(line(1, 1 / 3, 'q'), mul(get('q2'), line(1 / 5, 1 / 7, 'q'))),
        mul(
          get('q4'),
          add(add(line(1 / 9, 1 / 11, 'q'), mul(get('q2'), line(1 / 13, 1 / 15, 'q'))), mul(get('q4'), both(1 / 17))),
        ),
      ),
    )})`;

const lane = (index: number, name: string): string => `(f64x2.extract_lane ${index} ${get(name)})`;

/** Adds loss times weight of each logit to a sum, in their order, and makes the gradient; the one after an odd last has the weight 0. */
const logistic = `
  (func (export "logistic") (param $count i32) (param $factor f64) (param $sum f64) (result f64)
    (local $i i32) ${locals('v128', 'x z w isPositive decay smaller miss linear loss slope term isNothing')}
    (loop $pairs
      ${set('x', pairAt(at(`(i32.const ${AT.logits})`, get('i'), 4)))}
      ${set('z', pairAt(at(`(i32.const ${AT.labels})`, get('i'), 4)))}
      ${set('w', pairAt(at(`(i32.const ${AT.weights})`, get('i'), 4)))}
      ${set('decay', `(call $expOfMinus (f64x2.abs ${get('x')}))`)}
      ${set('smaller', div(get('decay'), add(both(1), get('decay'))))}
      ${set('isPositive', `(f64x2.gt ${get('x')} ${both(0)})`)}
      ${set('miss', choose(sub(both(1), get('z')), `(f64x2.neg ${get('z')})`, get('isPositive')))}
      ${set('linear', mul(get('x'), get('miss')))}
      ${set(
        'linear',
        choose(
          both(0),
          get('linear'),
          `(v128.and (f64x2.ne ${get('linear')} ${get('linear')}) (f64x2.eq ${get('miss')} ${both(0)}))`,
        ),
      )}
      ${set('loss', add(get('linear'), `(call $log1pOfUnit ${get('decay')})`))}
      ${set('slope', choose(sub(get('miss'), get('smaller')), add(get('miss'), get('smaller')), get('isPositive')))}
      ${set('isNothing', `(f64x2.eq ${get('w')} ${both(0)})`)}
      ${set('term', choose(both(0), mul(inRange('loss'), get('w')), get('isNothing')))}
      ${set('sum', `(f64.add (f64.add ${get('sum')} ${lane(0, 'term')}) ${lane(1, 'term')})`)}
      ${storePair(
        at(`(i32.const ${AT.gradient})`, get('i'), 4),
        choose(both(0), mul(mul(inRange('slope'), get('w')), `(f64x2.splat ${get('factor')})`), get('isNothing')),
      )}
      (br_if $pairs (i32.lt_u (local.tee $i (i32.add ${get('i')} (i32.const 2))) ${get('count')})))
    ${get('sum')})`;

const power = (index: string): string => `(f64.load ${at(`(i32.const ${AT.powers})`, index, 8)})`;

/** Of each row: the sum of the powers beside the largest logit, how far the label's is below that, and the gradient. */
const softmax = `
  (func (export "softmax") (param $rows i32) (param $k i32) (param $factor f64)
    (local $row i32) (local $x i32) (local $g i32) (local $j i32) (local $largest i32) (local $id i32)
    (local $top f32) (local $next f32) ${locals('f64', 'besideLargest besideLabel total weight')}
    (loop $each
      ${set('x', at(`(i32.const ${AT.logits})`, `(i32.mul ${get('row')} ${get('k')})`, 4))}
      ${set('g', at(`(i32.const ${AT.gradient})`, `(i32.mul ${get('row')} ${get('k')})`, 4))}
      ${set('id', `(i32.trunc_sat_f32_u (f32.load ${at(`(i32.const ${AT.labels})`, get('row'), 4)}))`)}
      ${set('weight', `(f64.promote_f32 (f32.load ${at(`(i32.const ${AT.weights})`, get('row'), 4)}))`)}
      ${set('top', `(f32.load ${get('x')})`)}
      ${set('largest', '(i32.const 0)')}
      ${set('j', '(i32.const 1)')}
      (block $found (loop $search
        (br_if $found (i32.ge_u ${get('j')} ${get('k')}))
        ${set('next', `(f32.load ${at(get('x'), get('j'), 4)})`)}
        (if (f32.gt ${get('next')} ${get('top')}) (then ${set('top', get('next'))} ${set('largest', get('j'))}))
        ${set('j', `(i32.add ${get('j')} (i32.const 1))`)}
        (br $search)))
      ${set('j', '(i32.const 0)')}
      (loop $powers
        (v128.store ${at(`(i32.const ${AT.powers})`, get('j'), 8)}
          (call $expOfMinus ${sub(`(f64x2.splat (f64.promote_f32 ${get('top')}))`, pairAt(at(get('x'), get('j'), 4)))}))
        (br_if $powers (i32.lt_u (local.tee $j (i32.add ${get('j')} (i32.const 2))) ${get('k')})))
      ${set('besideLargest', '(f64.const 0)')}
      ${set('besideLabel', '(f64.const 0)')}
      ${set('j', '(i32.const 0)')}
      (loop $sums
        ${set('total', power(get('j')))}
        ${set('besideLargest', `(f64.add ${get('besideLargest')} (select (f64.const 0) ${get('total')} (i32.eq ${get('j')} ${get('largest')})))`)}
        ${set('besideLabel', `(f64.add ${get('besideLabel')} (select (f64.const 0) ${get('total')} (i32.eq ${get('j')} ${get('id')})))`)}
        (br_if $sums (i32.lt_u (local.tee $j (i32.add ${get('j')} (i32.const 1))) ${get('k')})))
      ${set('besideLargest', `(f64.add ${get('besideLargest')} (f64.sub ${power(get('largest'))} (f64.const 1)))`)}
      ${set('total', `(f64.add (f64.const 1) ${get('besideLargest')})`)}
      (f64.store ${at(`(i32.const ${AT.powers})`, get('id'), 8)} (f64.neg ${get('besideLabel')}))
      (f64.store ${at(`(i32.const ${AT.rows})`, get('row'), 16)} ${get('besideLargest')})
      (f64.store offset=8 ${at(`(i32.const ${AT.rows})`, get('row'), 16)}
        (f64.sub (f64.promote_f32 ${get('top')}) (f64.promote_f32 (f32.load ${at(get('x'), get('id'), 4)}))))
      ${set('j', '(i32.const 0)')}
      (if (f64.eq ${get('weight')} (f64.const 0))
        (then (loop $zeros
          (i64.store ${at(get('g'), get('j'), 4)} (i64.const 0))
          (br_if $zeros (i32.lt_u (local.tee $j (i32.add ${get('j')} (i32.const 2))) ${get('k')}))))
        (else (loop $gradient
          ${storePair(
            at(get('g'), get('j'), 4),
            mul(
              mul(
                div(`(v128.load ${at(`(i32.const ${AT.powers})`, get('j'), 8)})`, `(f64x2.splat ${get('total')})`),
                `(f64x2.splat ${get('weight')})`,
              ),
              `(f64x2.splat ${get('factor')})`,
            ),
          )}
          (br_if $gradient (i32.lt_u (local.tee $j (i32.add ${get('j')} (i32.const 2))) ${get('k')})))))
      (br_if $each (i32.lt_u (local.tee $row (i32.add ${get('row')} (i32.const 1))) ${get('rows')}))))`;

export const source = `(module (memory (export "memory") ${PAGES})${roots}${expOfMinus}${log1pOfUnit}${logistic}${softmax})`;
