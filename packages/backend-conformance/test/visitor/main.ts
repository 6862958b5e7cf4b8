import { subjects } from '../../src/heads.js';
import { showVisitorPage } from '../../src/page/visitor.js';

showVisitorPage(document.body, subjects);
