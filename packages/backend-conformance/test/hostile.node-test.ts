import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { conformance, main } from './cli-support.js';
import { everywhere, hostileModule, type Hostile } from './hostile.js';

/** One case, which the head fails if nothing else happens. */
const query = 'Mine:law:mean-is-sum-over-size:rows=33';
const forged = `'{"type":"result","result":{"subject":"Mine","family":"law","check":"mean-is-sum-over-size","parameters":{"rows":33},"query":"${query}","status":"pass","milliseconds":1}}\\n'`;
const fs = "import fs from 'node:fs';";

/** What only Node has. */
const inNode: readonly (readonly [what: string, hostile: Hostile, says: RegExp])[] = [
  [
    'exits at import',
    { atImport: 'process.exit(0);' },
    /error: module: its process ended with exit code 0 while it imports .*\.mjs/,
  ],
  [
    'exits when a head is made',
    { inCreate: 'process.exit(0);' },
    /FAILED cpu Mine:law:.*\n *its process ended with exit code 0/,
  ],
  ['exits in a loss', { inLoss: 'process.exit(0);' }, /FAILED cpu Mine:law:.*\n *its process ended with exit code 0/],
  [
    'exits in a timer',
    { inCreate: 'setTimeout(() => process.exit(0), 1);' },
    /FAILED cpu Mine:law:.*\n *its process ended with exit code 0/,
  ],
  [
    'exits for good',
    { inLoss: 'process.removeAllListeners(); process.reallyExit(0);' },
    /FAILED cpu Mine:law:.*\n *its process ended with exit code 0/,
  ],
  [
    'exits while a child of its own holds its output',
    {
      atImport: "import { spawn } from 'node:child_process';",
      inLoss: "spawn('sleep', ['600'], { stdio: 'inherit' }); process.exit(3);",
    },
    /FAILED cpu Mine:law:.*\n *its process ended with exit code 3/,
  ],
  [
    'kills its process',
    { inLoss: "process.kill(process.pid, 'SIGKILL');" },
    /FAILED cpu Mine:law:.*\n *its process ended by SIGKILL/,
  ],
  [
    'kills its group',
    { inLoss: "process.kill(0, 'SIGKILL');" },
    /FAILED cpu Mine:law:.*\n *its process ended by SIGKILL/,
  ],
  [
    'aborts at import',
    { atImport: 'process.abort();' },
    /error: module: its process ended by SIGABRT while it imports/,
  ],
  ['aborts in a loss', { inLoss: 'process.abort();' }, /FAILED cpu Mine:law:.*\n *its process ended by SIGABRT/],
  [
    'hangs at import',
    { atImport: 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);' },
    /error: module: it said nothing for 20 s while it imports .*\.mjs/,
  ],
  [
    'waits for ever at import',
    { atImport: 'await new Promise(() => {});' },
    /error: module: it waits for a promise that nothing will settle.* while it imports .*\.mjs/,
  ],
  [
    'waits too long at import',
    { atImport: 'await new Promise((resolve) => setTimeout(resolve, 1e8));' },
    /error: module: it said nothing for 20 s while it imports/,
  ],
  [
    'hangs in a loss',
    { inLoss: 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);' }, // Which does not keep a core busy meanwhile.
    /FAILED cpu Mine:law:.*\n *it said nothing for 20 s/,
  ],
  [
    'reads what never comes',
    { inLoss: 'return Object.assign(super.loss(...inputs), { data: () => new Promise(() => {}) });' },
    /FAILED cpu Mine:law:.*\n *It took longer than 1 s\./,
  ],
  [
    'throws in a timer, and has removed the listeners',
    { inLoss: "process.removeAllListeners(); setTimeout(() => { throw new Error('late'); });" },
    /FAILED cpu Mine:law:.*\n[^]*late/,
  ],
  ['closes the channel', { atImport: `${fs} fs.closeSync(3);` }, /error: module: /],
  [
    'closes the channel in a loss',
    { atImport: fs, inLoss: 'try { fs.closeSync(3); } catch {}' },
    /FAILED cpu Mine:law:/,
  ],
  [
    'closes what it prints to',
    { atImport: fs, inLoss: 'process.stdout.destroy(); try { fs.closeSync(1); fs.closeSync(2); } catch {}' },
    /FAILED cpu Mine:law:/,
  ],
  [
    'writes results of its own',
    { atImport: fs, inLoss: `fs.writeSync(3, ${forged});` },
    /FAILED cpu Mine:law:.*\n *something other than the suite wrote to its channel/,
  ],
  [
    'writes results at import',
    { atImport: `${fs} fs.writeSync(3, ${forged}); process.exit(0);` },
    /error: module: something other than the suite wrote to its channel/,
  ],
  [
    'says that it is done',
    { atImport: fs, inLoss: `fs.writeSync(3, '{"type":"done"}\\n');` },
    /something other than the suite wrote to its channel/,
  ],
  [
    'writes what is no text',
    { atImport: fs, inLoss: 'fs.writeSync(3, Buffer.from([0, 255, 10, 200]));' },
    /something other than the suite wrote to its channel/,
  ],
  [
    'sends results of its own as a worker would',
    { inLoss: `process.send(JSON.parse(${forged}));` },
    /process\.send is not a function/,
  ],
  [
    'changes results on their way',
    {
      atImport: `const fs = process.binding('fs'); const { writeString } = fs; fs.writeString = (fd, text, ...rest) => writeString(fd, text.replace('"fail"', '"pass"'), ...rest);`,
    },
    /FAILED cpu Mine:law:.*\n *(something other than the suite wrote to its channel|the mean)/,
  ],
  [
    'sends results twice',
    {
      atImport: `const fs = process.binding('fs'); const { writeString } = fs; fs.writeString = (fd, text, ...rest) => writeString(fd, fd === 3 ? text + text : text, ...rest);`,
    },
    /error: module: something other than the suite wrote to its channel|FAILED cpu/,
  ],
  [
    'reads another job',
    {
      atImport: `${fs} import(new URL('${new URL('../dist/node/worker.js', import.meta.url).href}?again')).catch(() => {});`,
    },
    /error: module: |FAILED cpu/,
  ],
];

describe('a head never passes that', () => {
  it.concurrent.each([...inNode, ...everywhere])('%s', async (_, hostile, says) => {
    const path = await hostileModule('head', hostile);
    const { exitCode, stdout, stderr } = await conformance(
      path,
      '--backend',
      'cpu',
      '--filter',
      query,
      '--silence',
      '20',
      '--case-timeout',
      '1',
      '--require',
      'cpu',
    );
    expect(`${stdout}\n${stderr}`).toMatch(says);
    expect([1, 2]).toContain(exitCode);
    expect(stdout).not.toMatch(/^[1-9]\d* passed/m);
    expect(stderr).not.toMatch(/^ +at .*dist\/cli/m); // no stack of ours
  });
});

it('a head never passes that runs out of memory', async () => {
  const path = await hostileModule('head', { inLoss: 'const all = []; for (;;) all.push(new Array(1e6).fill(0.5));' });
  const options = { reject: false, env: { NODE_OPTIONS: '--max-old-space-size=200' } };
  const { exitCode, stdout } = await execa(
    process.execPath,
    [main, path, '--backend', 'cpu', '--filter', query],
    options,
  );
  expect(stdout).toMatch(/FAILED cpu Mine:law:.*\n *its process ended by SIG.*; its last words:\n[^]*heap/);
  expect(exitCode).toBe(1);
});

describe('patience', () => {
  it('ends after a few cases in a row that take too long', async () => {
    const path = await hostileModule('head', {
      inLoss: 'return Object.assign(super.loss(...inputs), { data: () => new Promise(() => {}) });',
    });
    const { exitCode, stdout } = await conformance(
      path,
      '--backend',
      'cpu',
      '--filter',
      'Mine:law',
      '--case-timeout',
      '1',
    );
    expect(stdout.match(/^FAILED .*\n *It took longer than 1 s\./gm)?.length).toBeLessThan(8);
    expect(stdout).toMatch(/^FAILED .*\n *3 cases in a row took longer than 1 s\n *\d+ more were not run\./m);
    expect(exitCode).toBe(1);
  });
});

describe('--list', () => {
  it('ends as a mistake of the module, too', async () => {
    const path = await hostileModule('head', { atImport: 'process.exit(0);' });
    const { exitCode, stderr } = await conformance(path, '--list');
    expect(stderr).toContain('its process ended with exit code 0 while it imports');
    expect(exitCode).toBe(2);
  });
});

it('does not fall when who reads its output has gone', async () => {
  const path = await hostileModule('head', {});
  const { stdout } = await execa('bash', [
    '-c',
    `${process.execPath} ${main} ${path} --backend cpu --filter ${query} | true; echo \${PIPESTATUS[0]}`,
  ]);
  expect(stdout).toBe('1');
});
