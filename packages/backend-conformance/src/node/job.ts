import type { Modules } from '../modules.js';
import type { SessionRequest } from '../session.js';

/** What a worker process is sent. Plain JSON. */
export interface Job {
  readonly modules: Modules;
  readonly request: SessionRequest;
}
