import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, type EngineVersion, isBrowser } from '../engine.js';
import type { Plan } from './plan.js';
import type { RunCommandOptions } from './run-options.js';

const LATE = 5000; // ms; so long a browser that is on its way may take to come and be closed after an interruption

/** Browsers of one engine by what they call themselves, in small letters. */
const families: Readonly<Record<Browser, RegExp>> = {
  chromium: /chrom|edge/,
  firefox: /firefox/,
  webkit: /safari|webkit|minibrowser|epiphany|wpe/,
};

/**
 * Names targets by what the browser of a WebDriver server says that it is: one that was asked for Chrome may have another. A bare
 * name stays that of Chromium's. Where no browser is to be had, or none within the silence that sessions are allowed, the names
 * stay, for each session says why.
 *
 * @throws Error where it is interrupted
 */
export async function namedByBrowser(plan: Plan, options: RunCommandOptions, interrupted: AbortSignal): Promise<Plan> {
  const { browser: remote, capabilities, gpu = false, host, silence } = options;
  if (remote === undefined || !remote.protocol.startsWith('http')) return plan;
  const { startBrowser } = await import('../browser/browser-session.js');
  const asked = [...new Set(plan.targets.flatMap(({ engine }) => (isBrowser(engine) ? engine : [])))];
  const names = new Map<string, string>();
  for (const browser of asked) {
    // With capabilities the server gives the same to all.
    const known = capabilities === undefined ? undefined : [...names.values()][0];
    const name = known ?? (await familyThere({ browser, remote, capabilities, gpu, onOutput: () => {} }, host));
    if (name !== undefined) names.set(browser, name);
  }
  const nameOf = ({ name, engine, backend }: Plan['targets'][number]): string => {
    const family = names.get(engine) ?? engine;
    return family === engine ? name : `${family}:${backend}`;
  };
  const targets = plan.targets.map((target) => ({ ...target, name: nameOf(target) }));
  const bare = new Map(plan.targets.map(({ name }, i) => [name, targets[i]?.name ?? name]));
  return {
    ...plan,
    targets: targets.filter(({ name }, i) => targets.findIndex((other) => other.name === name) === i),
    required: plan.required.map((name) => (name.includes(':') ? name : (bare.get(name) ?? name))),
  };

  async function familyThere(settings: Parameters<typeof startBrowser>[0], at: string): Promise<string | undefined> {
    // Goes on when nobody waits any more, so that a browser that comes late is closed as well.
    const finding = startBrowser(settings, `http://${at}`)
      .then(async (session) => {
        await session.close().catch(() => {});
        return familyOf(session.engine);
      })
      .catch(() => undefined);
    const over = new AbortController();
    const signal = AbortSignal.any([interrupted, over.signal]);
    const family = await Promise.race([finding, sleep(silence * 1000, undefined, { signal }).catch(() => undefined)]);
    over.abort();
    if (interrupted.aborted) await Promise.race([finding, sleep(LATE, undefined, { ref: false })]);
    interrupted.throwIfAborted();
    return family;
  }
}

/** The engine of a browser, or how it calls itself. */
function familyOf({ name }: EngineVersion): string {
  const said = name.toLowerCase();
  const [family] = Object.entries(families).find(([, pattern]) => pattern.test(said)) ?? [];
  return family ?? said.replaceAll(/[^a-z\d]+/g, '-');
}
