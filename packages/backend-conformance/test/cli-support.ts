import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import type { BackendRun, ConformanceReport } from '@tfjs-heads/backend-conformance';

export const main: string = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** Few cases that every head has: two of each. */
export const NARROW = '*:law:mean-is-sum-over-size';

/** The same of four heads of this project, however many there are: eight cases. */
export const NARROWER = '*RegressionHead*:law:mean-is-sum-over-size';

/** Where the modules are that the tests name. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`cli-fixtures/${name}`, import.meta.url));
}

/** What a user sees. */
export interface Outcome {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly lastLine: string | undefined;
}

/** Runs the command as a user would, from a folder of no importance. */
export async function conformance(...args: readonly string[]): Promise<Outcome> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [main, ...args], { cwd: tmpdir(), reject: false });
  return { exitCode, stdout, stderr, lastLine: stdout.split('\n').at(-1) };
}

export function emptyFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'cli-test-'));
}

export async function reportIn(folder: string): Promise<ConformanceReport> {
  return JSON.parse(await readFile(join(folder, 'results.json'), 'utf8')) as ConformanceReport;
}

/**
 * A server that takes connections and never answers, which a page waits for without keeping a core busy, until the test is over.
 *
 * @returns The path of a module that tells the backend `hanging` of the fixtures of it
 */
export async function neverAnswering(): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => {}))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const folder = await emptyFolder();
  onTestFinished(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await rm(folder, { recursive: true });
  });
  const path = join(folder, 'never-answers.mjs');
  const { port } = server.address() as AddressInfo;
  await writeFile(path, `globalThis.neverAnswers = 'http://127.0.0.1:${port}/';\n`);
  return path;
}

/** The queries of a run that came out in some way. */
export function queriesOf(run: BackendRun | undefined, status?: string): string[] {
  return (run?.cases ?? [])
    .filter((result) => status === undefined || result.status === status)
    .map(({ query }) => query);
}

/** Which of some processes run, by name; one that has ended and waits for its parent to look does not. */
export async function stillRunning(pids: readonly number[]): Promise<string[]> {
  const states = pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
  return (await Promise.all(states))
    .filter((state) => state !== '' && !/^\d+ \(.*\) Z/.test(state))
    .map((state) => state.slice(0, 40));
}
