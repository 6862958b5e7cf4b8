// What Node itself does not run: an enum, a property of the constructor, a file .ts by a name .js and by none, a type.
import { RegressionHead } from '@tfjs-heads/head-regression';
import type { HeadOptions, Subjects } from '@tfjs-heads/backend-conformance';
import { told, Told } from './told.js';

class Head extends RegressionHead {
  constructor(options: HeadOptions) {
    super(told(options, Told.Listens));
  }
}

class Throwing extends Head {
  override loss(): never {
    throw new TypeError('not in the mood');
  }
}

export const subjects: Subjects = {
  Mine: { create: (options) => new Head(options), weights: 'logits' },
  Throwing: { create: (options) => new Throwing(options), weights: 'logits' },
};
