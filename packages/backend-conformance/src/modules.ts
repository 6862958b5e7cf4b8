/** Modules of the user's, as absolute paths. */
export interface Modules {
  /** Exports `subjects`. */
  readonly subjects: string;
  /** Imported before the backend starts, for what they register. */
  readonly register: readonly string[];
}
