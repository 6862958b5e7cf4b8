import { cpus } from 'node:os';
import { group, max, mean, zip } from 'd3-array';
import type { BackendStatus } from '../backends.js';
import type { Example, RunResult } from '../example.js';

/** One example on one backend. */
export interface Run {
  readonly example: Example;
  readonly backend: string;
  readonly result: RunResult;
}

/** A chart under its title. */
export interface Chart {
  readonly title: string;
  readonly chart: Element;
}

/** Everything there is to tell. */
export interface Report {
  readonly runs: readonly Run[];
  readonly unavailable: readonly Extract<BackendStatus, { available: false }>[];
}

/** An example with its runs, one for each backend. There is at least one. */
export interface ExampleRuns {
  readonly example: Example;
  readonly runs: readonly [Run, ...Run[]];
}

export function byExample(report: Report): readonly ExampleRuns[] {
  return Array.from(
    group(report.runs, (run) => run.example),
    ([example, runs]) => ({ example, runs: runs as [Run, ...Run[]] }),
  );
}

/** The largest relative difference between backends in any loss; undefined where there is but one backend. */
export function disagreement(runs: readonly Run[]): number | undefined {
  if (runs.length < 2) return undefined;
  const curves = runs.map(({ result }) => [...result.training.losses, ...result.testLosses]);
  return max(zip(...curves), (losses) => {
    const [low, high] = [Math.min(...losses), Math.max(...losses)];
    return (high - low) / Math.max(Math.abs(low), Math.abs(high), Number.MIN_VALUE);
  });
}

/** The mean training loss of an epoch: that of a single batch would say more about the batch. */
export function epochMean({ training }: RunResult, epoch: number): number {
  const { losses, stepsPerEpoch } = training;
  return mean(losses.slice(epoch * stepsPerEpoch, (epoch + 1) * stepsPerEpoch)) ?? NaN;
}

export function finalLoss(result: RunResult): number {
  return epochMean(result, result.testLosses.length - 1);
}

export function describeMachine(): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() || 'unknown processor';
  return `${model}, ${processors.length} cores, ${process.platform} ${process.arch}, Node ${process.version}`;
}

/** A loss or a metric as the tables show it. */
export function digits(value: number): string {
  return value.toPrecision(4);
}
