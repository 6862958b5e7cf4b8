import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers the gradients
import * as tf from '@tensorflow/tfjs-core';
import {
  bucketizedColumn,
  categoricalColumnWithHashBucket,
  categoricalColumnWithIdentity,
  categoricalColumnWithVocabularyList,
  crossedColumn,
  DNNLinearCombinedClassifier,
  embeddingColumn,
  indicatorColumn,
  LinearClassifier,
  makeParseExampleSpec,
  numericColumn,
  type Predicted,
  RunConfig,
  weightedCategoricalColumn,
} from '@tfjs-heads/estimator';
import { afterAll, expect, it } from 'vitest';
import { pythonIfMade } from '../goldens/original/python.js';

const python = pythonIfMade();
const parent = mkdtempSync(join(tmpdir(), 'examples-'));
afterAll(() => rmSync(parent, { recursive: true }));

type Value = string | number;
type Kind = 'string' | 'int32' | 'float32';

/** Features of so many rows, two values a row where it has the second; `''` and -1 are none. */
const FEATURES: Readonly<Record<string, readonly [Kind, readonly (readonly Value[])[]]>> = {
  age: ['float32', [[31], [17], [64], [0.5]]],
  city: ['string', [['oslo', ''], ['rome', 'bern'], ['', ''], ['paris', 'oslo']]], // prettier-ignore
  word: ['string', [['a', 'b'], ['cat', ''], ['dog', 'mouse'], ['', '']]], // prettier-ignore
  count: ['float32', [[1, 2], [0.5, 0], [3, 1], [0, 0]]], // prettier-ignore
  level: ['int32', [[0], [2], [7], [-1]]],
  code: ['int32', [[12], [7], [99], [7]]],
  kind: ['string', [['x'], ['y'], ['x'], ['z']]],
  size: ['int32', [[3], [-1], [3], [2147483647]]],
};

const features = (): Record<string, tf.Tensor> =>
  Object.fromEntries(
    Object.entries(FEATURES).map(([name, [dtype, rows]]) => [
      name,
      tf.tensor(rows.flat() as number[], [rows.length, (rows[0] as readonly Value[]).length], dtype),
    ]),
  );

/** A row as an example has it: what is missing is left out. */
const rowOf = (row: number): Record<string, readonly [Kind, readonly Value[]]> =>
  Object.fromEntries(
    Object.entries(FEATURES).flatMap(([name, [kind, rows]]) => {
      const isGiven = (FEATURES[name === 'count' ? 'word' : name] as (typeof FEATURES)['age'])[1][
        row
      ] as readonly Value[];
      // A feature that is crossed by its name lacks nothing.
      const isWhole = name === 'size';
      const values = (rows[row] as readonly Value[]).filter(
        (_, at) => isWhole || (isGiven[at] !== '' && isGiven[at] !== -1),
      );
      return values.length === 0 ? [] : [[name, [kind, values]] as const];
    }),
  );

const age = numericColumn('age', { defaultValue: 40 });
const city = categoricalColumnWithVocabularyList('city', { vocabularyList: ['oslo', 'rome'], numOovBuckets: 3 });
const word = categoricalColumnWithHashBucket('word', { hashBucketSize: 10 });
const level = categoricalColumnWithIdentity('level', { numBuckets: 4, defaultValue: 3 });
const code = categoricalColumnWithVocabularyList('code', { vocabularyList: [7, 12], defaultValue: 1 });
const linearFeatureColumns = [
  bucketizedColumn(age, [18, 50]),
  weightedCategoricalColumn(word, { weightFeatureKey: 'count' }),
  code,
  // Dense features by their names are crossed last, here and in an example, where all is sparse.
  crossedColumn(['kind', bucketizedColumn(age, [18, 50]), city], { hashBucketSize: 50 }),
  crossedColumn(['size', level, 'kind'], { hashBucketSize: 50, hashKey: 7 }),
];
const dnnFeatureColumns = [age, embeddingColumn(city, { dimension: 3 }), indicatorColumn(level)];
const config = new RunConfig({ log: () => undefined });

// The environment is that of `npm run goldens:original`, which makes it.
it.skipIf(python === undefined)(
  'line 69: a SavedModel takes serialised examples, with texts where the columns have them, in Python',
  async () => {
    await tf.setBackend('cpu');
    const estimator = new DNNLinearCombinedClassifier({
      linearFeatureColumns,
      dnnFeatureColumns,
      dnnHiddenUnits: [4],
      nClasses: 3,
      labelVocabulary: ['low', 'mid', 'high'],
      config,
    });
    const labels = (): tf.Tensor => tf.tensor1d(['low', 'high', 'mid', 'low']);
    await estimator.train(() => [[features(), labels()] as const], { steps: 1 });
    const example = features();
    const featureSpec = {
      ...makeParseExampleSpec([...linearFeatureColumns, ...dnnFeatureColumns]),
      size: { kind: 'varLen', dtype: 'int32' } as const,
    };
    const folder = await estimator.exportSavedModel(parent, { example, featureSpec });
    const expected: Predicted[] = [];
    for await (const row of estimator.predict(() => [features()])) expected.push(row);
    estimator.dispose();
    tf.dispose(example);

    const three = { ...rowOf(0), city: ['string', ['oslo', 'rome', 'bern']] as const };
    const { stdout, stderr, status } = spawnSync(
      python as string,
      [join(import.meta.dirname, 'examples_by_python.py')],
      {
        input: JSON.stringify({ folder, rows: [0, 1, 2, 3].map(rowOf), refused: [three] }),
        encoding: 'utf8',
        env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', TF_CPP_MIN_LOG_LEVEL: '3' },
      },
    );
    expect(status, stderr).toBe(0);
    const { answers, methods, refused } = JSON.parse(stdout) as {
      answers: Record<string, { input: string; outputs: Record<string, Value[]> }>;
      methods: Record<string, string>;
      refused: string[];
    };
    expect(methods).toEqual({
      serving_default: 'tensorflow/serving/classify',
      classification: 'tensorflow/serving/classify',
      predict: 'tensorflow/serving/predict',
    });
    expect(Object.fromEntries(Object.entries(answers).map(([name, { input }]) => [name, input]))).toEqual({
      serving_default: 'inputs',
      classification: 'inputs',
      predict: 'examples',
    });
    const { outputs } = answers['predict'] as { outputs: Record<string, Value[]> };
    expect(Object.keys(outputs).toSorted()).toEqual(Object.keys(expected[0] ?? {}).toSorted());
    for (const [name, values] of Object.entries(outputs)) {
      const wanted = expected.flatMap((row) => row[name] as Value[]);
      values.forEach((value, at) => {
        if (typeof value === 'string') expect(value, name).toBe(wanted[at]);
        else expect(value, name).toBeCloseTo(wanted[at] as number, 5);
      });
      expect(values).toHaveLength(wanted.length);
    }
    expect(refused).toEqual([expect.stringMatching(/out of bounds/) as string]);
  },
);

it('line 80: a spec of examples names the features of columns, once each', () => {
  expect(makeParseExampleSpec([...linearFeatureColumns, ...dnnFeatureColumns])).toEqual({
    age: { kind: 'fixedLen', shape: [1], dtype: 'float32', defaultValue: 40 },
    city: { kind: 'varLen', dtype: 'string' },
    code: { kind: 'varLen', dtype: 'int32' },
    count: { kind: 'varLen', dtype: 'float32' },
    kind: { kind: 'varLen', dtype: 'string' },
    level: { kind: 'varLen', dtype: 'int32' },
    size: { kind: 'varLen', dtype: 'string' },
    word: { kind: 'varLen', dtype: 'string' },
  });
  expect(() => makeParseExampleSpec([city, numericColumn('city')])).toThrow(/Duplicate|different parse_spec/);
  expect(() => makeParseExampleSpec([numericColumn('age'), bucketizedColumn(age, [1])])).toThrow(
    /different parse_spec for key .*age/,
  );
});

it.each([
  [
    'size_X_word',
    () => crossedColumn(['size', 'word'], { hashBucketSize: 5 }),
    /'size' of the dtype .* int32, got string/,
  ],
  [
    'a bucket of what a function makes',
    () => {
      const doubled = numericColumn('age', { defaultValue: 40, normalizerFn: (x) => tf.mul(x, 2) });
      return crossedColumn(['word', bucketizedColumn(doubled, [70])], { hashBucketSize: 5 });
    },
    /'age_bucketized' without a normalizerFn/,
  ],
  [
    'a long key',
    () => crossedColumn(['word', level], { hashBucketSize: 5, hashKey: 2n ** 60n }),
    /a hashKey of at most/,
  ],
])('line 80: a cross that a graph cannot make is refused in an export: %s', async (_, make, says) => {
  await tf.setBackend('cpu');
  const crossed = make();
  const estimator = new LinearClassifier({ featureColumns: [crossed], config });
  const given = (): Record<string, tf.Tensor> => {
    const { age: years, size, level: levels, word: words } = features() as Record<string, tf.Tensor>;
    return { age: years, size, level: levels, word: words } as Record<string, tf.Tensor>;
  };
  await estimator.train(() => [[given(), tf.tensor2d([[0], [1], [1], [0]])] as const], { steps: 1 });
  const made = estimator.exportSavedModel(parent, { example: given(), featureSpec: makeParseExampleSpec([crossed]) });
  await expect(made).rejects.toMatchObject({
    code: 'EXPORT_UNSUPPORTED',
    message: expect.stringMatching(says) as string,
  });
  estimator.dispose();
});
