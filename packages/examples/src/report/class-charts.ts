import * as Plot from '@observablehq/plot';
import type { Answer, ScoredClass } from '../example.js';
import {
  calibration,
  classNames,
  confusionMatrix,
  precisionRecallCurve,
  rocCurve,
  type Confusion,
} from './class-curves.js';
import type { Chart } from './report.js';

/** What people look at for a classifier. Colours are CSS variables of the page. */
export function classCharts(
  document: Document,
  classes: readonly ScoredClass[],
  answers: readonly Answer[] | undefined,
): readonly Chart[] {
  const color: Plot.ScaleOptions = {
    domain: classes.map(({ name }) => name),
    range: ['var(--class-1)', 'var(--class-2)', 'var(--class-3)', 'var(--class-4)'].slice(0, classes.length),
  };
  const unit = (label: string): Plot.ScaleOptions => ({ label, domain: [0, 1], ticks: 5, grid: true, tickSize: 0 });
  const square = (ariaLabel: string, x: string, y: string, marks: Plot.Markish[]): Element =>
    Plot.plot({ document, ariaLabel, ...SIZE, x: unit(x), y: unit(y), color, r: { range: [0, 9] }, marks });
  const line = { x: 'x', y: 'y', stroke: 'name', strokeWidth: 2 } as const;

  const charts: Chart[] = [
    {
      title: 'ROC curve',
      chart: square('ROC curve', 'false positive rate', 'true positive rate', [
        diagonal(),
        Plot.line(classes.flatMap(rocCurve), { ...line, z: 'name' }),
      ]),
    },
    {
      title: 'Precision and recall',
      chart: square('precision by recall', 'recall', 'precision', [
        Plot.line(classes.flatMap(precisionRecallCurve), { ...line, z: 'name' }),
      ]),
    },
    {
      title: 'Calibration',
      chart: square('calibration', 'predicted probability', 'share of rows', [
        diagonal(),
        Plot.line(classes.flatMap(calibration), { ...line, z: 'name', strokeOpacity: 0.5, strokeWidth: 1.5 }),
        Plot.dot(classes.flatMap(calibration), { x: 'x', y: 'y', fill: 'name', r: 'rows', fillOpacity: 0.8 }),
      ]),
    },
  ];
  if (answers !== undefined) charts.push({ title: 'Confusion matrix', chart: confusionChart(document, answers) });
  return charts;
}

const SIZE = { width: 300, height: 300, marginLeft: 44, marginBottom: 40, style: { fontSize: '12px' } } as const;

function diagonal(): Plot.Markish {
  return Plot.line(
    [
      [0, 0],
      [1, 1],
    ],
    { stroke: 'var(--muted)', strokeDasharray: '3 4' },
  );
}

function confusionChart(document: Document, answers: readonly Answer[]): Element {
  const domain = classNames(answers);
  const cells = confusionMatrix(answers);
  const at = { x: 'predicted', y: 'actual' } as const;
  return Plot.plot({
    document,
    ariaLabel: 'confusion matrix',
    ...SIZE,
    marginLeft: 76,
    x: { label: 'predicted', domain, tickSize: 0 },
    y: { label: 'actual', labelAnchor: 'top', domain, tickSize: 0 },
    marks: [
      Plot.cell(cells, {
        ...at,
        fill: 'var(--class-1)',
        fillOpacity: ({ share }: Confusion) => 0.08 + 0.5 * share,
        inset: 1,
      }),
      Plot.text(cells, { ...at, text: ({ rows }: Confusion) => String(rows), fill: 'currentColor', fontSize: 15 }),
    ],
  });
}
