import { element } from '../element.js';
import { backendsStyle } from './backends.js';
import { baseStyle } from './base.js';
import { casesStyle } from './cases.js';
import { causesStyle } from './causes.js';
import { matrixStyle } from './matrix.js';

/** Puts the view's style sheet into the page, once. Colours follow the reader's light or dark setting. */
export function installStyle(): void {
  if (document.querySelector('style[data-conformance]') !== null) return;
  document.head.append(
    element('style', { 'data-conformance': true }, baseStyle, matrixStyle, backendsStyle, causesStyle, casesStyle),
  );
}
