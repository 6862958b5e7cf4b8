/**
 * Puts other nodes into an element, and keeps what the reader has done there: the focus, by the `data-key` of what has it,
 * and which `details` are open; those that were not there are as they come.
 */
export function replaceContent(container: HTMLElement, ...nodes: readonly Node[]): void {
  const focused = container.contains(document.activeElement) ? keyOf(document.activeElement) : undefined;
  const before = new Map([...container.querySelectorAll('details')].map((details) => [keyOf(details), details.open]));
  container.replaceChildren(...nodes);
  for (const made of container.querySelectorAll<HTMLElement>('[data-key]')) {
    const key = keyOf(made);
    if (made instanceof HTMLDetailsElement) made.open = before.get(key) ?? made.open;
    else if (key === focused) made.focus({ preventScroll: true });
  }
}

function keyOf(node: Element | null): string | undefined {
  return node instanceof HTMLElement ? node.dataset['key'] : undefined;
}
