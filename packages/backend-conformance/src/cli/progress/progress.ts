import type { BackendRun } from '../../report/format.js';
import type { SessionMessage } from '@tfjs-heads/conformance-kit';
import { Bars } from './bars.js';
import { Lines } from './lines.js';

/** Shows how far each target has come, and each failure at once. */
export interface Progress {
  message(target: string, message: SessionMessage): void;
  ended(run: BackendRun): void;
  /** What a backend or a head prints. */
  output(target: string, text: string): void;
  close(): void;
}

export interface ProgressOptions {
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Bars in a terminal, lines elsewhere; failures alone where it is to be quiet. */
export function progressFor(options: ProgressOptions, targets: readonly string[], total: number): Progress {
  return process.stdout.isTTY && !options.quiet ? new Bars(targets, total, options) : new Lines(total, options);
}
