/** What looks at labels, as heads have it: see `LabelRange` of head-kit. */
export interface HostCheck {
  /** @throws LABELS_RANGE */
  demandInMemory(backend: object, labels: object): void;
}

/**
 * The attribute of a kernel by which labels are looked at.
 *
 * @throws An error that says that it is no such thing
 */
export function rangeOf(
  call: { attribute(name: string): unknown; unsupported(what: string): Error },
  name: string,
): HostCheck {
  const range = call.attribute(name) as Partial<HostCheck> | undefined;
  if (typeof range?.demandInMemory === 'function') return range as HostCheck;
  throw call.unsupported(`with another ${name} than those of head-kit`);
}
