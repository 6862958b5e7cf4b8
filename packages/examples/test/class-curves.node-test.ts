import { pairs, sum } from 'd3-array';
import { expect, it } from 'vitest';
import { calibration, confusionMatrix, precisionRecallCurve, rocCurve } from '../src/report/class-curves.js';

const scored = { name: 'a', scores: [0.9, 0.8, 0.8, 0.3, 0.1], isMember: [true, true, false, true, false] };
const coordinates = (points: readonly { x: number; y: number }[]) => points.map(({ x, y }) => [x, y]);

it('draws the ROC curve from nothing called to all, rows of one score together', () => {
  expect(coordinates(rocCurve(scored))).toEqual([
    [0, 0],
    [0, 1 / 3],
    [0.5, 2 / 3],
    [0.5, 1],
    [1, 1],
  ]);
});

it('has under the ROC curve the share of pairs in the right order, half of those of one score', () => {
  const area = sum(pairs(rocCurve(scored)), ([a, b]) => ((b.x - a.x) * (a.y + b.y)) / 2);
  expect(area).toBeCloseTo((1 + 1 + 0.5 + 1 + 0 + 1) / 6, 12);
});

it('draws precision by recall, beginning at the highest score', () => {
  expect(coordinates(precisionRecallCurve(scored))).toEqual([
    [1 / 3, 1],
    [2 / 3, 2 / 3],
    [1, 3 / 4],
    [1, 3 / 5],
  ]);
});

it('sets what came beside what was held probable, and leaves groups of a few rows out', () => {
  const scores = [0.62, 0.64, 0.66, 0.68, 0.65, 0.05];
  const isMember = [true, true, true, false, true, false];
  const points = calibration({ name: 'a', scores, isMember });
  expect(points).toEqual([{ name: 'a', x: expect.closeTo(0.65, 12), y: 0.8, rows: 5 }]);
});

it('counts every pair of classes, and shares of the rows of the actual one', () => {
  const answers = [
    { actual: 'wet', predicted: 'wet' },
    { actual: 'wet', predicted: 'dry' },
    { actual: 'dry', predicted: 'dry' },
  ];
  expect(confusionMatrix(answers)).toEqual([
    { actual: 'dry', predicted: 'dry', rows: 1, share: 1 },
    { actual: 'dry', predicted: 'wet', rows: 0, share: 0 },
    { actual: 'wet', predicted: 'dry', rows: 1, share: 0.5 },
    { actual: 'wet', predicted: 'wet', rows: 1, share: 0.5 },
  ]);
});
