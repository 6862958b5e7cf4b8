import * as Plot from '@observablehq/plot';
import { extent } from 'd3-array';
import { epochMean, type Run } from './report.js';

interface Point {
  readonly step: number;
  readonly loss: number;
}

/**
 * The learning curves of one run as an inline SVG. All runs of an example share the loss axis, so
 * that backends can be compared by eye. Colours are CSS variables of the page.
 */
export function learningCurves(document: Document, run: Run, siblings: readonly Run[]): Element {
  const { example, backend, result } = run;
  const { losses, stepsPerEpoch } = result.training;
  const byEpoch = (loss: number, epoch: number): Point => ({ step: (epoch + 1) * stepsPerEpoch, loss });
  const batches = losses.map((loss, index): Point => ({ step: index + 1, loss }));
  const train = result.testLosses.map((_, epoch) => byEpoch(epochMean(result, epoch), epoch));
  const test = result.testLosses.map(byEpoch);
  const baseline = { step: losses.length, loss: baselineLoss(run) };
  const [low, high] = lossDomain(siblings);
  const at = { x: 'step', y: 'loss' } as const;

  return Plot.plot({
    document,
    ariaLabel: `${example.name} on ${backend}: loss by training step`,
    width: 400,
    height: 260,
    marginLeft: 40,
    marginRight: 58,
    marginBottom: 38,
    style: { fontSize: '12px' },
    x: { label: 'training step', domain: [0, losses.length], ticks: 5 },
    y: {
      label: example.lossLabel,
      type: example.lossScale,
      domain: [low, high],
      grid: true,
      tickSize: 0,
      ticks: example.lossScale === 'log' ? logTicks.filter((tick) => tick >= low && tick <= high) : 5,
      tickFormat: String,
    },
    marks: [
      Plot.lineY(batches, { ...at, stroke: 'var(--train)', strokeWidth: 1, strokeOpacity: 0.3 }),
      Plot.ruleY([baseline.loss], { stroke: 'var(--baseline)', strokeWidth: 1.5, strokeDasharray: '5 4' }),
      Plot.lineY(train, { ...at, stroke: 'var(--train)', strokeWidth: 2 }),
      Plot.lineY(test, { ...at, stroke: 'var(--test)', strokeWidth: 2 }),
      Plot.dot(test.slice(-1), { ...at, fill: 'var(--test)', r: 3.5 }),
      Plot.text(test.slice(-1), { ...at, ...endLabel, fill: 'var(--test)' }),
      Plot.text([baseline], { ...at, ...endLabel, fill: 'var(--baseline)' }),
    ],
  });
}

const endLabel = {
  text: ({ loss }: Point) => loss.toPrecision(3),
  textAnchor: 'start',
  dx: 7,
  fontWeight: 600,
} as const;

/** As many as a logarithmic axis can label without clutter. */
const logTicks = [0.01, 0.1, 1, 10, 100].flatMap((power) => [power, 2 * power, 5 * power]);

function lossDomain(runs: readonly Run[]): [number, number] {
  const losses = runs.flatMap((run) => [...run.result.training.losses, ...run.result.testLosses, baselineLoss(run)]);
  return extent(losses.filter(Number.isFinite)) as [number, number];
}

function baselineLoss({ result }: Run): number {
  return result.baselineLoss;
}
