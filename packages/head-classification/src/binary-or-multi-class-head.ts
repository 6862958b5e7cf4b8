import { checkOptions } from '@tfjs-heads/head-kit';
import { BinaryClassHead } from './binary-class-head.js';
import { MultiClassHead, type MultiClassHeadOptions } from './multi-class-head.js';
import { FAMILY_OPTIONS } from './options.js';

/**
 * The head for a number of classes, as the canned classifiers choose it: a {@link BinaryClassHead} for two, else a
 * {@link MultiClassHead}.
 *
 * @throws What their constructors throw
 */
export function binaryOrMultiClassHead(options: MultiClassHeadOptions): BinaryClassHead | MultiClassHead {
  const { nClasses, ...others } = checkOptions('binaryOrMultiClassHead', options, ['nClasses', ...FAMILY_OPTIONS]);
  return nClasses === 2 ? new BinaryClassHead(others) : new MultiClassHead({ nClasses, ...others });
}
