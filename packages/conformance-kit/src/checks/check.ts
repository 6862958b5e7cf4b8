import type { Parameters } from '../case.js';
import type { Capability } from '../capability.js';
import type { BackendRecord } from '../backend.js';
import type { GoldenFile } from '../goldens/format.js';
import type { Judge } from '../judge.js';
import type { NamedSubject } from '../subject.js';

/** What a running check has to work with. The backend under test is the current one. */
export interface CheckContext {
  readonly subject: NamedSubject;
  /** The goldens of the subject, if it has any. */
  readonly goldens: GoldenFile | undefined;
  readonly backend: BackendRecord;
  readonly judge: Judge;
  /** Runs something on plain JavaScript's cpu backend, a second copy of it, and comes back. Tensors must not cross. */
  onReference<T>(run: () => Promise<T>): Promise<T>;
}

/**
 * Something that can be shown of a head or of a backend. Tensors that a check makes are released after it: it need not tidy
 * up. It throws a `Failure` (through the judge) where the subject is wrong; whatever else it throws counts as a failure too.
 */
export interface Check {
  /** What holds where it passes, in a sentence. */
  readonly states: string;
  /**
   * Whether it is asked of each head, or once, of the backend alone: the subject of its cases is then `tfjs`, which has no head to
   * make. Default: `heads`.
   */
  readonly about?: 'heads' | 'backend';
  /** What a backend must have; where it lacks that, the case is skipped. */
  readonly needs?: readonly Capability[];
  /** The parameters of each of its cases; no case where the subject's claims leave nothing to be shown. */
  cases(subject: NamedSubject, goldens: GoldenFile | undefined): readonly Parameters[];
  run(context: CheckContext, parameters: Parameters): void | Promise<void>;
}

/** What a check may tell its cases apart by: a key may be missing in some. */
type CaseParameters = Readonly<Record<string, Parameters[string] | undefined>>;

/** A check whose `run` gets parameters of the type that `cases` makes. */
interface TypedCheck<P extends CaseParameters> extends Omit<Check, 'cases' | 'run'> {
  cases(subject: NamedSubject, goldens: GoldenFile | undefined): readonly P[];
  run(context: CheckContext, parameters: P): void | Promise<void>;
}

/**
 * Makes a check: the type of its parameters is that of its cases.
 *
 * @example
 * check({ states: 'Twice is the same.', cases: () => [{ rows: 5 }, { rows: 33 }], run({ subject, judge }, { rows }) { ... } }) // rows: number
 */
export function check<const P extends CaseParameters>(typed: TypedCheck<P>): Check {
  return typed as unknown as Check; // A key that is missing is none of the case: JSON and names leave it out.
}

/** Checks by name. */
export type Checks = Readonly<Record<string, Check>>;

/** Checks by family, then by name: what a module exports as `families`. Names are of letters, digits, - and _, a letter first. */
export type Families = Readonly<Record<string, Checks>>;
