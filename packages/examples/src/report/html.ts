import { parseHTML } from 'linkedom';
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
    build('title', 'Learning curves'),
    build('style', style),
  );
  const about = 'One network for each example, with a head on top, trained from the same seed on every backend.';
  document.body.append(
    build(
      'main',
      build('h1', 'Learning curves'),
      build('p', { class: 'muted' }, about),
      ...byExample(report).map((exampleRuns) => exampleSection(document, build, exampleRuns)),
      build('h2', 'Results'),
      build('p', 'The loss is the mean of the last epoch; the metrics are those of the head, on the test part.'),
      build('div', { class: 'scroll' }, htmlTable(build, report)),
      build('p', { class: 'muted' }, `Measured on ${describeMachine()}.`),
    ),
  );
  return document.toString();
}

function exampleSection(document: Document, build: Build, { example, runs }: ExampleRuns): Element {
  const { training, verdict } = runs[0].result;
  const charts = runs.map((run) => {
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
      build(
        'li',
        { class: 'test' },
        `average_loss of the test part, after each epoch of ${training.stepsPerEpoch} steps`,
      ),
      build('li', { class: 'baseline' }, `average_loss of the baseline, ${example.baseline}`),
    ),
    build('div', { class: 'charts' }, ...charts),
    build(
      'p',
      `In the end, ${verdict.measure}: `,
      build('strong', verdict.model),
      ` (baseline: ${verdict.baseline}).`,
      difference === undefined
        ? ''
        : ` Largest relative difference of a loss between backends: ${difference.toExponential(1)}.`,
    ),
  );
}
