// A process that runs one session: it is sent a `Job`, and sends what the session says.
import { pathToFileURL } from 'node:url';
import { runSession } from '../session.js';
import type { Subjects } from '../subject.js';
import type { Job } from './job.js';

// Nothing is left to do once the parent is gone.
process.once('disconnect', () => process.exit());
process.once('message', (job) => void run(job as Job));

/** What is thrown ends the process with its stack on stderr, from where the parent has the reason. */
async function run({ modules, request }: Job): Promise<void> {
  for (const path of modules.register) await load(path);
  const { subjects } = (await load(modules.subjects)) as { subjects: Subjects };
  for await (const message of runSession(subjects, request)) process.send?.(message);
}

function load(path: string): Promise<unknown> {
  return import(pathToFileURL(path).href);
}
