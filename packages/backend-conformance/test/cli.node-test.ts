import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { conformance, emptyFolder, fixture, NARROW, NARROWER, queriesOf, reportIn } from './cli-support.js';

const folder = await emptyFolder();
afterAll(() => rm(folder, { recursive: true }));

describe('a run', () => {
  it('counts in its last line, and exits with 0 where all is good', async () => {
    const { exitCode, stdout, lastLine } = await conformance(
      '--backend',
      'cpu,wasm',
      '--filter',
      `RegressionHead${NARROW.slice(1)}`,
    );
    expect(lastLine).toBe('4 passed, 0 failed, 0 expected to fail, 0 skipped, 0 backends unavailable');
    expect(stdout).toMatch(/^wasm: 2 passed, 0 failed/m);
    expect(exitCode).toBe(0);
  });

  it('goes on in the process that listed the cases, and has another one for each other backend', async () => {
    const module = join(folder, 'counted.mjs');
    const imports = join(folder, 'imports.txt');
    await writeFile(
      module,
      `import { appendFileSync } from 'node:fs';
      appendFileSync(${JSON.stringify(imports)}, process.pid + '\\n');
      console.log('has been imported');
      export { subjects } from ${JSON.stringify(pathToFileURL(fixture('own-head.mjs')).href)};`,
    );
    const { stdout, stderr, lastLine } = await conformance(
      module,
      '--backend',
      'cpu,wasm',
      '--filter',
      NARROW,
      '--verbose',
    );
    expect(lastLine).toMatch(/^4 passed, 0 failed/);
    expect(new Set((await readFile(imports, 'utf8')).trim().split('\n')).size).toBe(2);
    // What it prints meanwhile is not lost.
    expect(`${stdout}${stderr}`.split('has been imported')).toHaveLength(3);
  });

  it('shows a failure with its message, and exits with 1', async () => {
    const { exitCode, stdout, lastLine } = await conformance(
      fixture('wrong-head.mjs'),
      '--backend',
      'cpu',
      '--filter',
      NARROW,
      '--quiet',
    );
    expect(stdout).toMatch(/^FAILED cpu Forgetful:law:mean-is-sum-over-size:rows=33\n {4}the mean/m);
    expect(lastLine).toMatch(/^1 passed, 1 failed/);
    expect(exitCode).toBe(1);
  });

  it('tells an unavailable backend from one that passed', async () => {
    const { exitCode, stdout, lastLine } = await conformance(
      '--backend',
      'nosuch',
      '--register',
      fixture('broken-backends.mjs'),
      '--filter',
      NARROW,
    );
    expect(stdout).toContain("nosuch: unavailable: no backend is registered as 'nosuch'");
    expect(lastLine).toBe('0 passed, 0 failed, 0 expected to fail, 0 skipped, 1 backend unavailable');
    expect(exitCode).toBe(1);
  });

  it('fails where a required backend did not run', async () => {
    const { exitCode, stdout } = await conformance(
      '--backend',
      'cpu',
      '--require',
      'cpu,wasm',
      '--filter',
      NARROWER,
      '--quiet',
    );
    expect(stdout).toMatch(/^wasm is required, and nothing passed on it\.\n8 passed, 0 failed/);
    expect(exitCode).toBe(1);
  });

  it('runs a head and a backend of others', async () => {
    const { exitCode, lastLine } = await conformance(
      fixture('own-head.mjs'),
      '--register',
      fixture('broken-backends.mjs'),
      '--backend',
      'sound',
      '--filter',
      NARROW,
    );
    expect(lastLine).toMatch(/^2 passed, 0 failed/);
    expect(exitCode).toBe(0);
  });

  it('expects the failures that a file of the user names', async () => {
    const { exitCode, lastLine } = await conformance(
      fixture('wrong-head.mjs'),
      '--backend',
      'cpu',
      '--filter',
      NARROW,
      '--expectations',
      fixture('expectations.json'),
    );
    expect(lastLine).toMatch(/^1 passed, 0 failed, 1 expected to fail/);
    expect(exitCode).toBe(0);
  });
});

describe('--bail', () => {
  const wrong = [fixture('wrong-head.mjs'), '--filter', '*:law', '--jobs', '1', '--out', join(folder, 'bail')];

  it('stops after so many failures; what was not run is said, and no pass', async () => {
    const { exitCode, stdout } = await conformance(...wrong, '--backend', 'cpu,wasm', '--bail', '2');
    const { runs, problems, parts } = await reportIn(join(folder, 'bail'));
    const asked = parts[0]?.asked as number;
    const [cpu, wasm] = runs;
    expect(queriesOf(cpu, 'fail')).toHaveLength(2);
    expect(cpu?.cases.length).toBeLessThan(asked);
    expect(wasm?.cases).toEqual([]);
    expect(problems).toEqual([
      `cpu: ${asked - (cpu?.cases.length ?? 0)} of ${asked} cases were not run: stopped after 2 failures (--bail)`,
      `wasm: ${asked} of ${asked} cases were not run: stopped after 2 failures (--bail)`,
    ]);
    expect(stdout).toContain(`Incomplete: ${problems[0]}.`);
    expect(stdout).toMatch(/\n {2}fail cpu Forgetful:law:.*\n[\s\S]* {4}Demanded: /);
    expect(exitCode).toBe(1);
  });

  it('stops after one where no number is given, and changes nothing where nothing fails', async () => {
    await conformance(...wrong, '--backend', 'cpu', '--bail');
    expect(queriesOf((await reportIn(join(folder, 'bail'))).runs[0], 'fail')).toHaveLength(1);
    const { exitCode, lastLine } = await conformance('--backend', 'cpu', '--filter', NARROWER, '--bail', '1');
    expect(lastLine).toMatch(/^8 passed, 0 failed/);
    expect(exitCode).toBe(0);
  });

  it('tells failures of one kind a few times', async () => {
    const { stdout } = await conformance(
      '--backend',
      'dying',
      '--register',
      fixture('broken-backends.mjs'),
      '--filter',
      NARROW,
      '--quiet',
    );
    expect(stdout.split('FAILED').length).toBeLessThan(6);
  });
});

describe('what a head says', () => {
  it('reaches the terminal as text', async () => {
    const args = [fixture('escaping-head.mjs'), '--backend', 'cpu', '--filter', NARROW, '--verbose'];
    const { exitCode, stdout, stderr } = await conformance(...args, '--out', join(folder, 'escaping'));
    expect(stdout + stderr).not.toMatch(/[^\n\P{Cc}]|\p{Bidi_Control}/u);
    expect(stdout).toContain(String.raw`cpu | \u001b]0;owned\u0007printed`);
    expect(stdout).toContain(String.raw`thrown \u001b[2J\u202e`);
    expect(exitCode).toBe(1);
  });
});

describe('--list', () => {
  it('prints the queries in the order in which they run', async () => {
    const { exitCode, stdout } = await conformance(
      '--list',
      '--filter',
      `RegressionHead${NARROW.slice(1)}`,
      '--filter',
      `Poisson${NARROW}`,
    );
    const heads = ['RegressionHead', 'PoissonRegressionHead'];
    expect(stdout.split('\n')).toEqual(
      heads.flatMap((head) => [1, 33].map((rows) => `${head}:law:mean-is-sum-over-size:rows=${rows}`)),
    );
    expect(exitCode).toBe(0);
  });

  it('lists the cases of a module, and of a shard', async () => {
    const { stdout } = await conformance(fixture('own-head.mjs'), '--list', '--filter', NARROW, '--shard', '2/2');
    expect(stdout).toBe('Mine:law:mean-is-sum-over-size:rows=33');
  });
});

describe('shards', () => {
  const made = new Map<number, Promise<readonly string[]>>();
  /** The reports of all shards; made once. */
  const of = (count: number): Promise<readonly string[]> => {
    const reports = made.get(count) ?? run(count);
    made.set(count, reports);
    return reports;
  };
  const run = (count: number): Promise<readonly string[]> =>
    Promise.all(
      Array.from({ length: count }, async (_, i) => {
        const out = join(folder, `shard-${i + 1}-of-${count}`);
        await conformance(
          '--backend',
          'cpu',
          '--filter',
          NARROWER,
          '--shard',
          `${i + 1}/${count}`,
          '--out',
          out,
          '--quiet',
        );
        return join(out, 'results.json');
      }),
    );

  it('merge into the whole', async () => {
    const merged = await conformance(
      'merge',
      ...(await of(2)),
      '--out',
      join(folder, 'merged'),
      '--require',
      'cpu',
      '--quiet',
    );
    expect(merged).toMatchObject({
      exitCode: 0,
      stdout: '8 passed, 0 failed, 0 expected to fail, 0 skipped, 0 backends unavailable',
    });
    const { stdout } = await conformance('--list', '--filter', NARROWER);
    const report = await reportIn(join(folder, 'merged'));
    expect(queriesOf(report.runs[0], 'pass').toSorted()).toEqual(stdout.split('\n').toSorted());
    expect(await readdir(join(folder, 'merged'))).toEqual(['junit.xml', 'report.html', 'results.json']);
    expect(report.selection).toMatchObject({
      filters: [NARROWER],
      repair: true,
      total: 8,
      project: expect.stringMatching(/^@tfjs-heads\/backend-conformance \d/),
    });
    expect(report.selection.subjects).toContain('PoissonRegressionHead');
  });

  it('are no pass where one is missing, and say so in every report', async () => {
    const [first, , third] = (await of(3)) as [string, string, string];
    const out = join(folder, 'incomplete');
    const { exitCode, stdout } = await conformance('merge', first, third, '--out', out);
    const problem = 'cpu: there are no results of shard 2/3';
    expect(stdout).toContain(`\nIncomplete: ${problem}.\n`);
    expect(stdout).toMatch(/\n5 passed, 0 failed.*$/);
    expect(exitCode).toBe(1);
    expect((await reportIn(out)).problems).toEqual([problem]);
    expect(await readFile(join(out, 'junit.xml'), 'utf8')).toContain(
      `<failure type="incomplete" message="${problem}">`,
    );
    const again = await conformance('merge', join(out, 'results.json'), '--out', join(folder, 'again'), '--quiet');
    expect(again).toMatchObject({ exitCode: 1, stdout: expect.stringContaining(problem) });
  });

  it('do not merge with what is unlike them, nor twice', async () => {
    const [first] = (await of(3)) as [string];
    const other = join(folder, 'unrepaired');
    await conformance(
      '--backend',
      'cpu',
      '--filter',
      NARROW,
      '--shard',
      '2/3',
      '--no-repairs',
      '--out',
      other,
      '--quiet',
    );
    const out = join(folder, 'unlike');
    const unlike = await conformance('merge', first, join(other, 'results.json'), '--out', out);
    expect(unlike).toMatchObject({ exitCode: 2, stdout: '' });
    expect(unlike.stderr).toContain(`  repairs: on in ${first}; off in ${join(other, 'results.json')}`);
    const twice = await conformance('merge', first, first, '--out', out);
    expect(twice).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`cpu: expected shard 1/3 once, got ${first} and ${first}`),
    });
    await expect(readdir(out)).rejects.toThrow('ENOENT');
  });
});
