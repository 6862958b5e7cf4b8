type Attributes = Readonly<Record<string, string>>;

/** Makes an element of its attributes and children. */
export type Build = (tag: string, ...content: readonly (Attributes | Node | string)[]) => Element;

/** A page built as a tree instead of as text has whatever its values hold escaped. */
export function builder(document: Document): Build {
  return (tag, ...content) => {
    const element = document.createElement(tag);
    for (const part of content) {
      if (typeof part === 'string' || isNode(part)) element.append(part);
      else for (const [name, value] of Object.entries(part)) element.setAttribute(name, value);
    }
    return element;
  };
}

function isNode(part: Attributes | Node): part is Node {
  return 'nodeType' in part;
}
