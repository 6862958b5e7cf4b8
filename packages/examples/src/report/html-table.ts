import type { Build } from './dom.js';
import { digits, finalLoss, type ExampleRuns } from './report.js';

/** The results of an example: a column for each backend and the baseline, a row for each metric of the head. */
export function htmlTable(build: Build, { runs }: ExampleRuns): Element {
  const heading = (scope: string, text: string): Element => build('th', { scope }, text);
  const row = (title: string, cells: readonly string[]): Element =>
    build('tr', heading('row', title), ...cells.map((text) => build('td', { class: 'number' }, text)));
  const [{ result: first }] = runs;
  return build(
    'table',
    build(
      'thead',
      build('tr', ...['', ...runs.map(({ backend }) => backend), 'baseline'].map((text) => heading('col', text))),
    ),
    build(
      'tbody',
      row('steps per second', [...runs.map(({ result }) => result.training.stepsPerSecond.toFixed(0)), '']),
      row('loss', [...runs.map(({ result }) => digits(finalLoss(result))), '']),
      ...Object.keys(first.metrics).map((key) =>
        row(
          key,
          [...runs.map(({ result }) => result.metrics), first.baseline].map((metrics) => digits(metrics[key] ?? NaN)),
        ),
      ),
    ),
  );
}
