/**
 * Puts other nodes into an element, and keeps what the reader has done there: the focus, by the `data-key` of what has it,
 * and which `details` are open.
 */
export function replaceContent(container: HTMLElement, ...nodes: readonly Node[]): void {
  const focused = container.contains(document.activeElement) ? keyOf(document.activeElement) : undefined;
  const open = new Set([...container.querySelectorAll('details[open]')].map(keyOf));
  container.replaceChildren(...nodes);
  for (const made of container.querySelectorAll<HTMLElement>('[data-key]')) {
    const key = keyOf(made);
    if (made instanceof HTMLDetailsElement) made.open = open.has(key);
    else if (key === focused) made.focus({ preventScroll: true });
  }
}

function keyOf(node: Element | null): string | undefined {
  return node instanceof HTMLElement ? node.dataset['key'] : undefined;
}
