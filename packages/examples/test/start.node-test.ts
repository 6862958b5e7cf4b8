import { describe, expect, it } from 'vitest';
import { startBackend } from '../src/backends.js';
import { chosenExamples, commandLine, otherExamples } from '../src/options.js';

describe('the command line', () => {
  const parse = (...words: string[]) => {
    const program = commandLine()
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
      .parse(words, { from: 'user' });
    return { examples: chosenExamples(program), ...program.opts() };
  };

  it('runs the first three examples on whatever is there unless told otherwise', () => {
    expect(parse()).toEqual({ examples: ['miles-per-gallon', 'penguin-species', 'day-warmth'] });
  });

  it('tells what else there is', () => {
    expect(otherExamples(['miles-per-gallon'])).toMatch(/npm start -- NAME:\n {2}penguin-species +MultiClassHead: /);
    expect(otherExamples(['miles-per-gallon'])).not.toMatch(/miles-per-gallon/);
  });

  it('takes lists', () => {
    expect(parse('hourly-flights', 'seattle-rain', '--backend', 'wasm, cpu,wasm')).toEqual({
      backend: ['wasm', 'cpu'],
      examples: ['hourly-flights', 'seattle-rain'],
    });
  });

  it.each([[['--backend', 'webgl']], [['--backend', 'cpu,']], [['iris']]])('refuses %j with exit code 1', (words) => {
    const message = expect.stringMatching(/There are|Allowed choices are .*penguin-species/);
    expect(() => parse(...words)).toThrow(expect.objectContaining({ exitCode: 1, message }));
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
