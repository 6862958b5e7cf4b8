import type { CaseResult, ConformanceCase } from '@tfjs-heads/conformance-kit/host';

/** So many texts are kept to be shared; more would cost more than they save. */
const KEPT = 100_000;

/**
 * Makes results small: what is alike in many of them (names, reasons, the case itself on several backends) is there once. Parsed
 * JSON has a copy of each.
 */
export function shareTexts(): (result: CaseResult) => CaseResult {
  const texts = new Map<string, string>();
  const cases = new Map<string, ConformanceCase & { readonly query: string }>();
  const shared = <T extends string>(text: T): T => {
    const known = texts.get(text);
    if (known !== undefined) return known as T;
    if (texts.size < KEPT) texts.set(text, text);
    return text;
  };
  return ({
    subject,
    family,
    check,
    parameters,
    query,
    status,
    message,
    place,
    states,
    expected,
    closest,
    milliseconds,
  }) => {
    let known = cases.get(query);
    if (known === undefined) {
      known = { subject: shared(subject), family: shared(family), check: shared(check), parameters, query };
      cases.set(query, known);
    }
    return {
      subject: known.subject,
      family: known.family,
      check: known.check,
      parameters: known.parameters,
      query: known.query,
      status,
      ...(message !== undefined && { message: shared(message) }),
      ...(place && { place: { ...place, file: shared(place.file) } }),
      ...(states !== undefined && { states: shared(states) }),
      ...(expected && {
        expected: { reason: shared(expected.reason), upstream: expected.upstream && shared(expected.upstream) },
      }),
      ...(closest && { closest: { ...closest, what: shared(closest.what) } }),
      milliseconds,
    };
  };
}
