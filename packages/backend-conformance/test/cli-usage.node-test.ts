import { describe, expect, it } from 'vitest';
import { conformance, fixture } from './cli-support.js';

describe('wrong usage', () => {
  it.each<[string, readonly string[], string]>([
    [
      'an unknown backend',
      ['--backend', 'cpu,abacus'],
      "--backend: expected some of cpu, wasm, webgl, webgpu, tensorflow, tensorflow-gpu, or node:x, bun:x, deno:x, chromium:x, firefox:x or webkit:x, but got 'abacus'; one",
    ],
    [
      'a backend named like what every object has',
      ['--backend', 'constructor,__proto__'],
      "but got 'constructor'; one of your own needs --register MODULE.",
    ],
    [
      'another of the kind, somewhere',
      ['--backend', 'node:__proto__'],
      "but got 'node:__proto__'; one of your own needs --register MODULE.",
    ],
    ['one of the kind that is required', ['--require', 'toString'], '--require: expected some of cpu, wasm, webgl'],
    [
      'a backend where it cannot run',
      ['--backend', 'node:webgl'],
      "--backend: webgl runs in chromium, firefox, webkit only, but got 'node:webgl'.",
    ],
    ['an unknown requirement', ['--require', 'abacus'], '--require: expected some of cpu, wasm, webgl'],
    [
      'a module that is not there',
      ['nowhere.js'],
      'module: expected the path of a JavaScript module, but there is no file /',
    ],
    ['a module without subjects', [fixture('no-subjects.mjs')], 'but there is no export `subjects`.'],
    ['a subject without a factory', [fixture('no-create.mjs')], "but `subjects` has in 'Mine' no function `create`."],
    [
      'labels of no kind',
      [fixture('wrong-labels.mjs')],
      'wrong-labels.mjs: Mine claims: labels: expected ("real" | "positive" | "count" | "probability" | "binary" | "class"), got "classes"',
    ],
    [
      'a claim that is none',
      [fixture('wrong-claim.mjs')],
      "wrong-claim.mjs: Mine claims: metric: there is no such key; is 'metrics' meant? known are create, labels, classes, labelDimension,",
    ],
    [
      'a name of a head that is too long',
      [fixture('long-name.mjs')],
      "xxx…' is no name for a subject: expected at most 100 characters, got 1600",
    ],
    ['a module that does not load', [fixture('expectations.json')], 'expectations.json does not load: '],
    [
      'a module to register that is not there',
      ['--register', 'nowhere.js'],
      '--register: expected the path of a JavaScript module, but there is no file /',
    ],
    ['a filter that matches nothing', ['--filter', 'Nobody:law', '--list'], 'got Nobody:law.'],
    [
      'a filter of many stars',
      ['--filter', `${'*'.repeat(60)}ä`, '--list'],
      '--filter: expected a query that matches some of ',
    ],
    ['a shard that cannot be', ['--shard', '3/2'], "A shard is i/n with 1 <= i <= n, such as 2/5, got '3/2'."],
    [
      'more shards than cases',
      ['--filter', 'RegressionHead:law:mean-is-sum-over-size', '--shard', '3/3'],
      '--shard: expected at most 2 parts of 2 cases, got 3.',
    ],
    [
      'expectations that are not there',
      ['--expectations', 'nowhere.json'],
      "--expectations: ENOENT: no such file or directory, open 'nowhere.json'",
    ],
    [
      'expectations of another form',
      ['--expectations', fixture('../../package.json')],
      'package.json: backend: missing; expectations: missing; name: there is no such key;',
    ],
    [
      'an address that is no browser',
      ['--browser', 'ftp://x'],
      'Expected ws://... of a Playwright server, or http://... of a WebDriver server.',
    ],
    ['capabilities that are no object', ['--capabilities', '[1]'], 'Expected a JSON object'],
    [
      'a folder that cannot be',
      ['--out', '/dev/null/x', '--filter', 'RegressionHead:law'],
      '--out: expected a folder that can be written to, but ENOTDIR',
    ],
    [
      'a folder that is a file',
      ['--out', fixture('no-subjects.mjs'), '--filter', 'RegressionHead:law'],
      '--out: expected a folder that can be written to, but EEXIST',
    ],
    [
      'a page whose folder is a file',
      ['page', '--out', fixture('no-subjects.mjs')],
      '--out: expected a folder that can be written to, but EEXIST',
    ],
    ['reports that are a folder', ['merge', fixture('.'), '--out', 'x'], 'EISDIR'],
    [
      'capabilities of great depth',
      ['--capabilities', `{"a":${'['.repeat(500)}${']'.repeat(500)}}`],
      'nested more than 64 deep',
    ],
    ['capabilities of prototypes', ['--capabilities', '{"__proto__":{"a":1}}'], 'Expected a JSON object'],
    ['no number of jobs', ['--jobs', '0'], 'Expected a whole number from 1 to 64.'],
    ['too many jobs', ['--jobs', '1000000000'], 'Expected a whole number from 1 to 64.'],
    ['jobs that are no number', ['--jobs', '0x2'], 'Expected a whole number from 1 to 64.'],
    ['an endless silence', ['--silence', '1e300'], 'Expected a whole number from 1 to 86400.'],
    ['a silence longer than a timer can be', ['--silence', '4294967296'], 'Expected a whole number from 1 to 86400.'],
    ['no time for a case', ['--case-timeout', '0'], 'Expected a whole number from 1 to 86400.'],
    ['half a second for a case', ['--case-timeout', '0.5'], 'Expected a whole number from 1 to 86400.'],
    ['a number of failures that is none', ['--bail', '0'], 'Expected a whole number from 1'],
    ['an unknown option', ['--banana'], "unknown option '--banana'"],
    ['an option that would paint', ['--\u001B[31m\u202E'], String.raw`unknown option '--\u001b[31m\u202e'`],
    ['a backend that would paint', ['--backend', '\u001B]0;x\u0007'], String.raw`but got '\u001b]0;x\u0007'`],
    ['a backend of a long name', ['--backend', 'x'.repeat(5000)], `but got '${'x'.repeat(100)}… (5000 characters)'`],
    [
      'reports that are none',
      ['merge', fixture('expectations.json'), '--out', 'x'],
      'expectations.json is no report of this suite: its format is undefined',
    ],
    ['a merge without a folder', ['merge', 'a.json'], "required option '--out <folder>' not specified"],
  ])('%s exits with 2 and says why', async (_, args, message) => {
    const { exitCode, stdout, stderr } = await conformance(...args);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^error: /);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  it('is explained by --help', async () => {
    const { exitCode, stdout } = await conformance('--help');
    expect(stdout).toContain('Exit codes: 0 all is good;');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain("--gpu Chromium, Firefox and WebKit with this machine's GPU");
    expect(exitCode).toBe(0);
  });
});
