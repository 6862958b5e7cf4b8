import { ByteBuffer } from 'flatbuffers';
import { DictionaryBatch } from 'apache-arrow/fb/dictionary-batch';
import type { Field } from 'apache-arrow/fb/field';
import { Message } from 'apache-arrow/fb/message';
import { MessageHeader } from 'apache-arrow/fb/message-header';
import { RecordBatch } from 'apache-arrow/fb/record-batch';
import { Schema } from 'apache-arrow/fb/schema';

/** What of a message must be known before its body is read. */
export interface MessageFacts {
  /** In bytes, as claimed. */
  readonly bodyLength: number;
  /** Whether it adds to a dictionary, which is kept. */
  readonly isDelta: boolean;
  /** How many rows it claims to have; undefined for a schema and a dictionary. */
  readonly rows: number | undefined;
}

/**
 * Looks through the metadata of a message. The reader of Arrow makes as many objects as a list claims to have, and arrays as long as a
 * column does: a few bytes that are wrong would have it fill the memory. So no list may have more than its bytes can hold, and no
 * column more rows than the body has bits.
 *
 * @throws RangeError for one that claims too much
 */
export function checkMetadata(bytes: Uint8Array): MessageFacts {
  const message = Message.getRootAsMessage(new ByteBuffer(bytes));
  const bodyLength = Number(message.bodyLength());
  const budget = new Budget(bytes.length);
  budget.take(message.customMetadataLength());
  let isDelta = false;
  let rows: number | undefined;
  switch (message.headerType()) {
    case MessageHeader.Schema: {
      checkSchema(message.header(new Schema()) as Schema, budget);
      break;
    }
    case MessageHeader.DictionaryBatch: {
      const dictionary = message.header(new DictionaryBatch()) as DictionaryBatch;
      isDelta = dictionary.isDelta();
      checkBatch(dictionary.data(), bodyLength, budget);
      break;
    }
    case MessageHeader.RecordBatch: {
      const batch = message.header(new RecordBatch()) as RecordBatch;
      checkBatch(batch, bodyLength, budget);
      rows = Number(batch.length());
      break;
    }
    default:
      throw new RangeError('it has none of a schema, a dictionary and rows');
  }
  return { bodyLength, isDelta, rows };
}

/** How many things there may still be: each has a few bytes. */
class Budget {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  take(count: number): void {
    this.#left -= count;
    if (!(count >= 0 && this.#left >= 0)) throw new RangeError(`a list claims to have ${count} elements`);
  }
}

function checkSchema(schema: Schema, budget: Budget): void {
  budget.take(schema.customMetadataLength());
  budget.take(schema.fieldsLength());
  for (let i = 0; i < schema.fieldsLength(); i++) checkField(schema.fields(i), budget);
}

function checkField(field: Field | null, budget: Budget): void {
  if (field === null) return;
  budget.take(field.customMetadataLength());
  budget.take(field.childrenLength());
  for (let i = 0; i < field.childrenLength(); i++) checkField(field.children(i), budget);
}

function checkBatch(batch: RecordBatch | null, bodyLength: number, budget: Budget): void {
  if (batch === null) throw new RangeError('a dictionary has no values');
  for (const count of [batch.nodesLength(), batch.buffersLength(), batch.variadicBufferCountsLength()])
    budget.take(count);
  const lengths = Array.from({ length: batch.nodesLength() }, (_, i) => batch.nodes(i)?.length() ?? 0n);
  const bits = 8 * bodyLength;
  const long = [batch.length(), ...lengths].find((length) => !(length >= 0n && Number(length) <= bits));
  if (long !== undefined) throw new RangeError(`a column claims to have ${long} rows in ${bodyLength} bytes`);
}
