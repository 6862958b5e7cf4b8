import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '@tfjs-heads/conformance-kit/host';
import type { HomeMessage } from '../engine.js';

/**
 * The messages of a session up to its last one.
 *
 * @param silence Milliseconds without a message after which it counts as hung.
 * @throws Error where it breaks off, dies or hangs: says so, and what it was doing
 */
export async function* watched(session: AsyncGenerator<HomeMessage>, silence: number): AsyncGenerator<HomeMessage> {
  let doing: string | undefined = 'was starting';
  try {
    for (;;) {
      const { done, value: message } = await within(silence, session.next());
      if (done) throw new Error('the session ended before its time');
      if (message.type === 'begins') doing = message.what;
      if (message.type === 'started') doing = undefined; // The case is known.
      if (message.type === 'broken') {
        doing = undefined;
        throw new Error(message.reason);
      }
      yield message;
      if (['done', 'unavailable', 'cases'].includes(message.type)) return;
    }
  } catch (error) {
    const [first = '', ...rest] = reasonOf(error).split('\n');
    const reason =
      doing === undefined || first.includes(doing)
        ? first
        : `${first.replace(/;? its last words:$/, '')} while it ${doing}`;
    throw new Error([reason, ...rest].join('\n'), { cause: error });
  }
}

async function within<T>(milliseconds: number, next: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const tooLong = sleep(milliseconds, undefined, { signal: timer.signal }).then((): never => {
    throw new Error(`it said nothing for ${milliseconds / 1000} s`);
  });
  try {
    return await Promise.race([next, tooLong]);
  } finally {
    timer.abort();
  }
}
