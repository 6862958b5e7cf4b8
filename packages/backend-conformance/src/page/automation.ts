import { runSession, type SessionMessage, type SessionRequest } from '../session.js';
import type { Subjects } from '../subject.js';

/** What drives the page finds this as `window.conformance`, whatever it speaks: Playwright's protocol, WebDriver, or by hand. */
export interface Automation {
  /** Makes a session, in place of the one before. It does nothing until it is asked for its messages. */
  start(request: SessionRequest): void;
  /**
   * Runs up to the next message, so that each has arrived before a case begins that may hang the page; null after the last.
   *
   * @throws Error why the session broke off
   */
  next(): Promise<SessionMessage | null>;
}

declare global {
  interface Window {
    conformance: Automation;
  }
}

/** Lets programs drive the page. */
export function installAutomation(subjects: Subjects): void {
  let session: AsyncGenerator<SessionMessage> | undefined;
  window.conformance = {
    start: (request) => {
      session = runSession(subjects, request);
    },
    next: async () => {
      const step = await session?.next();
      return step === undefined || step.done === true ? null : step.value;
    },
  };
}
