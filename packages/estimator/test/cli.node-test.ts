import { fileURLToPath } from 'node:url';
import { tableFromIPC } from 'apache-arrow';
import { execa } from 'execa';
import { binaryClassMetrics } from '@tfjs-heads/reference';
import { describe, expect, it } from 'vitest';
import { asArrow, asJsonl, asTsv, drawRows, type Row } from './rows.js';

const command = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const model = fileURLToPath(new URL('fixtures/rows-model.mjs', import.meta.url));

interface Ran {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes: Uint8Array;
}

/** Runs the command, as it was built. */
async function run(
  args: readonly string[],
  input: string | Uint8Array,
  env: Record<string, string> = {},
): Promise<Ran> {
  const { exitCode, stdout, stderr } = await execa('node', [command, ...args], {
    input,
    env,
    reject: false,
    encoding: 'buffer',
    stripFinalNewline: false,
  });
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { exitCode, stdout: text(stdout), stderr: text(stderr), bytes: stdout };
}

/** Runs it, which must go well. */
async function output(args: readonly string[], input: string | Uint8Array): Promise<string> {
  const { exitCode, stdout, stderr } = await run(args, input);
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

const rows = drawRows(5000);
/** As text so many that workers get several parts of them. */
const manyRows = Array.from({ length: 5 }, () => rows).flat();
const evaluate = ['evaluate', model, '--quiet', '--format'];

describe('evaluate', () => {
  it('prints one line, the same however the rows come and are cut, and nothing else of anybody', async () => {
    const [first, ...others] = await Promise.all([
      output([...evaluate, 'arrow', '--state'], asArrow(rows)),
      output([...evaluate, 'arrow', '--state', '--batch-size', '77'], asArrow(rows.toReversed(), 311)),
      output([...evaluate, 'tsv', '--state'], asTsv(rows)),
      output(
        [...evaluate, 'tsv', '--state', '--workers', '2', '--columns', 'unread,origin,late,weight,x'],
        asTsv(rows, false),
      ),
      output([...evaluate, 'jsonl', '--state'], asJsonl(rows)),
      output([...evaluate, 'arrow', '--state', '--workers', '2'], asArrow(rows)),
    ]);
    expect(first?.match(/\n/g)).toHaveLength(1);
    expect(first?.endsWith('}\n')).toBe(true);
    for (const other of others) expect(other).toBe(first);
  });

  it('comes to what the reference comes to, in parts too, of which some are empty or come twice', async () => {
    const parts = [rows.slice(0, 1700), rows.slice(1700, 1701), [], rows.slice(1701)];
    const states = await Promise.all(
      parts.map((part, i) => output([...evaluate, 'arrow', '--state', '--partition', `part ${i}`], asArrow(part))),
    );
    const merged = await run(['merge', model, '--result'], [...states, states[1]].join(''));
    expect(merged.stderr).toContain("partition 'part 1' came again, and counts once");
    const { rows: counted, metrics } = JSON.parse(merged.stdout) as { rows: number; metrics: Record<string, number> };
    expect(counted).toBe(5000);
    const whole = await output([...evaluate, 'arrow'], asArrow(rows));
    expect(merged.stdout).toBe(whole);
    const expected = referenceOf(rows);
    expect(Object.keys(metrics)).toHaveLength(9);
    for (const [key, value] of Object.entries(metrics)) {
      const { value: wanted } = expected[key] as { value: number };
      // The logarithm of the loss is good for nine digits.
      const most = key === 'average_loss' ? 1e-10 : 1e-12;
      expect(Math.abs(value - wanted), key).toBeLessThanOrEqual(most * Math.abs(wanted));
    }
  });

  it('of slices, too: each comes to what its rows alone come to', async () => {
    const sliced = await output([...evaluate, 'tsv', '--by', 'origin'], asTsv(rows));
    const { slices, rest } = JSON.parse(sliced) as {
      slices: { value: string; rows: number; metrics: unknown }[];
      rest: number;
    };
    expect(rest).toBe(0);
    expect(slices.map(({ value }) => value)).toEqual([...new Set(rows.map(({ origin }) => origin))].toSorted());
    const { value, ...alone } = slices[3] as (typeof slices)[number];
    const own = rows.filter(({ origin }) => origin === value);
    expect(JSON.parse(await output([...evaluate, 'tsv'], asTsv(own)))).toEqual(alone);
  });

  it.each([
    [
      'a malformed row',
      [...evaluate, 'tsv', '--state'],
      `${asTsv(rows)}true\tA\t1\t1\n`,
      1,
      /^error: INPUT_INVALID: .*line 5002 must have 5 fields/m,
    ],
    [
      'a malformed row in a worker',
      [...evaluate, 'jsonl', '--workers', '2'],
      `${asJsonl(manyRows)}{"x":`,
      1,
      /^error: INPUT_INVALID: .*line 25001/m,
    ],
    [
      'a column that is missing',
      [...evaluate, 'jsonl'],
      '{"x":1,"weight":1}\n',
      1,
      /^error: INPUT_INVALID: .*'late' of line 1/m,
    ],
    ['rows that are no Arrow', [...evaluate, 'arrow'], asTsv(rows), 1, /^error: INPUT_INVALID: /m],
    [
      'an Arrow stream that breaks off',
      [...evaluate, 'arrow'],
      asArrow(rows).slice(0, 20_000),
      1,
      /^error: INPUT_INVALID: .*ends after/m,
    ],
    ['labels out of range', [...evaluate, 'jsonl'], '{"x":1,"weight":1,"late":2}\n', 1, /^error: LABELS_RANGE: /m],
    ['wrong usage', [...evaluate, 'csv'], '', 2, /Allowed choices are arrow, tsv, jsonl/],
  ])('refuses %s, and prints nothing', async (_name, args, input, code, message) => {
    const { exitCode, stdout, stderr } = await run(args, input);
    expect([exitCode, stdout]).toEqual([code, '']);
    expect(stderr).toMatch(message);
  });

  it('says when a worker has died, or the model does not load', async () => {
    const [dead, deadToo, failed] = await Promise.all([
      run([...evaluate, 'arrow', '--workers', '2'], asArrow(manyRows), { ROWS_MODEL: 'dies' }),
      run(['predict', model, '--workers', '2', '--format', 'arrow'], asArrow(manyRows), { ROWS_MODEL: 'dies' }),
      run([...evaluate, 'tsv'], asTsv(rows), { ROWS_MODEL: 'fails' }),
    ]);
    expect([dead.exitCode, dead.stdout]).toEqual([1, '']);
    expect(dead.stderr).toMatch(/^error: WORKER_LOST: /m);
    expect([deadToo.exitCode, deadToo.stderr]).toEqual([1, expect.stringMatching(/^error: WORKER_LOST: /m)]);
    expect([failed.exitCode, failed.stdout]).toEqual([1, '']);
    expect(failed.stderr).toMatch(/^error: MODEL_MODULE_INVALID: .*no such weights/m);
  });

  it.skipIf(process.platform !== 'linux').each([
    ['a state', [...evaluate, 'tsv', '--state']],
    ['predictions of workers', ['predict', model, '--quiet', '--workers', '2', '--format', 'tsv']],
  ])('says when the disk is full for %s', async (_name, args) => {
    const script = '"$0" "$@" > /dev/full';
    const { exitCode, stderr } = await execa('sh', ['-c', script, 'node', command, ...args], {
      input: asTsv(rows),
      reject: false,
    });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: OUTPUT_UNWRITABLE: .*ENOSPC/m);
  });
});

it('predict prints the predictions of each row, in the order of the rows', async () => {
  const keys = ['--keys', 'logits,probabilities,class_ids,classes'];
  const args = ['predict', model, '--batch-size', '100', ...keys, '--format'];
  const [jsonl, tsv, arrow] = await Promise.all([
    output([...args, 'jsonl'], asJsonl(rows)),
    output([...args, 'tsv'], asTsv(rows)),
    run([...args, 'arrow'], asArrow(rows)),
  ]);
  const objects = jsonl
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(objects).toHaveLength(5000);
  rows.forEach(({ x }, i) => expect(objects[i]?.['logits'], `row ${i}`).toBeCloseTo(x * 0.37 - 0.1, 5));
  const [header, ...lines] = tsv.trim().split('\n');
  expect(header).toBe('logits\tprobabilities_0\tprobabilities_1\tclass_ids\tclasses');
  const flat = objects.map((object) => Object.values(object).flat().join('\t'));
  expect(lines).toEqual(flat);
  const table = tableFromIPC(arrow.bytes).toArray() as { toJSON(): Record<string, unknown> }[];
  const plain = table.map((row) =>
    Object.values(row.toJSON()).map((value) => (typeof value === 'object' ? [...(value as Float32Array)] : value)),
  );
  expect(plain.map((values) => values.flat().join('\t'))).toEqual(flat);
});

it.each([
  ['arrow', asArrow(manyRows)],
  ['tsv', asTsv(manyRows)],
] as const)('predict prints the same %s by several workers, in the order of the rows', async (format, input) => {
  const args = ['predict', model, '--quiet', '--format', format, '--batch-size', '2000'];
  const [one, several] = await Promise.all([run(args, input), run([...args, '--workers', '3'], input)]);
  expect([one.exitCode, several.exitCode], several.stderr).toEqual([0, 0]);
  expect(several.bytes.length).toBeGreaterThan(100_000);
  expect(Buffer.compare(several.bytes, one.bytes)).toBe(0);
});

function referenceOf(of: readonly Row[]): Readonly<Record<string, unknown>> {
  const logits = of.map(({ x }) => Math.fround(Math.fround(x * Math.fround(0.37)) - Math.fround(0.1)));
  const [labels, weights] = [of.map(({ late }) => late), of.map(({ weight }) => weight)];
  return binaryClassMetrics([{ logits, labels, weights }]);
}
