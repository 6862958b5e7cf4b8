import { contentOf } from '../modules.js';
import { runSession, type SessionMessage, suiteOf } from '@tfjs-heads/conformance-kit';
import { faultOf, reasonInFull, reasonOf } from '@tfjs-heads/conformance-kit/host';
import type { Job } from './job.js';
import { quiet, type StrayErrors } from './stray-errors.js';

/** How the modules of a job are loaded, by their paths. */
export type Load = (path: string) => Promise<object>;

/** An import may wait for something, but not for ever. */
const LOAD_LIMIT = 60_000; // ms

/** Does a job to its end, in a process or in a page of its own. Whatever goes wrong is its last message. */
export async function* perform(
  { modules, request, listsFirst = request === undefined }: Job,
  load: Load,
  strayErrors: StrayErrors,
): AsyncGenerator<SessionMessage> {
  const imported = async (path: string): Promise<object> => {
    const loading = (): Promise<object> => within(LOAD_LIMIT, load(path));
    return naming(`${path} does not load`, () => strayErrors.during(loading));
  };
  try {
    for (const path of modules.register) {
      yield { type: 'begins', what: `imports ${path}` };
      await imported(path);
    }
    const path = modules.subjects;
    yield { type: 'begins', what: `imports ${path}` };
    const module = await imported(path);
    const suite = await naming(path, async () => {
      const { subjects, families } = contentOf(module);
      return suiteOf(subjects, { families });
    });
    if (listsFirst) yield { type: 'cases', cases: suite.cases };
    if (request !== undefined)
      yield* thenQuiet(
        runSession(suite, request, (run) => strayErrors.during(run)),
        strayErrors,
      );
  } catch (error) {
    yield { type: 'broken', reason: reasonInFull(await faultOf(error)) };
  }
}

/** A session is done when no error can come of it any more, so far as can be told. */
async function* thenQuiet(
  session: AsyncGenerator<SessionMessage>,
  strayErrors: StrayErrors,
): AsyncGenerator<SessionMessage> {
  for await (const message of session) {
    if (message.type === 'done') await naming('after the last case', () => strayErrors.during(quiet));
    yield message;
  }
}

/** What was thrown is the cause of what is thrown on: the place comes from there. */
async function naming<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw new Error(`${what}: ${reasonOf(error)}`, { cause: error });
  }
}

async function within<T>(milliseconds: number, run: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${milliseconds / 1000} s`)), milliseconds);
  });
  // Node sees that nothing else is left to be waited for.
  if (typeof timer === 'object') timer.unref();
  try {
    return await Promise.race([run, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
