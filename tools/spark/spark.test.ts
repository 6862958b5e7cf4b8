import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sparkIfMade } from './python.js';

const spark = sparkIfMade();

/** What `cases.py` prints. */
interface Cases {
  readonly rows: number;
  readonly retried: boolean;
  readonly killed: boolean;
  readonly empty: number;
  readonly text: boolean;
  readonly twice: number;
  readonly predicted: readonly (readonly [distance: number, classId: number, ...probabilities: number[]])[];
  readonly dies: string;
  readonly broken: string;
  readonly malformed: string;
  readonly unlike: string;
}

describe.skipIf('reason' in spark)(`on Spark${'reason' in spark ? ` (${spark.reason})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'heads-spark-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  let cases: Cases;

  beforeAll(() => {
    const { python } = spark as { python: string };
    const { stdout, stderr, status } = spawnSync(python, [join(import.meta.dirname, 'cases.py'), folder], {
      encoding: 'utf8',
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
      maxBuffer: 2 ** 30,
    });
    expect(status, stderr.slice(-4000)).toBe(0);
    cases = JSON.parse(stdout.trim().split('\n').at(-1) as string) as Cases;
  });

  it('a task that is retried, a process that is killed and empty partitions change nothing', () => {
    expect(cases).toMatchObject({ rows: 4000, retried: true, killed: true, empty: 3, text: true, twice: 4000 });
  });

  it('each row has its own prediction', () => {
    expect(cases.predicted).toHaveLength(4000);
    for (const [distance, classId, no, yes] of cases.predicted) {
      const expected = 1 / (1 + Math.exp(1.5 - distance / 2048));
      expect(yes).toBeCloseTo(expected, 6);
      expect(no).toBeCloseTo(1 - expected, 6);
      expect(classId).toBe(Number(expected > 0.5));
    }
  });

  it('what cannot be counted fails the job, and says why', () => {
    expect(cases.dies).toContain('tfjs-heads ended with -9');
    expect(cases.broken).toMatch(/MODEL_MODULE_INVALID: .*no such weights/);
    expect(cases.malformed).toMatch(/INPUT_INVALID: .*'delay' of row \d+ must be a number, got null/);
    expect(cases.unlike).toMatch(/METRIC_STATE_INVALID: .*a state of the model/);
  });
});
