import type { BackendRun } from '../../report/format.js';
import type { SessionMessage } from '@tfjs-heads/conformance-kit';

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
