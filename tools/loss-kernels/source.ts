// The WebAssembly of the losses, as text: what the loops of `losses/classification.ts` and `fast-exp.ts` compute, operation by
// operation and so to the bit, of two logits at a time.
import {
  add,
  at,
  AT,
  both,
  choose,
  clear,
  div,
  get,
  locals,
  log1pOfUnit,
  moduleOf,
  mul,
  next,
  nothing,
  pairAt,
  powerAt,
  set,
  splat,
  start,
  storePair,
  sub,
  times,
} from './wat.js';

/** Infinite where it is so in float32: `inRange` of `loss.ts`. */
const OVERFLOW = 2 ** 128 - 2 ** 103;
const inRange = (name: string): string =>
  choose(
    get(name),
    `(f64x2.promote_low_f32x4 (f32x4.demote_f64x2_zero ${get(name)}))`,
    `(f64x2.lt (f64x2.abs ${get(name)}) ${both(OVERFLOW)})`,
  );

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

export const source = moduleOf(`${logistic}${softmax}`);
