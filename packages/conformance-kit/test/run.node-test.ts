import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // the gradients
import {
  engine,
  getBackend,
  memory,
  scalar,
  setBackend,
  square,
  tensor,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Check } from '../src/checks/check.js';
import {
  type BackendRecord,
  type CaseResult,
  type Expectation,
  isGood,
  parseQueries,
  queryOf,
  runCases,
  suiteOf,
  tallyOf,
} from '../src/index.js';

const never = new Promise<never>(() => undefined);
const elapsed = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, milliseconds));

/** Checks that do what checks do, and what they should not. */
const toys = vi.hoisted(() => ({ checks: {} as Record<string, Check> }));
vi.mock('../src/checks/law/index.js', () => ({ lawChecks: toys.checks }));
for (const family of ['op', 'golden', 'parity', 'training'])
  vi.doMock(`../src/checks/${family}/index.js`, () => ({ [`${family}Checks`]: {} }));

const toy = (does: Check['run'], more: Partial<Check> = {}): Check => ({
  states: 'A toy.',
  cases: () => [{}],
  run: does,
  ...more,
});
Object.assign(toys.checks, {
  right: toy(({ judge }) => judge.near('x', [1 + 2 ** -21], [1], { k: 16 })),
  wrong: toy(({ judge }) => judge.near('x', [NaN, 2], [1, -Infinity], { k: 16 })),
  'throws-text': toy(() => {
    throw 'text';
  }),
  rejects: toy(() => Promise.reject(new Error(''))),
  needy: toy(() => expect.unreachable(), { needs: ['device-memory'] }),
  'two-cases': toy(({ judge }, { n }) => judge.equal('n', n, 1), { cases: () => [{ n: 1 }, { n: 2 }] }),
  litters: toy(async () => {
    variable(tensor([1]));
    engine().startScope();
    tensor([2]);
    await Promise.resolve();
    tensor([3]);
  }),
  'fails-under-a-tape': toy(() => {
    const x = variable(tensor([1]));
    variableGrads(() => {
      engine().startScope();
      square(x);
      throw new Error('under the tape');
    });
  }),
  hangs: toy(() => never),
  'hangs-on-the-reference': toy(({ onReference }) => onReference(() => never)),
  'is-on-the-reference-late': toy(async ({ onReference }) => {
    await elapsed(250);
    await onReference(() => never);
  }),
  'fails-on-the-reference': toy(({ onReference }) =>
    onReference(() => Promise.reject(new Error(`on ${getBackend()}`))),
  ),
  'knows-its-backend': toy(async ({ judge, backend }) => {
    judge.equal('the backend', getBackend(), backend.name);
    await elapsed(100);
    judge.equal('the backend after a while', getBackend(), backend.name);
  }),
  trains: toy(async ({ judge }) => {
    const x = variable(scalar(3));
    const { value } = variableGrads(() => square(x) as Scalar);
    judge.same('the square', await value.data(), [9]);
  }),
});

const record: BackendRecord = {
  name: 'cpu',
  environment: 'node',
  unit: 2 ** -24,
  capabilities: ['float32'],
  versions: {},
  reportedFloatPrecision: 32,
  epsilon: 1e-7,
  runsOn: 'Node',
  repairs: [],
};

beforeAll(() => setBackend('cpu'));

/** Runs toy checks. */
async function run(
  checks: readonly string[],
  options: { expectations?: Expectation[]; timeLimit?: number } = {},
): Promise<CaseResult[]> {
  const suite = await suiteOf({
    Toy: {
      create: () => {
        throw new Error('No toy check needs a head.');
      },
    },
  });
  const cases = checks.flatMap((check) => suite.cases.filter(parseQueries([`Toy:law:${check}`])));
  const results: CaseResult[] = [];
  for await (const result of runCases({ suite, cases, backend: record, expectations: [], ...options }))
    results.push(result);
  return results;
}

const expected = (check: string): Expectation => ({ query: `*:law:${check}`, reason: 'known', upstream: null });

describe('a case', () => {
  it('passes, and says how close it was', async () => {
    const [result] = await run(['right']);
    expect(result).toMatchObject({
      query: 'Toy:law:right',
      subject: 'Toy',
      family: 'law',
      check: 'right',
      parameters: {},
      status: 'pass',
    });
    expect(result?.closest).toMatchObject({ what: 'x', index: 0, used: 0.5 });
    expect(result).not.toHaveProperty('message');
    expect(result).not.toHaveProperty('expected');
  });

  it('fails with the reason, in plain JSON', async () => {
    const [result] = await run(['wrong']);
    expect(result).toMatchObject({ status: 'fail', closest: { actual: 'NaN', expected: 1, used: 'Infinity' } });
    expect(result?.message).toContain('x[0]: got NaN, expected 1');
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  it('fails whatever is thrown', async () => {
    const [text, nothing] = await run(['throws-text', 'rejects']);
    expect(text).toMatchObject({ status: 'fail', message: 'text' });
    expect(nothing?.status).toBe('fail');
  });

  it('says where, if no check threw it', async () => {
    const [thrown, found] = await run(['rejects', 'wrong']);
    expect(thrown).toMatchObject({ message: 'Error', place: { file: import.meta.filename } });
    expect(found).not.toHaveProperty('place');
  });

  it('has the parameters of its name', async () => {
    const results = await run(['two-cases']);
    expect(results.map(queryOf)).toEqual(['Toy:law:two-cases:n=1', 'Toy:law:two-cases:n=2']);
    expect(results.map(({ status }) => status)).toEqual(['pass', 'fail']);
  });
});

describe('what is expected', () => {
  it('makes a failure xfail, with the reason kept', async () => {
    const [result] = await run(['wrong'], { expectations: [expected('wrong')] });
    expect(result).toMatchObject({ status: 'xfail', expected: { reason: 'known', upstream: null } });
    expect(result?.message).toContain('got NaN');
  });

  it('makes a pass xpass, which fails the run', async () => {
    const [result] = await run(['right'], { expectations: [expected('right')] });
    expect(result).toMatchObject({ status: 'xpass', message: expect.stringContaining('remove the expectation') });
  });

  it('does not make a case run whose backend lacks something', async () => {
    for (const expectations of [[], [expected('needy')]]) {
      const [result] = await run(['needy'], { expectations });
      expect(result).toMatchObject({ status: 'skip', message: 'cpu lacks device-memory', milliseconds: 0 });
    }
  });
});

describe('a run', () => {
  const of = (...cases: readonly Pick<CaseResult, 'status'>[]): { cases: typeof cases }[] => [{ cases }];
  const unavailable = { unavailable: 'no', cases: [] };

  it('counts', () => {
    const runs = [...of({ status: 'pass' }, { status: 'skip' }, { status: 'pass' }), unavailable];
    expect(tallyOf(runs)).toEqual({ pass: 2, fail: 0, xfail: 0, xpass: 0, skip: 1, unavailable: 1 });
  });

  it('is good where something passed, nothing failed and nothing is missing', () => {
    const good = (...runs: Parameters<typeof tallyOf>[0][number][]): boolean => isGood({ runs, problems: [] });
    expect(good(...of({ status: 'pass' }, { status: 'xfail' }, { status: 'skip' }))).toBe(true);
    for (const status of ['fail', 'xpass'] as const) expect(good(...of({ status: 'pass' }, { status }))).toBe(false);
    for (const status of ['skip', 'xfail'] as const) expect(good(...of({ status }))).toBe(false);
    expect(good()).toBe(false);
    expect(good(unavailable)).toBe(false);
    expect(isGood({ runs: of({ status: 'pass' }), problems: ['cpu: there are no results of shard 2/2'] })).toBe(false);
  });
});

describe('an expectation that goes with a lack', () => {
  const lacking = 'nan';

  it('leaves a pass a pass', async () => {
    expect(await run(['right'], { expectations: [{ ...expected('right'), lacking }] })).toMatchObject([
      { status: 'pass' },
    ]);
  });

  it('excuses a failure', async () => {
    expect(await run(['wrong'], { expectations: [{ ...expected('wrong'), lacking }] })).toMatchObject([
      { status: 'xfail' },
    ]);
    expect(await run(['wrong'], { expectations: [{ ...expected('wrong'), lacking: 'float32' }] })).toMatchObject([
      { status: 'fail' },
    ]);
  });
});

describe('nothing stays behind', () => {
  it.each(['litters', 'fails-under-a-tape', 'hangs'])('of a check that %s', async (check) => {
    const held = (): unknown => {
      const { scopeStack, registeredVariables } = engine().state;
      return {
        numTensors: memory().numTensors,
        scopes: scopeStack.length,
        variables: Object.keys(registeredVariables),
      };
    };
    const before = held();
    const [, after] = await run([check, 'trains'], { timeLimit: 50 });
    expect(after).toMatchObject({ status: 'pass' }); // gradients work again
    expect(held()).toEqual(before);
  });

  it('of a check that takes too long, which fails', async () => {
    expect(await run(['hangs'], { timeLimit: 50 })).toMatchObject([
      { status: 'fail', message: 'It took longer than 0.05 s.' },
    ]);
  });

  it.each([
    { check: 'hangs-on-the-reference', message: 'It took longer than 0.2 s.' },
    { check: 'is-on-the-reference-late', message: 'It took longer than 0.2 s.' },
    { check: 'fails-on-the-reference', message: expect.stringContaining('on conformance-reference') as string },
  ])('of a check that $check: the next one is on the backend under test', async ({ check, message }) => {
    const [first, second] = await run([check, 'knows-its-backend'], { timeLimit: 200 });
    expect(first).toMatchObject({ status: 'fail', message });
    expect(second).toMatchObject({ status: 'pass' });
  });
});
