import { type Browser, type EngineVersion, isBrowser } from '../engine.js';
import type { Plan } from './plan.js';
import type { RunCommandOptions } from './run-options.js';

/** Browsers of one engine by what they call themselves, in small letters. */
const families: Readonly<Record<Browser, RegExp>> = {
  chromium: /chrom|edge/,
  firefox: /firefox/,
  webkit: /safari|webkit|minibrowser|epiphany|wpe/,
};

/**
 * Names targets by what the browser of a WebDriver server says that it is: one that was asked for Chrome may have another. A bare
 * name stays that of Chromium's. Where no browser is to be had the names stay, for each session says why.
 */
export async function namedByBrowser(plan: Plan, options: RunCommandOptions): Promise<Plan> {
  const { browser: remote, capabilities, gpu = false, host } = options;
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
    const session = await startBrowser(settings, `http://${at}`).catch(() => undefined);
    await session?.close().catch(() => {});
    return session && familyOf(session.engine);
  }
}

/** The engine of a browser, or how it calls itself. */
function familyOf({ name }: EngineVersion): string {
  const said = name.toLowerCase();
  const [family] = Object.entries(families).find(([, pattern]) => pattern.test(said)) ?? [];
  return family ?? said.replaceAll(/[^a-z\d]+/g, '-');
}
