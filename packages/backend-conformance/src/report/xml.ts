import { printable } from '@tfjs-heads/conformance-kit/host';

/** Attributes in order; what is undefined is left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** The beginning of an element: `<name a="b">`. */
export function opening(name: string, attributes: Attributes = {}): string {
  const list = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${attribute(String(value))}"`],
  );
  return `<${name}${list.join('')}>`;
}

/** An element with a text in it. */
export function leaf(name: string, attributes: Attributes, content = ''): string {
  const begun = opening(name, attributes);
  return content === '' ? `${begun.slice(0, -1)}/>` : `${begun}${escaped(content)}</${name}>`;
}

/** Line breaks in an attribute would be read as spaces. */
function attribute(value: string): string {
  return PLAIN.test(value)
    ? value
    : printable(value).replaceAll(/[&<>"\n\t]/g, (character) => entities[character] as string);
}

function escaped(text: string): string {
  return PLAIN.test(text) ? text : printable(text).replaceAll(/[&<>]/g, (character) => entities[character] as string);
}

/** What stands for itself everywhere: most texts, found out in a fraction of the time. */
const PLAIN = /^[\w .:;,+=()[\]/#-]*$/;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\t': '&#9;',
};
