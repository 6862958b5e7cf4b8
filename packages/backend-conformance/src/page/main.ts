import type { Subjects } from '../subject.js';
import { installAutomation } from './automation.js';
import { showVisitorPage } from './visitor.js';

/** Makes the current page one that runs the suite: for a visitor, who presses a button, and for a program (`window.conformance`). */
export function openPage(subjects: Subjects): void {
  installAutomation(subjects);
  showVisitorPage(document.body, subjects);
}
