import { runSession, suiteOf, type CaseResult, type Expectation } from '../src/index.js';

export interface OpsRequest {
  readonly backend: string;
  readonly repair: boolean;
  readonly expectations?: readonly Expectation[];
  readonly filters?: readonly string[];
}

/** Runs the family `op` and collects what came out. */
export async function runOps({
  backend,
  repair,
  expectations = [],
  filters = ['tfjs:op'],
}: OpsRequest): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for await (const message of runSession(await suiteOf({}), { backend, filters, repair, expectations })) {
    if (message.type === 'unavailable') throw new Error(`${backend}: ${message.reason}`);
    if (message.type === 'result') results.push(message.result);
  }
  return results;
}
