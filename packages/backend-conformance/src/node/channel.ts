import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { guard } from './guard.js';

const DESCRIPTOR = 3; // of the pipe between a worker and its parent

const POLL = 20; // ms

/** How a worker gets its job, and is heard. */
export interface Channel {
  readonly stdio: readonly ('ignore' | 'pipe')[];
  /** What it is told: a descriptor, or a path to write to. */
  readonly name: string;
  of(child: ChildProcess): { readonly input: Writable; readonly output: NodeJS.ReadableStream };
}

/** A pipe of its own, both ways. */
const pipe: Channel = {
  stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  name: String(DESCRIPTOR),
  of: ({ stdio }) => {
    const both = stdio[DESCRIPTOR] as Writable & NodeJS.ReadableStream;
    return { input: both, output: both };
  },
};

/** For a runtime that knows no descriptors but the usual three: the job by its input, and a file that is read while it grows. */
function byFile(): Channel {
  const path = join(guard().folder, `channel-${randomUUID()}`);
  closeSync(openSync(path, 'wx', 0o600));
  return {
    stdio: ['pipe', 'pipe', 'pipe'],
    name: path,
    of: (child) => ({
      input: child.stdin as Writable,
      output: Readable.from(growing(path, once(child, 'exit')), { objectMode: false }),
    }),
  };
}

export function channelFor({ hasPipes }: { readonly hasPipes: boolean }): Channel {
  return hasPipes ? pipe : byFile();
}

/** A file up to what it has when its writer has ended, whoever may hold what else that wrote to. */
async function* growing(path: string, ended: Promise<unknown>): AsyncGenerator<Buffer> {
  let isOver = false;
  ended.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  const file = await open(path);
  try {
    for (;;) {
      const wasOver = isOver; // before the last look
      const { bytesRead, buffer } = await file.read(Buffer.alloc(65_536));
      if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
      else if (wasOver) return;
      else await sleep(POLL);
    }
  } finally {
    await file.close();
  }
}
