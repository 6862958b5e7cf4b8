import { parseHTML } from 'linkedom';
import type { Charted } from '../example.js';
import { chartsOf } from './charts.js';
import { learningCurves } from './curves.js';
import { builder, type Build } from './dom.js';
import { htmlTable } from './html-table.js';
import { byExample, describeMachine, disagreement, type ExampleRuns, type Report } from './report.js';
import { style } from './style.js';

/** The report as one page that needs nothing else: no script, no font, no network. */
export function htmlReport(report: Report): string {
  const { document } = parseHTML('<!doctype html><html lang="en"><head></head><body></body></html>');
  const build = builder(document);
  document.head.append(
    build('meta', { charset: 'utf-8' }),
    build('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    build('title', 'Examples of heads'),
    build('style', style),
  );
  const about =
    'One network for each example, with a head on top, trained from the same seed on every backend. The loss is the mean of the last epoch; metrics and charts are of the test part.';
  document.body.append(
    build(
      'main',
      build('h1', 'Examples of heads'),
      build('p', { class: 'muted' }, about),
      ...byExample(report).map((runs) => exampleSection(document, build, runs)),
      ...report.unavailable.map(({ name, reason }) => build('p', build('strong', name), ` is unavailable: ${reason}`)),
      build('p', { class: 'muted' }, `Measured on ${describeMachine()}.`),
    ),
  );
  return document.toString();
}

function exampleSection(document: Document, build: Build, exampleRuns: ExampleRuns): Element {
  const { example, runs } = exampleRuns;
  const { training, verdict, charted } = runs[0].result;
  const { backend } = runs[0];
  const curves = runs.map((run) => {
    const speed = ` ${run.result.training.stepsPerSecond.toFixed(0)} steps/s`;
    const caption = build('figcaption', build('strong', run.backend), speed);
    return build('figure', caption, learningCurves(document, run, runs));
  });
  const difference = disagreement(runs);
  return build(
    'section',
    build('h2', example.name, build('code', example.head)),
    build('p', example.task),
    build(
      'ul',
      { class: 'legend' },
      build('li', { class: 'train' }, 'training loss, mean of each epoch; faint: of each batch'),
      build('li', { class: 'test' }, `loss of the test part, after each epoch of ${training.stepsPerEpoch} steps`),
      build('li', { class: 'baseline' }, `loss of the baseline, ${example.baseline}`),
    ),
    build('div', { class: 'charts' }, ...curves),
    build(
      'p',
      `In the end, ${verdict.measure}: `,
      build('strong', verdict.model),
      ` (baseline: ${verdict.baseline}).`,
      difference === undefined
        ? ''
        : ` Largest relative difference of a loss between backends: ${difference.toExponential(1)}.`,
    ),
    ...charted.flatMap((part) => chartRow(document, build, part, backend)),
    build('div', { class: 'scroll' }, htmlTable(build, exampleRuns)),
  );
}

/** The charts of one prediction, under a legend where they show several classes. */
function chartRow(document: Document, build: Build, charted: Charted, backend: string): readonly Element[] {
  const classes = charted.kind === 'classes' && charted.classes.length > 1 ? charted.classes : [];
  const legend = classes.map(({ name }, k) => build('li', { class: `class-${k + 1}` }, name));
  const figures = chartsOf(document, charted).map(({ title, chart }) =>
    build('figure', build('figcaption', build('strong', title), ` on ${backend}`), chart),
  );
  return [
    ...(legend.length > 0 ? [build('ul', { class: 'legend' }, ...legend)] : []),
    build('div', { class: 'charts small' }, ...figures),
  ];
}
