import * as Plot from '@observablehq/plot';
import { extent } from 'd3-array';
import type { Charted } from '../example.js';
import { classCharts } from './class-charts.js';
import type { Chart } from './report.js';

/** What is shown beside the learning curves of an example, of one prediction of one run. */
export function chartsOf(document: Document, charted: Charted): readonly Chart[] {
  if (charted.kind === 'classes') return classCharts(document, charted.classes, charted.answers);
  const { unit, actual, predicted } = charted;
  const domain = extent([...actual, ...predicted]) as [number, number];
  const points = actual.map((x, row) => ({ x, y: predicted[row] ?? NaN }));
  const chart = Plot.plot({
    document,
    ariaLabel: 'predicted against actual',
    width: 400,
    height: 320,
    marginLeft: 44,
    marginBottom: 40,
    style: { fontSize: '12px' },
    x: { label: `actual, ${unit}`, domain, grid: true, tickSize: 0, ticks: 6 },
    y: { label: `predicted, ${unit}`, domain, grid: true, tickSize: 0, ticks: 6 },
    marks: [
      Plot.line(
        domain.map((value) => [value, value]),
        { stroke: 'var(--muted)', strokeDasharray: '3 4' },
      ),
      Plot.dot(points, { x: 'x', y: 'y', r: 2.5, fill: 'var(--test)', fillOpacity: 0.5 }),
    ],
  });
  return [{ title: 'Predicted against actual', chart }];
}
