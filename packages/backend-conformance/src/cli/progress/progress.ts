import type { BackendRun } from '../../report/format.js';
import type { HomeMessage } from '../../engine.js';

/** Shows how far each target has come, and each failure at once. */
export interface Progress {
  message(target: string, message: HomeMessage): void;
  ended(run: BackendRun): void;
  /** What a backend or a head prints. */
  output(target: string, text: string): void;
  close(): void;
}

export interface ProgressOptions {
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}
