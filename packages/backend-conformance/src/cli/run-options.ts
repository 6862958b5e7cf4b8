import type { Shard } from '@tfjs-heads/conformance-kit/host';

/** What the command line was asked for. */
export interface RunCommandOptions {
  readonly backend: readonly string[];
  readonly filter?: readonly string[];
  readonly list?: boolean;
  readonly out?: string;
  readonly shard?: Shard;
  readonly require?: readonly string[];
  readonly expectations?: readonly string[];
  readonly repairs: boolean;
  readonly register?: readonly string[];
  /** After how many failures to stop. */
  readonly bail?: number;
  readonly jobs: number;
  /** Seconds. */
  readonly silence: number;
  /** Seconds. */
  readonly caseTimeout: number;
  readonly gpu?: boolean;
  readonly browser?: URL;
  readonly capabilities?: Readonly<Record<string, unknown>>;
  readonly host: string;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}
