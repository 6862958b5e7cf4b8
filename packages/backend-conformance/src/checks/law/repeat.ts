import { tensorsOf } from '../../batch.js';
import type { Check } from '../check.js';
import { batchOf, headOf } from './claims.js';
import { nearOutcome, sameOutcome, scalesOf } from './near.js';
import { madeOnDevice } from './on-device.js';
import { outcomeOf } from '../outcome.js';

export const sameTwice: Check = {
  states: 'The same input twice gives the same bits, from the same tensors and from new ones.',
  cases: () => [{ rows: 5 }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = batchOf(subject, head, rows as number);
    const tensors = tensorsOf(subject, batch);
    const first = await outcomeOf(head, tensors);
    sameOutcome(judge, await outcomeOf(head, tensors), first);
    sameOutcome(judge, await outcomeOf(headOf(subject), tensorsOf(subject, batch)), first);
  },
};

/** Backends keep buffers, textures and shaders, and may take one of another size. */
export const otherSizesBetween: Check = {
  states: 'A batch of another size and rank in between changes nothing.',
  cases: () => [{ rows: 4 }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = batchOf(subject, head, rows as number);
    const first = await outcomeOf(head, tensorsOf(subject, batch));
    for (const other of [7, '2x3']) await outcomeOf(head, tensorsOf(subject, batchOf(subject, head, other, 2)));
    sameOutcome(judge, await outcomeOf(head, tensorsOf(subject, batch)), first);
  },
};

export const deviceMade: Check = {
  states: 'Inputs that ops have made on the device count as the same inputs uploaded.',
  cases: () => [{ rows: 5 }, { rows: '3x2' }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const { tensors, batch } = await madeOnDevice(subject, batchOf(subject, head, rows as number));
    const made = await outcomeOf(head, tensors);
    nearOutcome(judge, made, await outcomeOf(head, tensorsOf(subject, batch)), scalesOf(batch));
  },
};
