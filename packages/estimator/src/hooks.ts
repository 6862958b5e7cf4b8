import type { SessionRunContext, SessionRunHook } from '@tfjs-heads/head-api';
import { describeValue, headError, listOf } from '@tfjs-heads/head-kit';

const METHODS = ['begin', 'beforeRun', 'afterRun', 'end'] as const;

/** Several hooks as one, in their order. */
export class Hooks {
  readonly #hooks: readonly SessionRunHook[];

  constructor(hooks: readonly SessionRunHook[]) {
    this.#hooks = hooks;
  }

  async begin(context: SessionRunContext): Promise<void> {
    for (const hook of this.#hooks) await hook.begin?.(context);
  }

  async beforeRun(context: SessionRunContext): Promise<void> {
    for (const hook of this.#hooks) await hook.beforeRun?.(context);
  }

  async afterRun(context: SessionRunContext): Promise<void> {
    for (const hook of this.#hooks) await hook.afterRun?.(context);
  }

  /** Not called for a run that failed, as in the original. */
  async end(context: SessionRunContext): Promise<void> {
    for (const hook of this.#hooks) await hook.end?.(context);
  }
}

/** @throws INVALID_ARGUMENT */
export function checkHooks(name: string, given: readonly SessionRunHook[] | undefined): readonly SessionRunHook[] {
  if (given === undefined) return [];
  const hooks = listOf(given);
  if (hooks === undefined) throw invalid(`${name} must be a list of hooks`, given);
  hooks.forEach((hook, i) => {
    const methods = typeof hook === 'object' ? (hook as Readonly<Record<string, unknown>> | null) : null;
    if (methods === null || !METHODS.every((method) => isMethod(methods[method])))
      throw invalid(`${name}[${i}] must be an object with some of the methods ${METHODS.join(', ')}`, hook);
  });
  return given;
}

function isMethod(value: unknown): boolean {
  return value === undefined || typeof value === 'function';
}

function invalid(expected: string, got: unknown): Error {
  return headError('INVALID_ARGUMENT', `${expected}, got ${describeValue(got)}.`);
}
