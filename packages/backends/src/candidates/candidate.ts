import type { Repair, RepairReport } from '../repairs/report.js';
import type { WasmPathsOptions } from '../wasm/binary-names.js';

/** A backend that may be had in this environment. */
export interface Candidate {
  /** The name to ask for and to be told. */
  readonly name: string;
  /** The name under which tfjs knows it. */
  readonly backendName: string;
  /** Why it cannot be had, whoever may have registered it, found out without loading it. */
  readonly unavailable?: () => string | undefined;
  /**
   * What this environment lacks for it, found by trying. Asked before it is loaded, unless the program has registered it,
   * perhaps in a way of its own; and asked when it has not started, for errors of drivers explain little.
   */
  readonly lacking?: () => string | undefined | Promise<string | undefined>;
  /** Loads it, so that it is registered; says why where it is not to be had. Not called where it is registered. */
  readonly load: () => Promise<string | undefined>;
  readonly repairsBeforeStart: readonly ((options: WasmPathsOptions) => Promise<RepairReport>)[];
  /** Why it must not be used although it has started. */
  readonly unfit?: () => string | undefined;
  readonly repairs: readonly Repair[];
  /** Whether it compiles shaders: then it is tried late, when others have set a bar, and its first step is not counted. */
  readonly compiles?: boolean;
}
