import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { assert } from '../../lib/assert.ts';
import { concatBytes } from '../../lib/bytes/bytes.ts';
import { transferSyntax } from '../dictionary/generated/uids.ts';
import { swapByteOrder } from '../element/byte-order.ts';
import { padValue } from '../element/data-set-of.ts';
import type { DataElement, DataSet } from '../element/element.ts';
import { dicomErrors } from '../errors.ts';
import { dicomLimits } from '../limits.ts';
import { createDataSetCollector } from './data-set-collector.ts';
import type { Token } from './token.ts';
import { createTokenReader } from './token-reader.ts';
import { createTokenWriter } from './token-writer.ts';
import { encodingOf } from './transfer-syntax.ts';

/**
 * Decode a small data set: a command set, an identifier, a header. All values are held, little
 * endian; they are copies.
 *
 * @param options.strict refuse duplicated and unordered tags; default true
 * @throws MdmError of `dicomErrors`; encapsulated pixel data is `DICOM_ENCAPSULATED_UNEXPECTED`
 */
export function decodeDataSet(
  bytes: Uint8Array,
  transferSyntaxUid: string,
  options: { readonly strict?: boolean } = {},
): DataSet {
  const { deflated } = encodingOf(transferSyntaxUid);
  const plain = deflated ? inflate(bytes) : bytes;
  const syntax = deflated ? transferSyntax.ExplicitVRLittleEndian : transferSyntaxUid;
  const reader = createTokenReader({
    transferSyntaxUid: syntax,
    inlineValueMax: plain.length,
    strict: options.strict ?? true,
  });
  const collector = createDataSetCollector({ transferSyntaxUid: syntax, whole: true });
  collector.add(reader.push(plain));
  collector.add(reader.end());
  return collector.dataSet;
}

/**
 * Encode a small data set, elements in tag order, sequences and items of undefined length, values
 * padded to even length.
 */
export function encodeDataSet(dataSet: DataSet, transferSyntaxUid: string): Uint8Array {
  const bytes = concatBytes([...encodeInPieces(dataSet, transferSyntaxUid)]);
  if (!encodingOf(transferSyntaxUid).deflated) return bytes;
  return padValue('OB', deflateRawSync(bytes));
}

/** The same in pieces of some bytes, not deflated: of a data set whose items are made when asked for. */
export function* encodeInPieces(
  dataSet: DataSet,
  transferSyntaxUid: string,
): Generator<Uint8Array, void, void> {
  const writer = createTokenWriter({ transferSyntaxUid, lengths: 'recode' });
  for (const token of tokensOf(dataSet, transferSyntaxUid)) yield* writer.write(token);
}

/** The tokens of a data set held in memory, with values in the byte order of the transfer syntax. */
export function* tokensOf(dataSet: DataSet, transferSyntaxUid: string): Generator<Token> {
  const { bigEndian } = encodingOf(transferSyntaxUid);
  yield* walk(dataSet, bigEndian, 0);
}

function* walk(dataSet: DataSet, bigEndian: boolean, depth: number): Generator<Token> {
  assert(depth <= dicomLimits.nestingMax, 'a data set we build is not that deep');
  for (const element of [...dataSet.values()].sort((a, b) => a.tag - b.tag)) {
    if (element.vr !== 'SQ') {
      yield elementToken(element, bigEndian);
      continue;
    }
    yield { kind: 'sequence-start', tag: element.tag, vr: 'SQ', length: undefined };
    for (const item of element.items) {
      yield { kind: 'item-start', length: undefined };
      yield* walk(item, bigEndian, depth + 1);
      yield { kind: 'item-end', delimited: true };
    }
    yield { kind: 'sequence-end', delimited: true };
  }
}

function elementToken(element: Exclude<DataElement, { vr: 'SQ' }>, bigEndian: boolean): Token {
  const { tag, vr, value } = element;
  return { kind: 'element', tag, vr, value: bigEndian ? swapByteOrder(vr, value) : value };
}

function inflate(bytes: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(bytes, { maxOutputLength: dicomLimits.inflatedHeldMaxBytes });
  } catch (cause) {
    const tooLarge = cause instanceof RangeError;
    throw dicomErrors.create(tooLarge ? 'DICOM_INFLATE_LIMIT' : 'DICOM_DEFLATE_INVALID', { cause });
  }
}
