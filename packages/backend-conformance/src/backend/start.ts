import { startBackend, type NoBackendError, type RepairReport } from '@tfjs-heads/backends';
import { reasonOf } from '../reason.js';
import { recordBackend, type BackendRecord } from './record.js';

/** A backend that runs, or why it does not. */
export type Started = { readonly record: BackendRecord } | { readonly unavailable: string };

export interface StartSettings {
  /** Default: true. */
  readonly repair?: boolean;
}

/** Makes a backend the current one. That it computes rightly is for the cases to say, not for its self-test. */
export async function startForSuite(name: string, { repair = true }: StartSettings = {}): Promise<Started> {
  let repairs: readonly RepairReport[];
  try {
    const { candidates } = await startBackend({ prefer: [name], allow: [name], selfTest: false, repair, timeLimit: 60_000 });
    repairs = candidates[0]?.repairs ?? [];
  } catch (error) {
    const { code, candidates } = error as Partial<NoBackendError>;
    if (code !== 'NO_BACKEND') throw error;
    return { unavailable: candidates?.[0]?.reason ?? 'it did not start' };
  }
  try {
    return { record: await recordBackend(repairs) };
  } catch (error) {
    return { unavailable: `it started, but could not be probed: ${reasonOf(error)}` };
  }
}
