import type { GraphDef } from '../graph/graph-def.js';
import type { Ref } from '../lowering/lowering.js';
import { encodeSavedModel } from '../saved-model/protocol-buffers.js';
import type { Addon, Handle } from './backend.js';

const TAG = 'step';

/** Modules of Node's own by what is asked of them; no imports, over which bundlers for the browser stumble. */
interface NodeModules {
  'node:fs': {
    mkdtempSync(prefix: string): string;
    writeFileSync(path: string, content: Uint8Array): void;
    rmSync(path: string, options: { readonly recursive: boolean; readonly force: boolean }): void;
  };
  'node:os': { tmpdir(): string };
  'node:path': { join(...parts: string[]): string };
}

/** A graph that native TensorFlow has loaded. */
export class Session {
  readonly #addon: Addon;
  readonly #id: number;
  readonly #inputs: string;
  readonly #outputs: string;

  /** @throws What the addon throws, and whatever forbids to write a file for a moment: it takes graphs from folders alone. */
  constructor(addon: Addon, graph: GraphDef, inputs: readonly Ref[], outputs: readonly Ref[]) {
    this.#addon = addon;
    this.#inputs = inputs.map(withOutput).join(',');
    this.#outputs = outputs.map(withOutput).join(',');
    this.#id = load(addon, graph);
  }

  /** @throws What the addon throws */
  run(inputs: number[]): Handle[] {
    return this.#addon.runSavedModel(this.#id, inputs, this.#inputs, this.#outputs);
  }

  release(): void {
    this.#addon.deleteSavedModel(this.#id);
  }
}

function withOutput(ref: Ref): string {
  return ref.includes(':') ? ref : `${ref}:0`;
}

function load(addon: Addon, graphDef: GraphDef): number {
  const { mkdtempSync, writeFileSync, rmSync } = nodeModule('node:fs');
  const { join } = nodeModule('node:path');
  const content = encodeSavedModel({
    savedModelSchemaVersion: 1,
    metaGraphs: [{ metaInfoDef: { tags: [TAG] }, graphDef, signatureDef: {} }],
  });
  const folder = mkdtempSync(join(nodeModule('node:os').tmpdir(), 'tfjs-heads-step-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), content);
    return addon.loadSavedModel(folder, TAG);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function nodeModule<N extends keyof NodeModules>(name: N): NodeModules[N] {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  const found = process?.getBuiltinModule?.(name);
  if (found === undefined) throw new Error(`this version of Node does not hand out its module ${name}`);
  return found as NodeModules[N];
}
