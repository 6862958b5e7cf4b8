import type { ConformanceCase, Family } from './case.js';
import { checkClaims } from './check-subjects.js';
import { idleExpectations } from './expectation.js';
import type { Check, Checks } from './checks/check.js';
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
  /** The checks by family, then by name. */
  readonly checks: Readonly<Record<string, Checks>>;
  readonly cases: readonly ConformanceCase[];
  readonly subjects: ReadonlyMap<string, NamedSubject>;
  readonly goldens: ReadonlyMap<string, GoldenFile>;
}

export interface SuiteOptions {
  /** Families of checks beside the suite's own, which come after those. Each is asked of every head. Default: none. */
  readonly families?: Readonly<Record<string, Checks>>;
}

/**
 * All cases of some subjects, and those about the backend alone.
 *
 * @example
 * suiteOf(subjects, { families: { tracing: { 'same-as-eager': check({ ... }) } } }); // MyHead:tracing:same-as-eager:...
 * @throws Error where a family has a name that is none or taken, where a subject has a name that is none, claims what is no claim, or claims to fail cases that there are not
 */
export async function suiteOf(subjects: Subjects, { families = {} }: SuiteOptions = {}): Promise<Suite> {
  for (const name of Object.keys(families)) {
    if (Object.hasOwn(ownChecks, name) || !/^[\w-]+$/.test(name))
      throw new Error(
        `families: expected names of letters, digits, - and _ other than ${Object.keys(ownChecks).join(', ')}, got '${name}'.`,
      );
  }
  const checks: Suite['checks'] = { ...ownChecks, ...families };
  for (const [name, subject] of Object.entries(subjects)) {
    const wrong = wrongSubjectName(name);
    if (wrong !== undefined) throw new Error(`${wrong}.`);
    checkClaims(name, subject);
  }
  const named = new Map(Object.entries(subjects).map(([name, subject]) => [name, { ...subject, name }]));
  const goldens = new Map<string, GoldenFile>();
  for (const { name, goldens: url } of named.values()) if (url !== undefined) goldens.set(name, await loadGoldens(url));
  const ofSubjects = [...named.values()].flatMap((subject) =>
    Object.entries(checks).flatMap(([family, each]) =>
      family === 'op' ? [] : casesOf(subject, family, each, goldens.get(subject.name)),
    ),
  );
  for (const { name, expectedFailures = [] } of named.values()) {
    const [idle] = idleExpectations(
      expectedFailures,
      ofSubjects.filter(({ subject }) => subject === name),
    );
    if (idle !== undefined)
      throw new Error(
        `${name} claims expectedFailures: expected queries of its cases, but ${idle.query} matches none.`,
      );
  }
  return {
    checks,
    cases: [...casesOf(tfjs, 'op', ownChecks.op, undefined), ...ofSubjects],
    subjects: named.set(TFJS, tfjs),
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
  for (const each of Object.values(ownChecks)) {
    for (const check of Object.values(each)) Object.freeze(check);
    Object.freeze(each);
  }
  Object.freeze(ownChecks);
}

/** The names of all checks, `family:check`. */
export function checksIn(): readonly string[] {
  return Object.entries(ownChecks).flatMap(([family, each]) => Object.keys(each).map((check) => `${family}:${check}`));
}

function casesOf(
  subject: NamedSubject,
  family: string,
  checks: Checks,
  goldens: GoldenFile | undefined,
): ConformanceCase[] {
  return Object.entries(checks).flatMap(([check, { cases }]) =>
    cases(subject, goldens).map((parameters) => ({ subject: subject.name, family, check, parameters })),
  );
}

const tfjs: NamedSubject = {
  name: TFJS,
  create: () => {
    throw new Error('A case about the backend alone has no head.');
  },
};
