import { dimseLimits } from '../limits.ts';
import { fieldInvalid, type PduReader } from './pdu-reader.ts';
import type { PduWriter } from './pdu-writer.ts';

/** A presentation context as proposed. @standard PS3.8 §9.3.2.2, Table 9-13 */
export interface ProposedContext {
  /** Odd, 1 to 255. */
  readonly id: number;
  readonly abstractSyntax: string;
  /** At least one, in order of preference. */
  readonly transferSyntaxes: readonly string[];
}

/** What became of a proposed context. @standard PS3.8 §9.3.3.2, Table 9-18 */
export type ContextResult =
  | 'acceptance'
  | 'user-rejection'
  | 'no-reason'
  | 'abstract-syntax-not-supported'
  | 'transfer-syntaxes-not-supported';

/** A presentation context as answered. */
export interface AnsweredContext {
  readonly id: number;
  readonly result: ContextResult;
  /** Significant only for `acceptance`. */
  readonly transferSyntax: string | undefined;
}

const results: readonly ContextResult[] = [
  'acceptance',
  'user-rejection',
  'no-reason',
  'abstract-syntax-not-supported',
  'transfer-syntaxes-not-supported',
];

const abstractSyntaxItem = 0x30;
const transferSyntaxItem = 0x40;

/**
 * Decode the body of a Presentation Context Item of an A-ASSOCIATE-RQ.
 *
 * | byte | field                                             |
 * | ---- | ------------------------------------------------- |
 * | 0    | presentation context id, odd                      |
 * | 1-3  | reserved                                          |
 * | 4-   | one abstract syntax (30H), transfer syntaxes (40H) |
 *
 * @standard PS3.8 §9.3.2.2, Table 9-13 to 9-15
 */
export function decodeProposedContext(reader: PduReader): ProposedContext {
  const id = readContextId(reader);
  reader.skip(3);
  let abstractSyntax: string | undefined;
  const transferSyntaxes: string[] = [];
  while (reader.remaining > 0) {
    const type = reader.u8();
    reader.skip(1);
    const length = reader.u16();
    if (type === abstractSyntaxItem) abstractSyntax = reader.uid(length);
    else if (type === transferSyntaxItem) transferSyntaxes.push(reader.uid(length));
    else reader.skip(length);
    if (transferSyntaxes.length > dimseLimits.transferSyntaxesMax)
      throw fieldInvalid('number of transfer syntaxes', reader.offset);
  }
  if (abstractSyntax === undefined || transferSyntaxes.length === 0) {
    throw fieldInvalid('presentation context', reader.offset);
  }
  return { id, abstractSyntax, transferSyntaxes };
}

/** Encode a Presentation Context Item of an A-ASSOCIATE-RQ, its header included. */
export function encodeProposedContext(writer: PduWriter, context: ProposedContext): void {
  writer.item(0x20, (body) => {
    body.u8(context.id).zeros(3);
    body.item(abstractSyntaxItem, (item) => item.text(context.abstractSyntax));
    for (const syntax of context.transferSyntaxes) {
      body.item(transferSyntaxItem, (item) => item.text(syntax));
    }
  });
}

/**
 * Decode the body of a Presentation Context Item of an A-ASSOCIATE-AC.
 *
 * | byte | field                                           |
 * | ---- | ----------------------------------------------- |
 * | 0    | presentation context id, odd                    |
 * | 1    | reserved                                        |
 * | 2    | result, 0 to 4                                  |
 * | 3    | reserved                                        |
 * | 4-   | one transfer syntax (40H), for a result of 0    |
 *
 * @standard PS3.8 §9.3.3.2, Table 9-18
 */
export function decodeAnsweredContext(reader: PduReader): AnsweredContext {
  const id = readContextId(reader);
  reader.skip(1);
  const result = results[reader.u8()];
  if (result === undefined) throw fieldInvalid('presentation context result', reader.offset - 1);
  reader.skip(1);
  let transferSyntax: string | undefined;
  while (reader.remaining > 0) {
    const type = reader.u8();
    reader.skip(1);
    const length = reader.u16();
    if (type === transferSyntaxItem && result === 'acceptance') transferSyntax = reader.uid(length);
    else reader.skip(length);
  }
  if (result === 'acceptance' && transferSyntax === undefined) {
    throw fieldInvalid('transfer syntax', reader.offset);
  }
  return { id, result, transferSyntax };
}

/** Encode a Presentation Context Item of an A-ASSOCIATE-AC, its header included. */
export function encodeAnsweredContext(writer: PduWriter, context: AnsweredContext): void {
  writer.item(0x21, (body) => {
    body.u8(context.id).u8(0).u8(results.indexOf(context.result)).u8(0);
    body.item(transferSyntaxItem, (item) => item.text(context.transferSyntax ?? ''));
  });
}

function readContextId(reader: PduReader): number {
  const id = reader.u8();
  if (id % 2 === 0) throw fieldInvalid('presentation context id', reader.offset - 1);
  return id;
}
