import type { Modules } from '../modules.js';
import type { SessionRequest } from '@tfjs-heads/conformance-kit';
import type { Key } from './seal.js';

/** What a process or a page is given before any code under test is loaded. Plain JSON. */
export interface Job {
  /** What its messages are sealed with. */
  readonly key: Key;
  readonly modules: Modules;
  /** What to run. Without it the cases of the module are listed. */
  readonly request?: SessionRequest;
  /** Whether the cases are listed before they run, once it is told to go on. */
  readonly listsFirst?: boolean;
}
