import type { Load } from '../channel/perform.js';
import type { Subjects } from '@tfjs-heads/conformance-kit/host';
import { installAutomation } from './automation.js';
import { showVisitorPage } from './visitor.js';

export { DRIVEN } from '../driven.js';

/** Makes the current page one that runs the suite for a visitor, who presses a button. */
export function openPage(subjects: Subjects): void {
  showVisitorPage(document.body, subjects);
}

/** Makes the current page one that a program drives, as `window.conformance`. */
export function openForProgram(load: Load): void {
  installAutomation(load);
}
