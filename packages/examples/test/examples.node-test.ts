import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { startBackend } from '../src/backends.js';
import { examples } from '../src/examples.js';
import { disagreement } from '../src/report/report.js';

/** How much of the baseline's loss may be left; rain and success are hard to foretell. */
const mostLeft: Readonly<Record<string, number>> = { 'seattle-rain': 0.9, 'movie-successes': 0.95 };

describe.each(examples)('$name', (example) => {
  it('beats its baseline after a few epochs, and leaves no tensor behind', async () => {
    await startBackend('cpu');
    const before = memory().numTensors;
    const { metrics, baseline, baselineLoss, testLosses, training, predictions } = await example.run({ epochs: 12 });
    expect(testLosses.at(-1)).toBeLessThan((mostLeft[example.name] ?? 0.8) * baselineLoss);
    expect(metrics['label/mean']).toBe(baseline['label/mean']);
    expect(example.metricKeys.filter((key) => !(key in metrics))).toEqual([]);
    expect(predictions.flat().every(Number.isFinite)).toBe(true);
    expect(training.losses).toHaveLength(12 * training.stepsPerEpoch);
    expect(memory().numTensors).toBe(before);
  });

  it('gives the same numbers again, and on wasm all but the same', async () => {
    const runs = [];
    for (const backend of ['cpu', 'cpu', 'wasm']) {
      await startBackend(backend);
      runs.push({ example, backend, result: await example.run({ epochs: 3 }) });
    }
    const [first, again, wasm] = runs;
    expect(disagreement([first!, again!])).toBe(0);
    expect(disagreement([first!, wasm!])).toBeLessThan(1e-4);
  });

  it('tells how far it has come', async () => {
    await startBackend('cpu');
    const steps: [number, number][] = [];
    const { training } = await example.run({ epochs: 1, onStep: (done, total) => steps.push([done, total]) });
    const total = training.stepsPerEpoch;
    expect(steps).toEqual(Array.from({ length: total }, (_, index) => [index + 1, total]));
  });
});
