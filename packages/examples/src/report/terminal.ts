import Table, { type CellOptions, type TableConstructorOptions } from 'cli-table3';
import type { MetricValues } from '../evaluate.js';
import { byExample, digits, disagreement, finalLoss, metricKeys, type Report } from './report.js';

type Row = (string | CellOptions)[];

/** The one table: every example on every backend, beside its baseline. Fits 80 columns. */
export function resultsTable(report: Report): string {
  const columns = ['backend', 'steps/s', 'loss', ...metricKeys];
  const table = new Table({
    head: columns,
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    colWidths: [12, 9, 9, 14, 12, 17],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { example, runs } of byExample(report)) {
    table.push(wide(columns.length, `${example.name}: ${example.head}`));
    for (const { backend, result } of runs) {
      const speed = result.training.stepsPerSecond.toFixed(0);
      table.push([backend, speed, digits(finalLoss(result)), ...metricCells(result.metrics)]);
    }
    table.push(['baseline', '', '', ...metricCells(runs[0].result.baseline)]);
  }
  for (const { name, reason } of report.unavailable) {
    table.push(wide(columns.length, `${name} is unavailable: ${reason}`));
  }
  return table.toString();
}

/** How good each example is in words of its task, and a few rows with what each backend predicts. */
export function predictionTables(report: Report): string {
  return byExample(report)
    .map(({ example, runs }) => {
      const table = new Table({ head: ['', 'actual', ...runs.map((run) => run.backend)], ...borderless });
      const [first] = runs;
      first.result.rows.forEach(({ subject, actual }, row) => {
        table.push([subject, actual, ...runs.map((run) => run.result.rows[row]?.predicted ?? '')]);
      });
      const { measure, model, baseline } = first.result.verdict;
      const difference = disagreement(runs);
      const lines = [example.task, `${measure}: ${model} (baseline, ${example.baseline}: ${baseline})`];
      if (difference !== undefined) {
        lines.push(`Largest relative difference of a loss between backends: ${difference.toExponential(1)}`);
      }
      return [...lines, table.toString()].join('\n');
    })
    .join('\n\n');
}

/** No lines, columns two spaces apart. */
const borderless: TableConstructorOptions = {
  chars: {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  },
  style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
};

function metricCells(metrics: MetricValues): string[] {
  return metricKeys.map((key) => digits(metrics[key] ?? NaN));
}

function wide(colSpan: number, content: string): Row {
  return [{ colSpan, content, hAlign: 'left' }];
}
