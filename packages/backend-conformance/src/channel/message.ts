import * as v from 'valibot';
import { caseSchema, recordSchema, resultSchema } from '../report/schema.js';
import type { SessionMessage } from '@tfjs-heads/conformance-kit';
import { exactly, validated } from '@tfjs-heads/conformance-kit/host';

const message = v.variant('type', [
  exactly({ type: v.literal('begins'), what: v.string() }),
  exactly({ type: v.literal('unavailable'), reason: v.string() }),
  exactly({ type: v.literal('started'), record: recordSchema, total: v.number() }),
  exactly({ type: v.literal('result'), result: resultSchema }),
  exactly({ type: v.literal('cases'), cases: v.array(caseSchema) }),
  exactly({ type: v.literal('broken'), reason: v.string() }),
  exactly({ type: v.literal('done') }),
]);

/**
 * Takes what came through a channel for a message.
 *
 * @throws Error that names what is wrong with it
 */
export function checkMessage(value: unknown): SessionMessage {
  return validated(message, value, 'the session said something that is no message of the suite') as SessionMessage;
}
