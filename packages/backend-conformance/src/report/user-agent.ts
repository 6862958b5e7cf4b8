/** A browser that a user agent string belongs to; undefined where that names none that is known. */
export function browserOf(userAgent: string): { readonly name: string; readonly version: string } | undefined {
  for (const [name, pattern] of patterns) {
    const [, version] = pattern.exec(userAgent) ?? [];
    if (version !== undefined) return { name, version };
  }
  return undefined;
}

/** The more special first: Edge says that it is Chrome, and Chrome that it is Safari. */
const patterns: readonly (readonly [string, RegExp])[] = [
  ['Firefox', /Firefox\/(\d+)/],
  ['Edge', /Edg\/(\d+)/],
  ['Chrome', /Chrome\/(\d+)/],
  ['Safari', /Version\/([\d.]+).*Safari/],
];
