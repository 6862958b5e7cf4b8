// The WebAssembly of metrics of two classes, as text: what an update sums up of logits, labels and weights, of two or four rows at a time. Losses and
// probabilities are those of `losses/classification.ts` and `metrics/quantities.ts` operation by operation, and sums have no rounding.
import {
  add,
  at,
  AT,
  both,
  choose,
  clear,
  div,
  expOfA,
  expValue,
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
  start,
  sub,
  times,
} from './wat.js';

/** How many rows a block has at most. */
export const ROWS = 2048;
/** How many sums of weights there are at most. */
export const SLOTS = 4096;

const ENDS = AT.constants + 1024;
const FIXED = ENDS + 256;
const TOTALS = FIXED + 8 * ROWS;
/** Where what is given and what is made lie, in bytes. */
export const PLACES = {
  logits: AT.logits,
  labels: AT.labels,
  weights: AT.weights,
  /** The largest of these, four float32 numbers each; then the sums of products, three pairs of doubles each. */
  ends: ENDS,
  sums: AT.rows,
  terms: AT.powers,
  /** The sums of weights as doubles: what is large of each, and the rest. */
  high: TOTALS + 8 * SLOTS,
  low: TOTALS + 16 * SLOTS,
};
const BYTES = PLACES.low + 8 * SLOTS;

const floats = (place: number): string => `(v128.load ${at(place, times(get('i'), 4))})`;
const fixed = at(FIXED, times(get('i'), 8));
const slot = (after: number): string => at(TOTALS + 8 * after, times(get('slot'), 8));
const bothLanes = (pair: string): string =>
  `(i64.add (i64x2.extract_lane 0 ${get(pair)}) (i64x2.extract_lane 1 ${get(pair)}))`;
const addTo = (name: string, kind: string, value: string): string => set(name, `(${kind}.add ${get(name)} ${value})`);

const INPUTS = ['logits', 'labels', 'weights'] as const;
const RANGE = [...INPUTS, 'smallest', 'others'] as const;
/**
 * The largest logit, label and weight by size, NaN where any is: as whole numbers the bits of floats above 0 have the same order. Then the smallest weight
 * but 0, less one of these bits, and whether any label is neither 0 nor 1. Without weights, of what lies there; nobody looks at it then.
 */
const range = `
  (func (export "range") (param $count i32) ${locals('i32', 'i')} ${locals('v128', `size z w ${RANGE.join(' ')}`)}
    ${set('size', '(i32x4.splat (i32.const 0x7fffffff))')}
    ${set('smallest', '(i32x4.splat (i32.const -1))')}
    (loop $fours
      ${set('z', floats(AT.labels))}
      ${set('others', `(v128.or ${get('others')} (v128.and (f32x4.ne ${get('z')} ${nothing}) (f32x4.ne ${get('z')} (v128.const f32x4 1 1 1 1))))`)}
      ${set('labels', `(i32x4.max_u ${get('labels')} (v128.and ${get('size')} ${get('z')}))`)}
      ${set('logits', `(i32x4.max_u ${get('logits')} (v128.and ${get('size')} ${floats(AT.logits)}))`)}
      ${set('w', `(v128.and ${get('size')} ${floats(AT.weights)})`)}
      ${set('weights', `(i32x4.max_u ${get('weights')} ${get('w')})`)}
      ${set('smallest', `(i32x4.min_u ${get('smallest')} (i32x4.sub ${get('w')} (i32x4.splat (i32.const 1))))`)}
      ${next('fours', 'i', 'count', 4)})
    ${RANGE.map((of, index) => `(v128.store offset=${ENDS + 16 * index} (i32.const 0) ${get(of)})`).join('\n    ')})`;

/** The losses, at `rows`, and the probabilities, at `powers`, of finite logits and labels. */
const losses = `
  (func (export "losses") (param $count i32) ${locals('i32', 'i')} ${locals('v128', 'x y isPositive s q q2 q4 log')}
    (loop $sizes
      (v128.store ${powerAt(get('i'))} (f64x2.abs ${pairAt(at(AT.logits, times(get('i'), 4)))}))
      ${next('sizes', 'i', 'count', 2)})
    (call $expOfMinus ${get('count')})
    ${start('i')}
    (loop $pairs
      ${set('x', pairAt(at(AT.logits, times(get('i'), 4))))}
      ${set('y', `(v128.load ${powerAt(get('i'))})`)}
      ${set('isPositive', `(f64x2.gt ${get('x')} ${nothing})`)}${log1pOfUnit}
      (v128.store ${at(AT.rows, times(get('i'), 8))} ${add(
        mul(get('x'), sub(`(v128.and ${both(1)} ${get('isPositive')})`, pairAt(at(AT.labels, times(get('i'), 4))))),
        get('log'),
      )})
      (v128.store ${powerAt(get('i'))} ${div(choose(both(1), get('y'), get('isPositive')), add(both(1), get('y')))})
      ${next('pairs', 'i', 'count', 2)})
    )`;

/** The grids are so much finer, one than the other: `addProducts` of `exact-sums.ts`. */
const FINER = 2 ** -44;
const MEANS = ['loss', 'probability', 'label'] as const;

/**
 * The sums of losses, probabilities and labels, each times its weight, on so many grids, of losses and of the others; and the weights as whole numbers,
 * which are the last bits of the sum with `magic`, and what they add up to, at the first slot. Returns whether anything was too small to be counted.
 */
const sums = (name: string, grids: number): string => {
  const parts = Array.from({ length: grids }, (_, part) => part);
  const product = (of: string, grid: string, value: string): string =>
    `
      ${set('rest', mul(value, get('w')))}${parts
        .map(
          (part) => `
      ${set('part', sub(add(get('rest'), get(`${grid}${part}`)), get(`${grid}${part}`)))}
      ${addTo(`${of}${part}`, 'f64x2', get('part'))}
      ${set('rest', sub(get('rest'), get('part')))}`,
        )
        .join('')}
      ${set('left', `(v128.or ${get('left')} ${get('rest')})`)}`;
  return `
  (func (export "${name}") (param $count i32) (param $lossGrid f64) (param $grid f64) (param $magic f64) (result i32)
    ${locals('i32', 'i')} ${locals('v128', 'w whole unit rest part left total')}
    ${locals('v128', ['coarse', 'fine', ...MEANS].flatMap((of) => parts.map((part) => of + part)).join(' '))}
    ${set('unit', `(f64x2.splat ${get('magic')})`)}
    ${set('coarse0', `(f64x2.splat ${get('lossGrid')})`)}
    ${set('fine0', `(f64x2.splat ${get('grid')})`)}
    ${parts
      .slice(1)
      .flatMap((part) => ['coarse', 'fine'].map((of) => set(of + part, mul(get(`${of}${part - 1}`), both(FINER)))))
      .join('\n    ')}
    (loop $pairs
      ${set('w', pairAt(at(AT.weights, times(get('i'), 4))))}
      ${set('whole', add(get('w'), get('unit')))}
      ${set('left', `(v128.or ${get('left')} ${sub(sub(get('whole'), get('unit')), get('w'))})`)}
      ${set('whole', `(i64x2.sub ${get('whole')} ${get('unit')})`)}
      (v128.store ${fixed} ${get('whole')})
      ${addTo('total', 'i64x2', get('whole'))}${product(
        'loss',
        'coarse',
        `(v128.load ${at(AT.rows, times(get('i'), 8))})`,
      )}${product('probability', 'fine', `(v128.load ${powerAt(get('i'))})`)}${product(
        'label',
        'fine',
        pairAt(at(AT.labels, times(get('i'), 4))),
      )}
      ${next('pairs', 'i', 'count', 2)})
    ${MEANS.flatMap((of, mean) =>
      parts.map((part) => `(v128.store offset=${ENDS + 48 * mean + 16 * part} (i32.const 0) ${get(of + part)})`),
    ).join('\n    ')}
    (i64.store offset=${TOTALS} (i32.const 0) ${bothLanes('total')})
    (v128.any_true (i64x2.shl ${get('left')} (i32.const 1))))`; // but for signs
};

const CELLS = ['hits', 'truePositives', 'falsePositives', 'falseNegatives'] as const;
/** The weights of hits, true positives, false positives and false negatives, at four slots, of logits or probabilities above a threshold. */
const cells = `
  (func (export "cells") (param $count i32) (param $threshold f64) (param $ofLogits i32) (param $slot i32)
    ${locals('i32', 'i')} ${locals('v128', `limit value label isPositive isZero weight ${CELLS.join(' ')}`)}
    ${set('limit', `(f64x2.splat ${get('threshold')})`)}
    (loop $pairs
      (if ${get('ofLogits')}
        (then ${set('value', pairAt(at(AT.logits, times(get('i'), 4))))})
        (else ${set('value', `(v128.load ${powerAt(get('i'))})`)}))
      ${set('label', pairAt(at(AT.labels, times(get('i'), 4))))}
      ${set('isPositive', `(f64x2.gt ${get('value')} ${get('limit')})`)}
      ${set('isZero', `(f64x2.eq ${get('label')} ${nothing})`)}
      ${set('weight', `(v128.load ${fixed})`)}
      ${addTo(
        'hits',
        'i64x2',
        `(v128.and ${get('weight')} ${choose(
          `(f64x2.eq ${get('label')} ${both(1)})`,
          get('isZero'),
          get('isPositive'),
        )})`,
      )}
      ${addTo('falsePositives', 'i64x2', `(v128.and ${get('weight')} (v128.and ${get('isPositive')} ${get('isZero')}))`)}
      ${set('weight', clear(get('weight'), get('isZero')))}
      ${addTo('truePositives', 'i64x2', `(v128.and ${get('weight')} ${get('isPositive')})`)}
      ${addTo('falseNegatives', 'i64x2', clear(get('weight'), get('isPositive')))}
      ${next('pairs', 'i', 'count', 2)})
    ${CELLS.map((cell, index) => `(i64.store ${slot(index)} ${bothLanes(cell)})`).join('\n    ')})`;

const single = (index: string): string => `(f32x4.demote_f64x2_zero (v128.load ${powerAt(index)}))`;
/** A float32 number plus this has a whole one in its last 23 bits. */
const WHOLE = 2 ** 23;
/** Where the weights of four rows are to be added, in bytes, by where between so many thresholds the probabilities lie: first those of positives, then of negatives. */
const bucketIndex = `
      ${set(
        'index',
        `(i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 ${single(get('i'))} ${single(
          `(i32.add ${get('i')} (i32.const 2))`,
        )})`,
      )}
      ${set('index', `(f32x4.ceil (f32x4.mul ${get('index')} ${get('number')}))`)}
      ${set('index', `(f32x4.pmax (f32x4.pmin ${get('index')} ${get('number')}) (v128.const f32x4 1 1 1 1))`)}
      ${addTo('index', 'f32x4', `(v128.and ${get('number')} (f32x4.eq ${floats(AT.labels)} ${nothing}))`)}
      ${addTo('index', 'f32x4', `(v128.const f32x4 ${`${WHOLE - 1} `.repeat(4)})`)}
      ${set('index', `(i32x4.add (v128.and ${get('index')} (i32x4.splat (i32.const ${WHOLE - 1}))) (i32x4.splat ${get('slot')}))`)}
      ${set('index', `(i32x4.shl ${get('index')} (i32.const 3))`)}`;
const LANES = [0, 1, 2, 3] as const;
/** Adds the weights to these slots. */
const buckets = `
  (func (export "buckets") (param $count i32) (param $buckets f32) (param $slot i32)
    ${locals('i32', 'i at')} ${locals('v128', 'number index')}
    ${set('number', `(f32x4.splat ${get('buckets')})`)}
    (loop $fours${bucketIndex}
      ${LANES.map(
        (lane) => `
      ${set('at', `(i32x4.extract_lane ${lane} ${get('index')})`)}
      (i64.store ${at(TOTALS, get('at'))} (i64.add (i64.load ${at(TOTALS, get('at'))}) (i64.load ${at(
        FIXED + 8 * lane,
        times(get('i'), 8),
      )})))`,
      ).join('')}
      ${next('fours', 'i', 'count', 4)}))`;
/**
 * The same of weights of 1: counts, of every other row in the upper half of a slot, or a row would wait for the one before that is of the same bucket. In
 * two loops, the second of which is short.
 */
const bucketsOfOnes = `
  (func (export "bucketsOfOnes") (param $count i32) (param $buckets f32) (param $slot i32)
    ${locals('i32', 'i at')} ${locals('v128', 'number index')}
    ${set('number', `(f32x4.splat ${get('buckets')})`)}
    (loop $indices${bucketIndex}
      (v128.store ${at(FIXED, times(get('i'), 4))} ${get('index')})
      ${next('indices', 'i', 'count', 4)})
    ${start('i')}
    (loop $fours
      ${LANES.map(
        (lane) => `
      ${set('at', `(i32.load ${at(FIXED + 4 * lane, times(get('i'), 4))})`)}
      (i32.store ${at(TOTALS + 4 * (lane % 2), get('at'))} (i32.add (i32.load ${at(
        TOTALS + 4 * (lane % 2),
        get('at'),
      )}) (i32.const 1)))`,
      ).join('')}
      ${next('fours', 'i', 'count', 4)}))`;

/** What a double takes of a sum of weights with no rounding, and what another takes of the rest. */
const LOW = 31;
/** Turns slots into doubles, which are multiples of a unit, and clears them. Returns whether there is any rest. */
const take = `
  (func (export "take") (param $slots i32) (param $unit f64) (result i32)
    ${locals('i32', 'i')} ${locals('i64', 'sum rest rests')}
    (loop $slots
      ${set('sum', `(i64.load ${at(TOTALS, times(get('i'), 8))})`)}
      (i64.store ${at(TOTALS, times(get('i'), 8))} (i64.const 0))
      ${set('rest', `(i64.and ${get('sum')} (i64.const ${2 ** LOW - 1}))`)}
      ${set('rests', `(i64.or ${get('rests')} ${get('rest')})`)}
      (f64.store ${at(PLACES.high, times(get('i'), 8))} (f64.mul ${get('unit')} (f64.convert_i64_s (i64.sub ${get('sum')} ${get('rest')}))))
      (f64.store ${at(PLACES.low, times(get('i'), 8))} (f64.mul ${get('unit')} (f64.convert_i64_s ${get('rest')})))
      ${next('slots', 'i', 'slots')})
    (i64.ne ${get('rests')} (i64.const 0)))`;

/** Turns slots of counts, of which both halves count, into doubles, and clears them; two slots at a time. */
const takeCounts = `
  (func (export "takeCounts") (param $slots i32) ${locals('i32', 'i')} ${locals('v128', 'counts')}
    (loop $slots
      ${set('counts', `(v128.load ${at(TOTALS, times(get('i'), 8))})`)}
      (v128.store ${at(TOTALS, times(get('i'), 8))} ${nothing})
      ${set('counts', `(i64x2.add (i64x2.shr_u ${get('counts')} (i32.const 32)) (v128.and ${get('counts')} (i64x2.splat (i64.const 0xffffffff))))`)}
      (v128.store ${at(PLACES.high, times(get('i'), 8))} ${sub(`(v128.or ${get('counts')} ${both(2 ** 52)})`, both(2 ** 52))})
      ${next('slots', 'i', 'slots', 2)}))`;

/** The parts of a sum of whole numbers of a unit that doubles take with no rounding, at a place and after it. */
const twoDoubles = (place: number, sum: string, unit: string): string => `
    ${set('sum', sum)}
    ${set('left', `(i64.and ${get('sum')} (i64.const ${2 ** LOW - 1}))`)}
    (f64.store offset=${place} (i32.const 0) (f64.mul ${unit} (f64.convert_i64_s (i64.sub ${get('sum')} ${get('left')}))))
    (f64.store offset=${place + 8} (i32.const 0) (f64.mul ${unit} (f64.convert_i64_s ${get('left')})))`;
/** A number of a grid whose numbers are 2^-52 of a magic one, in its last bits. */
const UNIT = 2 ** -52 / 1.5;
const GRIDS = [0, 1] as const;

/**
 * Losses, probabilities and all of their sums in one loop, where it is known that two grids take all of each product: a sum with a grid's magic number has
 * the product in whole numbers of the grid in its last bits, and whole numbers add up with no rounding. The counts of labels that are 0 or 1, and of
 * logits above 0, beside them.
 */
const walk = (name: string, isWeighted: boolean): string => {
  const product = (of: string, value: string): string => `
      ${set('rest', isWeighted ? mul(value, get('w')) : value)}
      ${set('part', add(get('rest'), get(`${of}Grid0`)))}
      ${addTo(`${of}0`, 'i64x2', get('part'))}
      ${addTo(`${of}1`, 'i64x2', add(sub(get('rest'), sub(get('part'), get(`${of}Grid0`))), get(`${of}Grid1`)))}`;
  const count = (of: string, mask: string): string =>
    isWeighted ? addTo(of, 'i64x2', `(v128.and ${get('whole')} ${mask})`) : set(of, `(i64x2.sub ${get(of)} ${mask})`);
  const quantities = ['loss', 'probability'];
  return `
  (func (export "${name}") (param $count i32) (param $lossMagic f64) (param $probabilityMagic f64) (param $magic f64)
    ${locals('i32', 'i')} ${locals('i64', 'sum left all one positive met')} ${locals(
      'v128',
      'x a k n r r2 y s q q2 q4 log isPositive isOne w whole unit rest part total ones positives truePositives',
    )}
    ${locals('v128', quantities.flatMap((of) => GRIDS.flatMap((grid) => [`${of}${grid}`, `${of}Grid${grid}`])).join(' '))}
    ${quantities
      .flatMap((of) => [
        set(`${of}Grid0`, `(f64x2.splat ${get(`${of}Magic`)})`),
        set(`${of}Grid1`, mul(get(`${of}Grid0`), both(2 ** -52))),
      ])
      .join('\n    ')}
    ${set('unit', `(f64x2.splat ${get('magic')})`)}
    (loop $powers
      ${set('a', `(f64x2.abs ${pairAt(at(AT.logits, times(get('i'), 4)))})`)}${expOfA}
      (v128.store ${powerAt(get('i'))} ${expValue})
      ${next('powers', 'i', 'count', 2)})
    ${start('i')}
    (loop $losses
      ${set('x', pairAt(at(AT.logits, times(get('i'), 4))))}
      ${set('y', `(v128.load ${powerAt(get('i'))})`)}${log1pOfUnit}
      (v128.store ${at(AT.rows, times(get('i'), 8))} ${add(
        mul(
          get('x'),
          sub(`(v128.and ${both(1)} (f64x2.gt ${get('x')} ${nothing}))`, pairAt(at(AT.labels, times(get('i'), 4)))),
        ),
        get('log'),
      )})
      ${next('losses', 'i', 'count', 2)})
    ${start('i')}
    (loop $sums
      ${set('isPositive', `(f64x2.gt ${pairAt(at(AT.logits, times(get('i'), 4)))} ${nothing})`)}
      ${
        isWeighted
          ? `${set('w', pairAt(at(AT.weights, times(get('i'), 4))))}
      ${set('whole', `(i64x2.sub ${add(get('w'), get('unit'))} ${get('unit')})`)}
      (v128.store ${fixed} ${get('whole')})
      ${addTo('total', 'i64x2', get('whole'))}`
          : ''
      }
      ${set('isOne', `(f64x2.ne ${pairAt(at(AT.labels, times(get('i'), 4)))} ${nothing})`)}
      ${count('ones', get('isOne'))}
      ${count('positives', get('isPositive'))}
      ${count('truePositives', `(v128.and ${get('isOne')} ${get('isPositive')})`)}${product(
        'loss',
        `(v128.load ${at(AT.rows, times(get('i'), 8))})`,
      )}
      ${set('y', `(v128.load ${powerAt(get('i'))})`)}
      ${set('y', div(choose(both(1), get('y'), get('isPositive')), add(both(1), get('y'))))}
      (v128.store ${powerAt(get('i'))} ${get('y')})${product('probability', get('y'))}
      ${next('sums', 'i', 'count', 2)})
    ${quantities
      .flatMap((of, mean) =>
        GRIDS.map((grid) =>
          twoDoubles(
            ENDS + 48 * mean + 16 * grid,
            `(i64.sub ${bothLanes(`${of}${grid}`)} (i64.mul (i64.extend_i32_u ${get('count')}) (i64x2.extract_lane 0 ${get(`${of}Grid${grid}`)})))`,
            `(f64.mul (f64x2.extract_lane 0 ${get(`${of}Grid${grid}`)}) (f64.const ${UNIT}))`,
          ),
        ),
      )
      .join('')}
${[
  ['all', isWeighted ? bothLanes('total') : `(i64.extend_i32_u ${get('count')})`],
  ['one', bothLanes('ones')],
  ['positive', bothLanes('positives')],
  ['met', bothLanes('truePositives')],
]
  .map(
    ([of, value]) => `
    ${set(of as string, value as string)}`,
  )
  .join('')}
    ${[
      get('all'),
      get('one'),
      `(i64.sub (i64.add ${get('all')} (i64.shl ${get('met')} (i64.const 1))) (i64.add ${get('one')} ${get('positive')}))`,
      get('met'),
      `(i64.sub ${get('positive')} ${get('met')})`,
      `(i64.sub ${get('one')} ${get('met')})`,
    ]
      .map((value, index) => `(i64.store offset=${TOTALS + 8 * index} (i32.const 0) ${value})`)
      .join('\n    ')})`;
};

/** Whether all labels are in a range. */
const within = `
  (func (export "within") (param $count i32) (param $min f32) (param $max f32) (result i32)
    ${locals('i32', 'i')} ${locals('v128', 'low high are z')}
    ${set('low', `(f32x4.splat ${get('min')})`)}
    ${set('high', `(f32x4.splat ${get('max')})`)}
    ${set('are', '(i32x4.splat (i32.const -1))')}
    (loop $fours
      ${set('z', floats(AT.labels))}
      ${set('are', `(v128.and ${get('are')} (v128.and (f32x4.ge ${get('z')} ${get('low')}) (f32x4.le ${get('z')} ${get('high')})))`)}
      ${next('fours', 'i', 'count', 4)})
    (i32x4.all_true ${get('are')}))`;

const double = (place: number): string => at(place, times(get('i'), 8));
/**
 * Adds doubles, at `powers`, to others, at `rows`, and leaves at `powers` what had to be rounded off. Returns whether that is anything but 0: 1; or 2 where a
 * term is not below a number, so that nothing of all this counts.
 */
const addEach = `
  (func (export "addEach") (param $count i32) (param $largest f64) (result i32)
    ${locals('i32', 'i')} ${locals('v128', 'term before sum gained rest left size limit')}
    ${set('limit', `(f64x2.splat ${get('largest')})`)}
    (loop $pairs
      ${set('term', `(v128.load ${double(AT.powers)})`)}
      ${set('before', `(v128.load ${double(AT.rows)})`)}
      ${set('sum', add(get('before'), get('term')))}
      ${set('gained', sub(get('sum'), get('before')))}
      ${set('rest', add(sub(get('before'), sub(get('sum'), get('gained'))), sub(get('term'), get('gained'))))}
      ${set('left', `(v128.or ${get('left')} (f64x2.ne ${get('rest')} ${nothing}))`)}
      ${set('size', `(v128.or ${get('size')} (f64x2.ge (f64x2.abs ${get('term')}) ${get('limit')}))`)}
      ${set('size', `(v128.or ${get('size')} (f64x2.ne ${get('rest')} ${get('rest')}))`)}
      (v128.store ${double(AT.powers)} ${get('rest')})
      (v128.store ${double(AT.rows)} ${get('sum')})
      ${next('pairs', 'i', 'count', 2)})
    (select (i32.const 2) (v128.any_true ${get('left')}) (v128.any_true ${get('size')})))`;

export const source = moduleOf(
  `${range}${losses}${sums('sums', 2)}${sums('finerSums', 3)}${cells}${buckets}${bucketsOfOnes}${take}${takeCounts}${walk('walkOfOnes', false)}${walk('walk', true)}${within}${addEach}`,
  BYTES,
);
