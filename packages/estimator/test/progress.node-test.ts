import '@tensorflow/tfjs-backend-cpu';
import { stripVTControlCharacters } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { RunConfig, type TerminalStream } from '../src/index.js';
import { lineEstimator, points, quiet } from './models.js';

await tf.setBackend('cpu');

/** A terminal that keeps what is written to it. */
function terminal(isTTY: boolean | undefined, columns = 100): TerminalStream & { readonly written: string[] } {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text) => written.push(text) };
}

const framesOf = (written: readonly string[]): string[] =>
  written.map((text) => stripVTControlCharacters(text).trim()).filter((text) => text !== '');

describe('a progress bar', () => {
  it('shows steps, loss and examples a second on a terminal, and the log above it', async () => {
    const stream = terminal(true);
    const log = (line: string): void => void stream.write(`${line}\n`);
    const estimator = lineEstimator({ config: quiet({ progress: stream, log, logStepCountSteps: 10 }) });
    await estimator.train(() => points(100), { steps: 20 });
    const frames = framesOf(stream.written);
    expect(frames[0]).toMatch(/^[█░]{20} \d+ % {2}step \d+\/20/);
    expect(frames.at(-1)).toMatch(/^█{20} 100 % {2}step 20\/20 {2}loss [\d.e-]+ {2}[\d,]+ examples\/s$/);
    // Rewritten, not piled up: it is erased before a line of the log, and drawn again below.
    const at = stream.written.findIndex((text) => text.startsWith('loss = '));
    expect(stream.written[at - 1]).toContain('\u001B[2K');
    expect(stripVTControlCharacters(String(stream.written[at + 1]))).toMatch(/step 10\/20/);
    // Goes on from a checkpoint, to a last step that nobody knows.
    stream.written.length = 0;
    await estimator.train(() => points(5));
    expect(framesOf(stream.written).at(-1)).toMatch(/^step 25 {2}loss /);
    estimator.dispose();
  });

  it('breaks no line of a narrow terminal', async () => {
    const stream = terminal(true, 24);
    await lineEstimator({ config: quiet({ progress: stream }) }).train(() => points(3), { steps: 3 });
    expect(Math.max(...framesOf(stream.written).map((text) => text.length))).toBeLessThan(24);
  });

  it.each([false, undefined])('is not shown where isTTY is %s', async (isTTY) => {
    const stream = terminal(isTTY);
    await lineEstimator({ config: quiet({ progress: stream }) }).train(() => points(3));
    expect(stream.written).toEqual([]);
  });

  it('is left where a run has failed', async () => {
    const stream = terminal(true);
    const spoilt = [[{ x: tf.tensor2d([[Number.NaN]]) }, tf.tensor2d([[1]])] as const];
    const training = lineEstimator({ config: quiet({ progress: stream }) }).train(() => [...points(2), ...spoilt]);
    await expect(training).rejects.toMatchObject({ code: 'LOSS_NAN' });
    expect(framesOf(stream.written).at(-1)).toContain('step 3');
  });

  it('is an option that is checked', () => {
    expect(new RunConfig().progress).toBe(true);
    expect(() => new RunConfig({ progress: 'yes' as never })).toThrowCoded('INVALID_ARGUMENT', ['progress', '"yes"']);
  });
});
