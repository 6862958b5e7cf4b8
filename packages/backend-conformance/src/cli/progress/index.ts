import { Bars } from './bars.js';
import { Lines } from './lines.js';
import type { Progress, ProgressOptions } from './progress.js';

/** Bars in a terminal, lines elsewhere; failures alone where it is to be quiet. */
export function progressFor(options: ProgressOptions, targets: readonly string[], total: number): Progress {
  return process.stdout.isTTY && !options.quiet ? new Bars(targets, total, options) : new Lines(total, options);
}
