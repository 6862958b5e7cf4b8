import type { MetricValues } from '../evaluate.js';
import type { Build } from './dom.js';
import { byExample, digits, finalLoss, metricKeys, type Report } from './report.js';

/** The results: a group of rows for each example, then what is unavailable. */
export function htmlTable(build: Build, report: Report): Element {
  const columns = ['backend', 'steps/s', 'loss', ...metricKeys];
  const heading = (scope: string, text: string): Element => build('th', { scope }, text);
  const number = (text: string): Element => build('td', { class: 'number' }, text);
  const metrics = (values: MetricValues): Element[] => metricKeys.map((key) => number(digits(values[key] ?? NaN)));

  const groups = byExample(report).map(({ example, runs }) => {
    const title = build('th', { scope: 'rowgroup', colspan: `${columns.length}` }, example.name);
    const rows = runs.map(({ backend, result }) => {
      const speed = number(result.training.stepsPerSecond.toFixed(0));
      return build('tr', heading('row', backend), speed, number(digits(finalLoss(result))), ...metrics(result.metrics));
    });
    const baseline = [heading('row', 'baseline'), build('td'), build('td'), ...metrics(runs[0].result.baseline)];
    return build('tbody', build('tr', title), ...rows, build('tr', ...baseline));
  });
  const unavailable = report.unavailable.map(({ name, reason }) => {
    const cell = build('td', { colspan: `${columns.length - 1}` }, `unavailable: ${reason}`);
    return build('tr', heading('row', name), cell);
  });
  return build(
    'table',
    build('thead', build('tr', ...columns.map((column) => heading('col', column)))),
    ...groups,
    build('tbody', { class: 'unavailable' }, ...unavailable),
  );
}
