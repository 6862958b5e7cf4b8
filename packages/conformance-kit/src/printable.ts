/**
 * What a terminal, a page or a log would obey rather than show: control characters, among them those that begin escape sequences,
 * marks that turn the direction of writing, separators of lines and paragraphs, halves of surrogate pairs, and what XML has no place for.
 */
const OBEYED = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}\uFEFF\uFFF9-\uFFFB\uFFFE\uFFFF]/gu;

/** What most texts are: found out in a fraction of the time. */
const PLAIN = /^[ -~]*$/;

/** A text that is safe to show. What would be obeyed stands there written out, as `\u001b`; line breaks and tabs stay. */
export function printable(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .replaceAll(/\r\n/g, '\n')
    .replaceAll(OBEYED, (character) => (character === '\n' || character === '\t' ? character : escaped(character)));
}

/** The same for what stands in a line, such as a name: line breaks and tabs are written out, too. */
export function printableLine(text: string): string {
  return PLAIN.test(text) ? text : text.replaceAll(OBEYED, escaped);
}

function escaped(character: string): string {
  return String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
