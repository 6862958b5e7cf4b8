import { mapped, partsOf, WEIGHT, type PerHead } from '../batch.js';
import { optimizerSettings, sizeOf, type OptimizerName } from '@tfjs-heads/reference';
import type { Problem } from '../validate.js';
import type {
  GoldenBatch,
  GoldenCase,
  GoldenEvaluation,
  GoldenFile,
  GoldenLabels,
  GoldenTraining,
  GoldenValues,
} from './format.js';

/** What may be drawn for a dtype that not all numbers are of. */
const drawnAs: Readonly<Record<'int32' | 'bool', readonly string[]>> = {
  int32: ['count', 'binary', 'class'],
  bool: ['binary'],
};

/** Numbers are written out or drawn, and as many as the shape has; of sparse labels as many as there are places. */
export function* problemsOfTensor({ shape, indices, ...given }: GoldenLabels): Generator<Problem> {
  const { values, draw } = { draw: undefined, ...given };
  if (draw !== undefined && indices !== undefined)
    yield [['draw'], 'expected values at the indices, got a draw, which has a value at each place'];
  if (draw?.classes !== undefined && draw.kind !== 'class')
    yield [['draw', 'classes'], `expected a number of classes for the kind 'class' alone, got it for '${draw.kind}'`];
  if (given.dtype === 'int32' || given.dtype === 'bool') {
    if (draw !== undefined && !drawnAs[given.dtype].includes(draw.kind))
      yield [['draw', 'kind'], `expected ${drawnAs[given.dtype].join(' or ')} for ${given.dtype}, got ${draw.kind}`];
    const fits = (value: unknown): boolean =>
      given.dtype === 'bool' ? value === 0 || value === 1 : typeof value === 'number' && (value | 0) === value;
    const bad = values?.findIndex((value) => !fits(value)) ?? -1;
    if (bad !== -1) yield [['values', bad], `expected ${given.dtype}, got ${String(values?.[bad])}`];
  }
  if ((values === undefined) === (draw === undefined))
    yield [[], `expected either values or a draw, got ${values === undefined ? 'neither' : 'both'}`];
  if (values === undefined) return;
  if (indices === undefined) {
    if (values.length !== sizeOf(shape))
      yield [['values'], `expected ${sizeOf(shape)} values for the shape [${shape.join()}], got ${values.length}`];
    return;
  }
  if (values.length !== indices.length)
    yield [['values'], `expected a value at each of ${indices.length} indices, got ${values.length}`];
  const isBefore = (index: readonly number[], next: readonly number[]): boolean => {
    const axis = index.findIndex((at, i) => at !== next[i]);
    return axis !== -1 && (index[axis] as number) < (next[axis] as number);
  };
  const bad = indices.findIndex((index, i) => {
    const last = indices[i - 1];
    return (
      index.length !== shape.length ||
      index.some((at, axis) => at >= (shape[axis] as number)) ||
      (last !== undefined && !isBefore(last, index))
    );
  });
  if (bad !== -1)
    yield [
      ['indices', bad],
      `expected places in the shape [${shape.join()}] that ascend, got [${indices[bad]?.join()}]`,
    ];
}

export function* problemsOfCase(golden: GoldenCase): Generator<Problem> {
  yield* problemsOfBatch(golden);
  yield* problemsOfWeightColumn(golden.options, [golden]);
  yield* within(['loss'], problemsOfValues(golden.loss, 1));
  const gradients = new Map(partsOfValues(golden.gradient));
  yield* sameHeads('gradient', [...gradients.keys()], golden.logits);
  for (const [name, { shape }] of partsOf(golden.logits)) {
    const gradient = gradients.get(name);
    if (gradient !== undefined) yield* within(placeOf('gradient', name), problemsOfValues(gradient, sizeOf(shape)));
  }
  const rows = rowsIn(golden);
  for (const [key, values] of Object.entries(golden.predictions)) {
    yield* within(['predictions', key], problemsOfValues({ scale: 0, k: 0, ...values }, sizeOf(values.shape)));
    if (values.shape[0] !== rows)
      yield [['predictions', key, 'shape'], `expected ${rows} rows as there are logits, got [${values.shape.join()}]`];
  }
  yield* problemsOfMetrics(golden.metrics);
}

/** Values of one head, or of each by its name. */
function partsOfValues(given: PerHead<GoldenValues>): [string, GoldenValues][] {
  return Array.isArray(given.values)
    ? [['', given as GoldenValues]]
    : Object.entries(given as Readonly<Record<string, GoldenValues>>);
}

export function* problemsOfEvaluation({ options, batches, metrics }: GoldenEvaluation): Generator<Problem> {
  for (const [i, batch] of batches.entries()) yield* within(['batches', i], problemsOfBatch(batch));
  yield* problemsOfWeightColumn(options, batches);
  yield* problemsOfMetrics(metrics);
}

export function* problemsOfTraining({
  inputs,
  heads,
  start,
  losses,
  end,
  steps,
  optimizer,
  options,
  ...batch
}: GoldenTraining): Generator<Problem> {
  const logits = heads === undefined ? inputs : mapped(heads, () => inputs);
  for (const [place, message] of problemsOfBatch({ ...batch, logits }))
    yield [place[0] === 'logits' ? ['inputs'] : place, message];
  yield* problemsOfWeightColumn(options, [batch]);
  const known = optimizerSettings[optimizer.name as OptimizerName];
  const given = Object.keys(optimizer.settings);
  if (given.length !== known.length || known.some((name) => !given.includes(name))) {
    yield [
      ['optimizer', 'settings'],
      `expected all of ${known.join(', ')} and no others, got ${given.join(', ') || 'none'}`,
    ];
  }
  const [size, hidden, outputs] = [inputs.shape.at(-1), start[1]?.shape[0], start[3]?.shape[0]];
  const shapes = [[size, hidden], [hidden], [hidden, outputs], [outputs]];
  const got = start.map(({ shape }) => shape);
  if (JSON.stringify(got) !== JSON.stringify(shapes)) {
    yield [
      ['start'],
      `expected the shapes [inputs,hidden], [hidden], [hidden,logits], [logits], got ${got.map((shape) => `[${shape.join()}]`).join(', ') || 'none'}`,
    ];
    return;
  }
  const width = Object.values(heads ?? {}).reduce((sum, k) => sum + k, 0);
  if (heads !== undefined && width !== outputs) yield [['heads'], `expected ${outputs} logits together, got ${width}`];
  yield* within(['losses'], problemsOfValues(losses, steps));
  if (end.length !== start.length) yield [['end'], `expected ${start.length} variables as in start, got ${end.length}`];
  for (const [i, values] of end.entries())
    yield* within(['end', i], problemsOfValues(values, sizeOf(start[i]?.shape ?? [])));
}

/** Something is compared, and exports hold predictions that there are. */
export function* problemsOfFile({
  heads,
  cases,
  evaluations,
  trainings,
  exports = {},
}: GoldenFile): Generator<Problem> {
  for (const [place, batch] of batchesIn({ cases, evaluations, trainings }))
    yield* within(place, problemsOfNames(batch, heads));
  if (cases.length + evaluations.length + trainings.length === 0)
    yield [[], 'expected a case, an evaluation or a training, got none: nothing would be compared'];
  const predicted = cases.map(({ predictions }) => Object.keys(predictions)).filter((keys) => keys.length > 0);
  for (const [key, { outputs }] of Object.entries(exports)) {
    for (const [output, prediction] of Object.entries(outputs)) {
      if (predicted.every((keys) => keys.includes(prediction))) continue;
      yield [
        ['exports', key, 'outputs', output],
        `expected the key of a prediction that each case has, got '${prediction}'`,
      ];
    }
  }
}

type Parts = Pick<GoldenBatch, 'logits' | 'labels'>;

/** All batches of a file with the places of what they are in. */
function* batchesIn({
  cases,
  evaluations,
  trainings,
}: Pick<GoldenFile, 'cases' | 'evaluations' | 'trainings'>): Generator<[Problem[0], Parts]> {
  for (const [i, golden] of cases.entries()) yield [['cases', i], golden];
  for (const [i, { batches }] of evaluations.entries())
    for (const [j, batch] of batches.entries()) yield [['evaluations', i, 'batches', j], batch];
  for (const [i, { labels, inputs, heads }] of trainings.entries())
    yield [['trainings', i], { labels, logits: heads === undefined ? inputs : mapped(heads, () => inputs) }];
}

/** Whether the logits are one tensor, and the labels a map by the heads that it is parted among. */
function isParted({ logits, labels }: Parts): boolean {
  return namesIn(logits).join() === '' && namesIn(labels).join() !== '';
}

/** Maps are by the names of the heads, if the file says which there are. */
function* problemsOfNames(batch: Parts, heads: GoldenFile['heads']): Generator<Problem> {
  if (heads === undefined)
    return isParted(batch) ? yield* sameHeads('labels', namesIn(batch.labels), batch.logits) : undefined;
  const expected = heads.map(({ options }) => String(options['name']));
  for (const key of ['logits', 'labels'] as const) {
    const got = namesIn(batch[key]);
    if (got.join() !== '' && got.toSorted().join() !== expected.toSorted().join())
      yield [[key], `expected those of the heads ${expected.join(', ') || 'none'}, got those of ${got.join(', ')}`];
  }
}

function namesIn(given: PerHead<object>): string[] {
  return partsOf<object>(given).map(([name]) => name);
}

function* problemsOfMetrics(metrics: GoldenCase['metrics']): Generator<Problem> {
  for (const [key, values] of Object.entries(metrics)) yield* within(['metrics', key], problemsOfValues(values, 1));
}

/** The rounding unit, and the share of the largest value, or of 1, that an error may come to: as much as the largest k allows. */
const [FLOAT32_UNIT, LARGEST_SHARE] = [2 ** -24, 2 ** -4];

/** As many values as are compared, at places that there are. */
function* problemsOfValues(
  { values, at, scale, k }: Pick<GoldenValues, 'at' | 'scale' | 'k'> & { readonly values: readonly unknown[] },
  size: number,
): Generator<Problem> {
  const count = values.length;
  if (count === 0) return yield [['values'], 'expected at least one value: nothing would be compared'];
  if (at === undefined && count !== size) yield [['values'], `expected ${size} values, got ${count}`];
  if (at !== undefined && at.length !== count)
    yield [['at'], `expected an index for each of ${count} values, got ${at.length}`];
  const bad = at?.findIndex((index, i) => index >= size || index <= (at[i - 1] ?? -1)) ?? -1;
  if (bad !== -1) yield [['at', bad], `expected indices below ${size} that ascend, got ${at?.[bad]}`];
  if (typeof scale !== 'number' && scale.length !== count)
    yield [['scale'], `expected one for all or one for each of ${count} values, got ${scale.length}`];
  const greatest = Math.max(1, ...values.map((value) => (typeof value === 'number' ? Math.abs(value) : 0)));
  const allowed = k * FLOAT32_UNIT * Math.max(...[scale].flat());
  if (allowed > LARGEST_SHARE * greatest)
    yield [
      ['scale'],
      `expected one that allows an error below ${LARGEST_SHARE * greatest}, got ${allowed}: nothing would be compared`,
    ];
}

/** All of a batch has the same rows, and there are labels for all logits. */
function* problemsOfBatch({ logits, labels, weights, features = {} }: GoldenBatch): Generator<Problem> {
  const rows = rowsIn({ logits });
  for (const [name, { shape }] of partsOf(logits)) {
    if (shape.length < 2)
      yield [[...placeOf('logits', name), 'shape'], `expected [D0, .., DN, K], got [${shape.join()}]`];
  }
  // One tensor of logits goes with a map of labels where a head of heads parts it, which the file says.
  if (!isParted({ logits, labels })) yield* sameHeads('labels', namesIn(labels), logits);
  const others = [
    ...partsOf(logits)
      .slice(1)
      .map(([name, part]) => [placeOf('logits', name), part] as const),
    ...partsOf(labels).map(([name, part]) => [placeOf('labels', name), part] as const),
  ];
  const given = [
    ...others,
    ...(weights ? [[['weights'], weights] as const] : []),
    ...Object.entries(features).map(([name, feature]) => [['features', name], feature] as const),
  ];
  for (const [place, { shape }] of given) {
    if (shape[0] !== rows)
      yield [[...place, 'shape'], `expected ${rows} rows as there are logits, got [${shape.join()}]`];
  }
  if (WEIGHT in features)
    yield [['features', WEIGHT], `expected other features than the weights, which stand in 'weights'`];
}

function rowsIn({ logits }: Pick<GoldenBatch, 'logits'>): number | undefined {
  return partsOf(logits)[0]?.[1].shape[0];
}

/** Where the part of a head stands. */
function placeOf(key: string, name: string): string[] {
  return name === '' ? [key] : [key, name];
}

/** What there is for each head there is for those that have logits. */
function* sameHeads(key: string, names: readonly string[], logits: GoldenBatch['logits']): Generator<Problem> {
  const expected = partsOf(logits).map(([name]) => name);
  const list = (heads: readonly string[]): string =>
    heads.join() === '' ? 'one for all' : `those of ${heads.join(', ')}`;
  if (names.toSorted().join() !== expected.toSorted().join())
    yield [[key], `expected ${list(expected)} as logits are, got ${list(names)}`];
}

/** A head that weighs finds its weights. */
function* problemsOfWeightColumn(
  { weightColumn }: GoldenCase['options'],
  batches: readonly Pick<GoldenBatch, 'weights' | 'features'>[],
): Generator<Problem> {
  if (weightColumn === undefined) return;
  const has = ({ weights, features = {} }: Pick<GoldenBatch, 'weights' | 'features'>): boolean =>
    weightColumn === WEIGHT ? weights !== undefined : String(weightColumn) in features;
  if (!batches.every(has))
    yield [
      ['options', 'weightColumn'],
      `expected the feature '${WEIGHT}' with weights in each batch, got '${String(weightColumn)}'`,
    ];
}

function* within(place: Problem[0], problems: Iterable<Problem>): Generator<Problem> {
  for (const [inner, message] of problems) yield [[...place, ...inner], message];
}
