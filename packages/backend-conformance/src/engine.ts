import type { SessionMessage } from '@tfjs-heads/conformance-kit';

/** What runs a session in a process of its own. */
export const runtimes = ['node', 'bun', 'deno'] as const;
export type Runtime = (typeof runtimes)[number];

/** What runs it in a page. */
export const browsers = ['chromium', 'firefox', 'webkit'] as const;
export type Browser = (typeof browsers)[number];

/** What runs JavaScript; a backend is asked for in one of them by `firefox:wasm`. */
export type Engine = Runtime | Browser;
export const engines: readonly Engine[] = [...runtimes, ...browsers];

export function isBrowser(engine: Engine): engine is Browser {
  return browsers.some((browser) => browser === engine);
}

/** An engine as it calls itself: `Firefox`, `153.7.0`. */
export interface EngineVersion {
  readonly name: string;
  readonly version: string;
}

/** What comes of a session: what it says, and before that what it runs in, which nothing in there is asked. */
export type HomeMessage = SessionMessage | ({ readonly type: 'engine' } & EngineVersion);
