import type { Job } from '../channel/job.js';
import { lockSuite } from '../channel/lock-suite.js';
import { perform, type Load } from '../channel/perform.js';
import { sealer } from '../channel/seal.js';
import type { SessionMessage } from '@tfjs-heads/conformance-kit';
import { watchStrayErrors } from '../channel/stray-errors.js';

/** What drives the page finds this as `window.conformance`, whatever it speaks: Playwright's protocol or WebDriver. */
export interface Automation {
  /** Takes a job, once. Nothing is done of it until it is asked for its messages. */
  start(job: Job): void;
  /**
   * Goes on up to the next message, so that each has arrived before a case begins that may hang the page. Comes sealed, since code
   * under test can call this too; empty after the last.
   */
  next(): Promise<string>;
}

declare global {
  interface Window {
    readonly conformance: Automation;
  }
}

/** Lets a program drive the page. No code under test has been loaded yet. */
export function installAutomation(load: Load): void {
  let messages: AsyncGenerator<SessionMessage> | undefined;
  let seal: ((message: unknown) => string) | undefined;
  const automation: Automation = {
    start: (job) => {
      if (messages !== undefined) throw new Error('The page has been given its job.');
      seal = sealer(job.key);
      messages = perform(job, load, watchStrayErrors());
      lockSuite();
    },
    next: async () => {
      const step = await messages?.next();
      return step === undefined || step.done === true || seal === undefined ? '' : seal(step.value);
    },
  };
  Object.defineProperty(window, 'conformance', { value: Object.freeze(automation), enumerable: true });
}
