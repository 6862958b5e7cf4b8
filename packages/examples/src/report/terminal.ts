import Table, { type TableConstructorOptions } from 'cli-table3';
import { byExample, digits, disagreement, finalLoss, type Report } from './report.js';

/** A table for each example: its loss and the metrics that tell most, a column for each backend and the baseline. Fits 80 columns. */
export function resultsTables(report: Report): string {
  const tables = byExample(report).map(({ example, runs }) => {
    const [{ result: first }] = runs;
    const table = new Table({
      head: ['', ...runs.map(({ backend }) => backend), 'baseline'],
      colAligns: ['left', ...runs.map((): 'right' => 'right'), 'right'],
      ...borderless,
    });
    const metrics = [...runs.map(({ result }) => result.metrics), first.baseline];
    table.push(
      ['steps per second', ...runs.map(({ result }) => result.training.stepsPerSecond.toFixed(0)), ''],
      ['loss', ...runs.map(({ result }) => digits(finalLoss(result))), ''],
      ...example.metricKeys.map((key) => [key, ...metrics.map((values) => digits(values[key] ?? NaN))]),
    );
    return `${example.name}: ${example.head}\n${table.toString()}`;
  });
  return [...tables, ...report.unavailable.map(({ name, reason }) => `${name} is unavailable: ${reason}`)].join('\n\n');
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
