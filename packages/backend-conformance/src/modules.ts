import { checkFamilies, checkSubjects, type Families, type Subjects } from '@tfjs-heads/conformance-kit';

/** Modules of the user's, as absolute paths. */
export interface Modules {
  /** Exports `subjects`, `families` or both. */
  readonly subjects: string;
  /** Imported before the backend starts, for what they register. */
  readonly register: readonly string[];
}

/** What a module of the user's exports: heads to be tried, checks to try them by, or both. */
export interface ModuleContent {
  readonly subjects: Subjects;
  /** Beside the suite's own. */
  readonly families: Families;
}

/**
 * Takes what a module exports. One of `families` alone has no heads: theirs are cases about the backend.
 *
 * @throws Error that says what is wrong with it
 */
export function contentOf(module: object): ModuleContent {
  const { subjects, families } = module as { readonly subjects?: unknown; readonly families?: unknown };
  return {
    subjects: subjects === undefined && families !== undefined ? {} : checkSubjects(subjects),
    families: families === undefined ? {} : checkFamilies(families),
  };
}
