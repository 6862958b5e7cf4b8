import { element } from './element.js';

/** Goes from light to dark or back; the page begins with what the reader's system prefers. */
export function themeButton(): HTMLElement {
  const { style } = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const isDark = (): boolean => (style.colorScheme === '' ? system.matches : style.colorScheme === 'dark');
  const button = element('button', { type: 'button', class: 'theme', 'data-key': 'theme', title: 'Other colours' });
  const label = (): void => {
    button.textContent = isDark() ? 'Light' : 'Dark';
  };
  button.addEventListener('click', () => {
    style.colorScheme = isDark() ? 'light' : 'dark';
    label();
  });
  system.addEventListener('change', label);
  label();
  return button;
}
