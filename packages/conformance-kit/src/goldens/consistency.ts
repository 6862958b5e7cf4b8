import { WEIGHT } from '../batch.js';
import { optimizerSettings, sizeOf, type OptimizerName } from '@tfjs-heads/reference';
import type { Problem } from '../validate.js';
import type {
  GoldenBatch,
  GoldenCase,
  GoldenEvaluation,
  GoldenFile,
  GoldenTensor,
  GoldenTraining,
  GoldenValues,
} from './format.js';

/** Numbers are written out or drawn, and as many as the shape has. */
export function* problemsOfTensor({ shape, values, draw }: GoldenTensor): Generator<Problem> {
  if ((values === undefined) === (draw === undefined))
    yield [[], `expected either values or a draw, got ${values === undefined ? 'neither' : 'both'}`];
  const size = sizeOf(shape);
  if (values !== undefined && values.length !== size) {
    yield [['values'], `expected ${size} values for the shape [${shape.join()}], got ${values.length}`];
  }
}

export function* problemsOfCase(one: GoldenCase): Generator<Problem> {
  yield* problemsOfBatch(one);
  yield* problemsOfWeightColumn(one.options, [one]);
  const size = sizeOf(one.logits.shape);
  yield* within(['loss'], problemsOfValues(one.loss, 1));
  yield* within(['gradient'], problemsOfValues(one.gradient, size));
  for (const [key, values] of Object.entries(one.predictions))
    yield* within(['predictions', key], problemsOfValues(values, size));
  yield* problemsOfMetrics(one.metrics);
}

export function* problemsOfEvaluation({ options, batches, metrics }: GoldenEvaluation): Generator<Problem> {
  for (const [i, batch] of batches.entries()) yield* within(['batches', i], problemsOfBatch(batch));
  yield* problemsOfWeightColumn(options, batches);
  yield* problemsOfMetrics(metrics);
}

export function* problemsOfTraining({
  inputs,
  start,
  losses,
  end,
  steps,
  optimizer,
  options,
  ...batch
}: GoldenTraining): Generator<Problem> {
  for (const [place, message] of problemsOfBatch({ ...batch, logits: inputs }))
    yield [place.map((key) => (key === 'logits' ? 'inputs' : key)), message];
  yield* problemsOfWeightColumn(options, [batch]);
  const known = optimizerSettings[optimizer.name as OptimizerName];
  const given = Object.keys(optimizer.settings);
  if (given.length !== known.length || known.some((name) => !given.includes(name))) {
    yield [
      ['optimizer', 'settings'],
      `expected all of ${known.join(', ')} and no others, got ${given.join(', ') || 'none'}`,
    ];
  }
  const [width, hidden, outputs] = [inputs.shape.at(-1), start[1]?.shape[0], start[3]?.shape[0]];
  const shapes = [[width, hidden], [hidden], [hidden, outputs], [outputs]];
  const got = start.map(({ shape }) => shape);
  if (JSON.stringify(got) !== JSON.stringify(shapes)) {
    yield [
      ['start'],
      `expected the shapes [inputs,hidden], [hidden], [hidden,logits], [logits], got ${got.map((shape) => `[${shape.join()}]`).join(', ') || 'none'}`,
    ];
    return;
  }
  yield* within(['losses'], problemsOfValues(losses, steps));
  if (end.length !== start.length) yield [['end'], `expected ${start.length} variables as in start, got ${end.length}`];
  for (const [i, values] of end.entries())
    yield* within(['end', i], problemsOfValues(values, sizeOf(start[i]?.shape ?? [])));
}

/** Something is compared, and exports hold predictions that there are. */
export function* problemsOfFile({ cases, evaluations, trainings, exports = {} }: GoldenFile): Generator<Problem> {
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

function* problemsOfMetrics(metrics: GoldenCase['metrics']): Generator<Problem> {
  for (const [key, values] of Object.entries(metrics)) yield* within(['metrics', key], problemsOfValues(values, 1));
}

/** As many values as are compared, at places that there are. */
function* problemsOfValues({ values, at, scale }: GoldenValues, size: number): Generator<Problem> {
  const count = values.length;
  if (count === 0) return yield [['values'], 'expected at least one value: nothing would be compared'];
  if (at === undefined && count !== size) yield [['values'], `expected ${size} values, got ${count}`];
  if (at !== undefined && at.length !== count)
    yield [['at'], `expected an index for each of ${count} values, got ${at.length}`];
  const bad = at?.findIndex((index, i) => index >= size || index <= (at[i - 1] ?? -1)) ?? -1;
  if (bad !== -1) yield [['at', bad], `expected indices below ${size} that ascend, got ${at?.[bad]}`];
  if (typeof scale !== 'number' && scale.length !== count)
    yield [['scale'], `expected one for all or one for each of ${count} values, got ${scale.length}`];
}

/** All of a batch has the same rows. */
function* problemsOfBatch({ logits, labels, weights, features = {} }: GoldenBatch): Generator<Problem> {
  const [rows] = logits.shape;
  if (logits.shape.length < 2) yield [['logits', 'shape'], `expected [D0, .., DN, K], got [${logits.shape.join()}]`];
  for (const [name, tensor] of Object.entries({ labels, ...(weights && { weights }) })) {
    if (tensor.shape[0] !== rows)
      yield [[name, 'shape'], `expected ${rows} rows as there are logits, got [${tensor.shape.join()}]`];
  }
  if (WEIGHT in features)
    yield [['features', WEIGHT], `expected other features than the weights, which stand in 'weights'`];
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
