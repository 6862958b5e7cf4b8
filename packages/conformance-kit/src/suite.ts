import type { ConformanceCase, Family } from './case.js';
import { casesIn, checkFamilies } from './check-families.js';
import { checkClaims } from './check-subjects.js';
import { idleExpectations } from './expectation.js';
import type { Check, Checks, Families } from './checks/check.js';
import { goldenChecks } from './checks/golden/index.js';
import type { GoldenFile } from './goldens/format.js';
import { loadGoldens } from './goldens/load.js';
import { lawChecks } from './checks/law/index.js';
import { opChecks } from './checks/op/index.js';
import { parityChecks } from './checks/parity/index.js';
import { type NamedSubject, type Subjects, TFJS, wrongSubjectName } from './subject.js';
import { trainingChecks } from './checks/training/index.js';

/** The suite's own checks. */
const ownChecks: Readonly<Record<Family, Checks>> = {
  op: opChecks,
  golden: goldenChecks,
  law: lawChecks,
  parity: parityChecks,
  training: trainingChecks,
};

/** What cases are looked up in. */
export interface Suite {
  readonly checks: Families;
  readonly cases: readonly ConformanceCase[];
  readonly subjects: ReadonlyMap<string, NamedSubject>;
  readonly goldens: ReadonlyMap<string, GoldenFile>;
}

export interface SuiteOptions {
  /** Families of checks beside the suite's own, which come after those. Default: none. */
  readonly families?: Families | undefined;
}

/**
 * All cases of some heads, and those about the backend alone, which come first.
 *
 * @example
 * suiteOf(subjects, { families: { tracing: { 'same-as-eager': check({ ... }) } } }); // MyHead:tracing:same-as-eager:...
 * @throws Error where a family is none or has a name that is taken, where a subject has a name that is none, claims what is no claim, or claims to fail cases that there are not
 */
export async function suiteOf(subjects: Subjects, { families = {} }: SuiteOptions = {}): Promise<Suite> {
  const checks: Families = { ...ownChecks, ...checkFamilies(families) };
  for (const [name, subject] of Object.entries(subjects)) {
    const wrong = wrongSubjectName(name);
    if (wrong !== undefined) throw new Error(`${wrong}.`);
    checkClaims(name, subject);
  }
  const heads = Object.entries(subjects).map(([name, subject]): NamedSubject => ({ ...subject, name }));
  const goldens = new Map<string, GoldenFile>();
  for (const { name, goldens: url } of heads) if (url !== undefined) goldens.set(name, await loadGoldens(url));
  const ofHeads = heads.flatMap((head) => casesOf(head, checks, goldens));
  for (const { name, expectedFailures = [] } of heads) {
    const [idle] = idleExpectations(
      expectedFailures,
      ofHeads.filter(({ subject }) => subject === name),
    );
    if (idle !== undefined)
      throw new Error(
        `${name} claims expectedFailures: expected queries of its cases, but ${idle.query} matches none.`,
      );
  }
  return {
    checks,
    cases: [...casesOf(tfjs, checks, goldens), ...ofHeads],
    subjects: new Map([...heads, tfjs].map((subject) => [subject.name, subject])),
    goldens,
  };
}

/** @throws Error where a suite has no such check */
export function checkOf(
  { checks }: Pick<Suite, 'checks'>,
  { family, check }: Pick<ConformanceCase, 'family' | 'check'>,
): Check {
  const found = checks[family]?.[check];
  if (found === undefined) throw new Error(`There is no check ${family}:${check}.`);
  return found;
}

/** Makes the checks what they are for good: code under test could put others in their place. */
export function freezeChecks(): void {
  for (const checks of Object.values(ownChecks)) {
    for (const check of Object.values(checks)) Object.freeze(check);
    Object.freeze(checks);
  }
  Object.freeze(ownChecks);
}

/** The names of all checks, `family:check`. */
export function checksIn(): readonly string[] {
  return Object.entries(ownChecks).flatMap(([family, checks]) =>
    Object.keys(checks).map((check) => `${family}:${check}`),
  );
}

/** The cases of one subject, by each check that is about such. */
function casesOf(subject: NamedSubject, checks: Families, goldens: Suite['goldens']): ConformanceCase[] {
  const about = subject === tfjs ? 'backend' : 'heads';
  return Object.entries(checks).flatMap(([family, inFamily]) =>
    Object.entries(inFamily)
      .filter(([, check]) => (check.about ?? 'heads') === about)
      .flatMap(([name, check]) =>
        casesIn(check, { subject: subject.name, family, check: name }, subject, goldens.get(subject.name)),
      ),
  );
}

const tfjs: NamedSubject = {
  name: TFJS,
  create: () => {
    throw new Error('A case about the backend alone has no head.');
  },
};
