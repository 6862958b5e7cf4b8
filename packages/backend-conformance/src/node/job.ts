import type { SessionRequest } from '../session.js';

/** Modules of the user's, as absolute paths. */
export interface Modules {
  /** Exports `subjects`. */
  readonly subjects: string;
  /** Imported before the backend starts, for what they register. */
  readonly register: readonly string[];
}

/** What a worker process is sent. Plain JSON. */
export interface Job {
  readonly modules: Modules;
  readonly request: SessionRequest;
}
