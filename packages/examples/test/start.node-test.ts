import { describe, expect, it } from 'vitest';
import { startBackend } from '../src/backends.js';
import { commandLine } from '../src/options.js';

describe('the command line', () => {
  const parse = (...words: string[]) =>
    commandLine()
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
      .parse(words, { from: 'user' })
      .opts();

  it('runs the first two examples on whatever is there unless told otherwise', () => {
    expect(parse()).toEqual({ example: ['miles-per-gallon', 'penguin-sex'] });
  });

  it('takes lists', () => {
    expect(parse('--backend', 'wasm, cpu,wasm', '--example', 'hourly-flights')).toEqual({
      backend: ['wasm', 'cpu'],
      example: ['hourly-flights'],
    });
  });

  it.each([
    ['--backend', 'webgl'],
    ['--backend', 'cpu,'],
    ['--example', 'iris'],
  ])('refuses %s %s with exit code 1', (...words) => {
    expect(() => parse(...words)).toThrow(
      expect.objectContaining({ exitCode: 1, message: expect.stringContaining('There are') }),
    );
  });
});

describe('startBackend', () => {
  it('starts a backend again and again', async () => {
    for (const name of ['cpu', 'wasm', 'cpu']) expect(await startBackend(name)).toEqual({ name, available: true });
  });

  it('says why a backend is not there', async () => {
    expect(await startBackend('abacus')).toEqual({
      name: 'abacus',
      available: false,
      reason: expect.stringContaining('abacus'),
    });
  });
});
