import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Site } from '../browser/serve.js';
import type { LazyPage } from '../browser/session.js';
import { isOneForAll } from '../browser/drivers.js';
import { isBrowser } from '../engine.js';
import type { Modules } from '../modules.js';
import { guard } from '../node/guard.js';
import { runInProcess } from '../node/session.js';
import type { Session } from './collect.js';
import type { Plan } from './plan.js';
import type { RunCommandOptions } from './run-options.js';

type BrowserOptions = Pick<RunCommandOptions, 'host' | 'gpu' | 'browser' | 'capabilities'>;

/** Opens sessions for targets. The page of browsers is served once, and built when the first of them has started. */
export class Sessions {
  readonly #modules: Modules;
  readonly #options: BrowserOptions;
  #site: Promise<LazyPage & Site> | undefined;

  constructor(modules: Modules, options: BrowserOptions) {
    this.#modules = modules;
    this.#options = options;
  }

  sessionOf({ engine, request, begun }: Plan['targets'][number], onOutput: (text: string) => void): Session {
    if (begun !== undefined) return (signal) => begun(signal, onOutput);
    if (!isBrowser(engine))
      return (signal) => runInProcess({ modules: this.#modules, request }, signal, onOutput, engine);
    const modules = this.#modules;
    const { gpu = false, browser: remote, capabilities } = this.#options;
    const site = (): Promise<LazyPage> => (this.#site ??= this.#openSite());
    return async function* (signal) {
      yield { type: 'begins', what: 'serves the page' };
      const { runInPage } = await import('../browser/session.js');
      yield* runInPage(
        await site(),
        { browser: engine, gpu, remote, capabilities, onOutput },
        { modules, request },
        signal,
      );
    };
  }

  /** The driver that a target shares with others and that serves one browser at a time, by a name; none where it has its own. */
  driverOf({ engine }: Plan['targets'][number]): string | undefined {
    if (!isBrowser(engine)) return undefined;
    const { browser: remote } = this.#options;
    if (remote === undefined) return isOneForAll(engine) ? engine : undefined;
    return remote.protocol.startsWith('http') ? remote.href : undefined;
  }

  async close(): Promise<void> {
    await this.#site?.then((site) => site.close()).catch(() => {});
  }

  async #openSite(): Promise<LazyPage & Site> {
    const { serve } = await import('../browser/serve.js');
    const folder = await mkdtemp(join(guard().folder, 'page-'));
    let built: Promise<void> | undefined;
    const build = async (): Promise<void> => {
      const { buildSite } = await import('../browser/site.js');
      await buildSite(folder, this.#modules, { sourceMap: true });
    };
    return { ...(await serve(folder, this.#options.host)), build: () => (built ??= build()) };
  }
}
