/** Of an optimizer: how many steps it has taken. Of a layer: who stands beside it. Neither is a setting. */
const LEFT_OUT = new Set(['iterations', 'iterations_', '_refCount', 'inboundNodes', 'outboundNodes']);

interface Part {
  readonly of: Readonly<Record<string, unknown>>;
  readonly keys: readonly string[];
  readonly values: readonly unknown[];
}

/**
 * The numbers, texts and flags of optimizers and layers as they were: a recorded step has them as constants, and JavaScript that changes one, such as
 * `model.optimizer.learningRate = 0.01`, leaves no other trace.
 */
export class Settings {
  readonly #parts: readonly Part[];

  /** @param roots Optimizers and layers. What they are configured by, such as regularizers and layers within, is looked at, too. */
  constructor(roots: readonly unknown[]) {
    const seen = new Set<unknown>();
    const parts: Part[] = [];
    const visit = (value: unknown): void => {
      if (Array.isArray(value)) return value.forEach(visit);
      if (!isConfigured(value) || seen.has(value)) return;
      seen.add(value);
      const keys = Object.keys(value).filter((key) => !LEFT_OUT.has(key));
      const plain = keys.filter((key) => isPlain(value[key]));
      parts.push({ of: value, keys: plain, values: plain.map((key) => value[key]) });
      for (const key of keys) visit(value[key]);
    };
    roots.forEach(visit);
    this.#parts = parts;
  }

  /** What is another one now, by its name; undefined where all are as they were. */
  changed(): string | undefined {
    for (const { of, keys, values } of this.#parts)
      for (let index = 0; index < keys.length; index++)
        if (!Object.is(of[keys[index] as string], values[index])) return keys[index];
    return undefined;
  }
}

/** Layers, optimizers, regularizers, constraints and initializers of tfjs-layers can tell their configuration. */
function isConfigured(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof (value as { getConfig?: unknown } | null | undefined)?.getConfig === 'function';
}

function isPlain(value: unknown): boolean {
  return value === null || !(typeof value === 'object' || typeof value === 'function');
}
