import { subjects } from '../../src/heads.js';
import { check } from '../../src/index.js';
import { showVisitorPage } from '../../src/page/visitor.js';

const given = check({
  states: 'A head has the name that it is given.',
  cases: ({ name }) => (name === 'RegressionHead' ? [{ name: 'a' }] : []),
  run: ({ subject, judge }, { name }) => judge.equal('the name', subject.create({ name }).name, name),
});

showVisitorPage(document.body, { subjects, families: { names: { given } } });
