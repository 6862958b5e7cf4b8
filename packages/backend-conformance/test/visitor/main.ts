import { subjects } from '../../src/heads/index.js';
import { showVisitorPage } from '../../src/page/visitor.js';

showVisitorPage(document.body, subjects);
