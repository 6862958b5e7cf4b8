import type { Tensor } from '@tensorflow/tfjs-core';
import type { RunOptions } from '../run-options.js';
import { type Trace, traceAs } from '../trace-step.js';
import { meetOptimizer, withMet } from '../watch-engine.js';
import type { BatchData } from './layers-model.js';
import { Settings } from './settings.js';

/** How many shapes of batches are traced: sequences of any length would have each one recorded, and hardly any replayed. */
const MAX_SHAPES = 16;
/** How many are counted, before counting begins anew. */
const MAX_COUNTED = 1000;
/** How often a shape must have come before it is traced. */
const FREQUENT = 2;
/** After how many changes of settings in a row that let no step be replayed nothing is traced any more. */
const MAX_CHANGES = 8;

type Step = (data: BatchData) => Tensor[];

/** Batches of one shape. */
interface Shape {
  count: number;
  isTraced: boolean;
  /** Why the last one ran as before. */
  reason: string | undefined;
}

/** What the function of a model depends on, besides its arguments and variables. */
export interface Dependencies {
  /** Who they are: the optimizer, the losses. */
  readonly parts: readonly unknown[];
  /** Whose settings count. */
  readonly configured: readonly unknown[];
  readonly optimizer: object | undefined;
}

/** One function of a model, traced, and traced anew where JavaScript has changed what it computes with. */
export class ModelStep {
  readonly #step: Step;
  readonly #dependencies: () => Dependencies;
  readonly #running: RunOptions;
  #trace: Trace<Step> | undefined;
  #parts: readonly unknown[] = [];
  #settings: Settings = new Settings([]);
  readonly #shapes = new Map<string, Shape>();
  #traced = 0;
  #changes = 0;
  #isDisposed = false;

  /**
   * @param step As the model runs it.
   * @param dependencies What it depends on now. Asked before each step: fields alone.
   * @param running How steps run: `variables` are found.
   */
  constructor(step: Step, dependencies: () => Dependencies, running: RunOptions) {
    this.#step = step;
    this.#dependencies = dependencies;
    this.#running = running;
  }

  /** Why batches of the shape that came most often run as before, by the last one of them; undefined where a recording of them runs. */
  get reason(): string | undefined {
    if (this.#isDisposed) return 'It has been disposed of.';
    let most: Shape | undefined;
    for (const shape of this.#shapes.values()) if (shape.count > (most?.count ?? 0)) most = shape;
    return most === undefined ? 'It has not been called yet.' : most.reason;
  }

  toString(): string {
    const { reason } = this;
    return reason === undefined ? String(this.#trace) : `no program: ${reason}`;
  }

  /** @throws What the function of the model throws, and TRACE_CHANGED */
  run(data: BatchData): Tensor[] {
    const trace = this.#current();
    const shape = this.#shapeOf(data);
    const other = trace === undefined ? this.#whyNone() : this.#whyNot(shape);
    if (trace === undefined || other !== undefined) {
      shape.reason = `The step runs eagerly: ${other}.`;
      return this.#step(data);
    }
    try {
      return trace(data);
    } finally {
      shape.reason = trace.reason;
      if (shape.reason === undefined) this.#changes = 0;
    }
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#trace?.dispose();
    this.#trace = undefined;
  }

  /** The trace for what the model is now; undefined where its settings change all the time. */
  #current(): Trace<Step> | undefined {
    const { parts, configured, optimizer } = this.#dependencies();
    const isSame = parts.length === this.#parts.length && parts.every((part, index) => part === this.#parts[index]);
    if (!isSame) this.#changes = 0;
    else if (this.#changes > MAX_CHANGES) return undefined;
    if (isSame && this.#trace !== undefined) {
      if (this.#settings.changed() === undefined) return this.#trace;
      this.#changes++;
    }
    this.#trace?.dispose();
    this.#parts = parts;
    // What has changed too often is still told by its name.
    if (this.#changes <= MAX_CHANGES) this.#settings = new Settings(configured);
    if (optimizer !== undefined) meetOptimizer(optimizer);
    this.#trace = traceAs('accelerate', (data: BatchData) => withMet(() => this.#step(data)), {
      ...this.#running,
      variables: [],
    });
    return this.#trace;
  }

  #shapeOf(data: BatchData): Shape {
    let text = '';
    for (const tensor of data) text += tensor === null ? ';' : `${tensor.shape};`;
    let shape = this.#shapes.get(text);
    if (shape === undefined) {
      if (this.#shapes.size >= MAX_COUNTED) this.#shapes.clear();
      this.#shapes.set(text, (shape = { count: 0, isTraced: false, reason: undefined }));
    }
    shape.count++;
    return shape;
  }

  #whyNone(): string {
    return `${this.#settings.changed() ?? 'a setting'} differs from step to step`;
  }

  #whyNot(shape: Shape): string | undefined {
    if (shape.isTraced) return undefined;
    if (shape.count <= FREQUENT) return 'batches of this shape have not come often enough';
    if (this.#traced >= MAX_SHAPES) return `its batches come in more than ${MAX_SHAPES} shapes`;
    this.#traced++;
    shape.isTraced = true;
    return undefined;
  }
}
