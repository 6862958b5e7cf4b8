import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import type { Example, RunResult } from '../src/example.js';
import { htmlReport } from '../src/report/html.js';
import { disagreement, finalLoss, type Report, type Run } from '../src/report/report.js';
import { predictionTables, resultsTables } from '../src/report/terminal.js';

const result: RunResult = {
  training: { losses: [4, 2, 1.5, 0.5], stepsPerEpoch: 2, stepsPerSecond: 123.4 },
  testLosses: [3, 1.25],
  metrics: { average_loss: 1.25, 'prediction/mean': 2.5, 'label/mean': 2 },
  baseline: { average_loss: 5, 'prediction/mean': 2.25, 'label/mean': 2 },
  baselineLoss: 5,
  predictions: [[2.5]],
  verdict: { measure: 'mean error', model: '0.5 apples', baseline: '2 apples' },
  rows: [{ subject: 'a <b>tree</b>', actual: '2 apples', predicted: '2.5 apples' }],
  charted: [{ kind: 'numbers', unit: 'apples', actual: [2, 3], predicted: [2.5, 2] }],
};

const example: Example = {
  name: 'apples',
  head: 'RegressionHead',
  task: 'Apples & <script>pears</script>.',
  baseline: 'the mean',
  lossLabel: 'squared error (apples²)',
  lossScale: 'linear',
  metricKeys: ['average_loss'],
  run: () => Promise.resolve(result),
};

const runs: Run[] = ['cpu', 'wasm'].map((backend) => ({ example, backend, result }));
const report: Report = { runs, unavailable: [{ name: 'abacus', available: false, reason: 'no beads' }] };

describe('the page', () => {
  const page = htmlReport(report);
  const { document } = parseHTML(page);

  it('has learning curves for each backend, and what was predicted of the first', () => {
    expect(document.querySelectorAll('figure svg')).toHaveLength(3);
    const captions = [...document.querySelectorAll('figcaption strong')].map((name) => name.textContent);
    expect(captions).toEqual(['cpu', 'wasm', 'Predicted against actual']);
  });

  it('needs nothing but itself', () => {
    expect(page).not.toMatch(/<script|<link|<img|@import|\burl\(|\b(src|href)=/);
  });

  it('escapes what it shows', () => {
    expect(page).toContain('Apples &amp; &lt;script&gt;pears&lt;/script&gt;.');
  });

  it('has the results, and what is unavailable', () => {
    const text = document.body.textContent;
    for (const part of ['123', '1.000', '1.250', 'baseline', 'prediction/mean', '5.000', 'abacus', 'no beads'])
      expect(text).toContain(part);
  });
});

describe('the terminal', () => {
  it('has the results in 80 columns, and what is unavailable', () => {
    const table = resultsTables(report);
    for (const part of ['apples: RegressionHead', '123', '1.000', '1.250', 'baseline', 'no beads'])
      expect(table).toContain(part);
    expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('has the predictions of each backend', () => {
    expect(predictionTables(report)).toMatch(/tree.*2 apples.*2\.5 apples.*2\.5 apples/);
  });
});

describe('what is told of the runs', () => {
  it('is the loss of the last epoch', () => {
    expect(finalLoss(result)).toBe(1);
  });

  it('is how far backends differ', () => {
    const other = { ...result, testLosses: [3, 1] };
    expect(disagreement(runs)).toBe(0);
    expect(disagreement([runs[0]!, { example, backend: 'other', result: other }])).toBe(0.2);
    expect(disagreement(runs.slice(0, 1))).toBeUndefined();
  });
});
