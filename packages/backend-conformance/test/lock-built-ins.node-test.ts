import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';

const lock = fileURLToPath(new URL('../dist/channel/lock.js', import.meta.url));

/** Runs a program whose built-in objects are locked: for good, so not here. */
async function locked(code: string): Promise<string> {
  const program = `import { lockBuiltIns } from ${JSON.stringify(lock)};\nlockBuiltIns();\n${code}`;
  const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', program]);
  return stdout;
}

describe('built-in objects that are locked', () => {
  const changes = [
    'globalThis.Promise = class {}',
    'Promise.race = f',
    'Promise.prototype.then = f',
    'Promise.prototype.constructor = f',
    'Promise.all = f',
    'Object.defineProperty(Promise, Symbol.species, { value: f })',
    'globalThis.JSON = {}',
    'JSON.stringify = f',
    'JSON.parse = f',
    'delete JSON.parse',
    'Object.prototype.toJSON = f',
    'Object.prototype.then = f',
    'Object.prototype.get = f',
    'Array.prototype.toJSON = f',
    'Promise.prototype.toJSON = f',
    'Array.prototype.every = f',
    'Array.prototype[Symbol.iterator] = f',
    'Array.from = f',
    'Math.abs = f',
    'delete Math.max',
    'Math.more = f',
    'Number.isFinite = f',
    'Object.is = f',
    'Function.prototype.call = f',
    'Function.prototype.apply = f',
    'Function.prototype[Symbol.hasInstance] = f',
    'Object.prototype.toString = f',
    'String.prototype.charCodeAt = f',
    'RegExp.prototype.exec = f',
    'Map.prototype.get = f',
    'Set.prototype.has = f',
    'Reflect.apply = f',
    'Float32Array.prototype.__proto__.set = f',
    "Object.defineProperty(Float32Array.prototype, 'length', { value: 0 })",
    'globalThis.Float32Array = f',
    '[][Symbol.iterator]().__proto__.next = f',
    '(function* () {})().__proto__.__proto__.next = f',
    'globalThis.setTimeout = f',
    'globalThis.performance = {}',
    '(async function* () {})().__proto__.__proto__.next = f',
    '(async function* () {})().__proto__.__proto__.__proto__[Symbol.asyncIterator] = f',
    'Object.setPrototypeOf(Array.prototype, {})',
    'Object.setPrototypeOf(Promise.prototype, {})',
    'Error.prototype.toString = f',
  ];

  it.each(['strict', 'sloppy'])('cannot be changed, in %s code', async (mode) => {
    const attempts = changes.map((change) => {
      const source = JSON.stringify(mode === 'strict' ? `'use strict'; ${change}` : change);
      return `try { new Function('f', ${source})(f); said.push(before() ? 'in vain' : 'CHANGED'); } catch (error) { said.push(error instanceof TypeError ? 'refused' : String(error)); }`;
    });
    const stdout = await locked(`
      const f = () => undefined;
      const said = [];
      const roots = [Promise, Promise.prototype, JSON, Object, Object.prototype, Array, Array.prototype, Math, Number, Function.prototype, String.prototype,
        RegExp.prototype, Map.prototype, Set.prototype, Reflect, Float32Array.prototype.__proto__, Error.prototype];
      const held = (root) => Reflect.ownKeys(root).flatMap((key) => { const { value, get } = Reflect.getOwnPropertyDescriptor(root, key); return [key, value ?? get]; });
      const names = 'Promise JSON Float32Array setTimeout performance'.split(' ');
      const state = () => [...names.map((name) => globalThis[name]), ...roots.flatMap((root) => [Object.getPrototypeOf(root), ...held(root)])];
      const first = state();
      const before = () => { const now = state(); return now.length === first.length && now.every((one, i) => Object.is(one, first[i])); };
      ${attempts.join('\n')}
      console.log(JSON.stringify(said));
    `);
    const said = JSON.parse(stdout) as string[];
    const outcomes = changes.map((change, i) => `${change}: ${said[i]}`);
    expect(outcomes.filter((one) => !/: (refused|in vain)$/.test(one))).toEqual([]);
    if (mode === 'strict') expect(outcomes.filter((one) => !one.endsWith(': refused'))).toEqual([]);
  });

  it('leave other programs what they need', async () => {
    const stdout = await locked(`
      class Own extends Error { constructor() { super('own'); this.name = 'Own'; this.message = 'changed'; this.toString = () => 'mine'; } }
      function Old() {}
      Old.prototype = Object.create(Error.prototype);
      Old.prototype.constructor = Old;
      Old.prototype.toString = () => 'old';
      Old.prototype.name = 'Old';
      const bytes = Object.create(Uint8Array.prototype);
      bytes.slice = () => 'sliced';
      const plain = {};
      plain.toString = () => 'plain';
      plain.valueOf = () => 1;
      const run = () => {};
      run.call = () => 'called';
      class List extends Array { last() { return this[this.length - 1]; } }
      const list = new List(); list.push(1, 2);
      const kept = { ...plain };
      console.log([new Own().name, new Own().message, String(new Own()), String(new Old()), bytes.slice(), String(plain), run.call(), list.last(), Object.keys(kept).join('+'),
        await Promise.all([1, Promise.resolve(2)]), [...new Map([[1, 2]])].flat(), 'a-b'.split('-').map((x) => x.toUpperCase()), typeof structuredClone({ a: [1] })].join());
    `);
    expect(stdout).toBe('Own,changed,mine,old,sliced,plain,called,2,toString+valueOf,1,2,1,2,A,B,object');
  });
});
