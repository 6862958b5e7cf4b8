import { printable } from '@tfjs-heads/conformance-kit/host';

type Attribute = string | number | boolean | undefined | ((event: Event) => void);
type Attributes = Readonly<Record<string, Attribute>>;
type Children = readonly (Node | string)[];

/** Makes an element. Texts become text, never markup, and nothing that turns the writing; `onclick` and the like are listeners; `false` and undefined leave an attribute out. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Children
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

/** The same in SVG. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Children
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

/** A link to another page; text alone where the address is none that a browser should follow. */
export function link(address: string, text: string): Node {
  const isWeb = /^https?:\/\//.test(address);
  return isWeb
    ? element('a', { href: address, rel: 'noreferrer', target: '_blank' }, text)
    : document.createTextNode(text);
}

/** Attributes that readers see or hear. */
const shown: ReadonlySet<string> = new Set(['title', 'aria-label', 'placeholder']);

function fill<E extends Element>(made: E, attributes: Attributes, children: Children): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false)
      made.setAttribute(name, value === true ? '' : shown.has(name) ? printable(String(value)) : String(value));
  }
  made.append(...children.map((child) => (typeof child === 'string' ? printable(child) : child)));
  return made;
}
