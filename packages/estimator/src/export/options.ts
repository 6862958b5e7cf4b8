import type { Features } from '@tfjs-heads/head-api';

/** What `Estimator.exportSavedModel` takes besides the folder. */
export interface ExportSavedModelOptions {
  /** Features as the served model is given them, some rows of each; they stay the caller's. */
  readonly example: Features;
  /** Default: the latest checkpoint. */
  readonly checkpointPath?: string | undefined;
}
