import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  createTokenReader,
  createTokenWriter,
  type DataElement,
  type DataSet,
  decodeDataSet,
  dicomErrors,
  encodeDataSet,
  padValue,
  type Tag,
  type Token,
  transferSyntax,
  type Vr,
  vrOf,
  vrTraits,
} from '../../src/dicom/index.ts';
import { concatBytes } from '../../src/lib/bytes/bytes.ts';

const explicit = transferSyntax.ExplicitVRLittleEndian;
const implicit = transferSyntax.ImplicitVRLittleEndian;
const bigEndian = transferSyntax.ExplicitVRBigEndian;
const deflated = transferSyntax.DeflatedExplicitVRLittleEndian;

const valueVrs = (Object.keys(vrTraits) as Vr[]).filter((vr) => vr !== 'SQ');

/** Private tags take any VR; those of the dictionary keep theirs, so that implicit VR finds it. */
const tags = fc.oneof(
  fc.constantFrom(
    0x00080005,
    0x00080018,
    0x00100010,
    0x00280010,
    0x00280030,
    0x60023000,
    0x7fe00010,
  ),
  fc.integer({ min: 0x1001, max: 0x10ff }).map((element) => 0x00090000 + element),
);

/** Value fields of whole numbers, so that byte order has something to turn round. */
const values = fc.uint8Array({ maxLength: 12 }).map((bytes) => {
  const whole = new Uint8Array(8 * Math.ceil(bytes.length / 8));
  whole.set(bytes);
  return whole;
});

function isKnown(tag: Tag): boolean {
  return vrOf(tag) !== 'UN';
}

const { dataSet: dataSets } = fc.letrec<{ dataSet: DataSet; element: DataElement }>((tie) => ({
  element: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc
      .tuple(tags, fc.constantFrom(...valueVrs), values)
      .map(
        ([tag, vr, value]) => ({ tag, vr: isKnown(tag) ? vrOf(tag) : vr, value }) as DataElement,
      ),
    fc
      .tuple(
        fc.constantFrom(0x00081110, 0x00081111, 0x00409096),
        fc.array(tie('dataSet'), { maxLength: 2 }),
      )
      .map(([tag, items]) => ({ tag, vr: 'SQ' as const, items })),
  ),
  dataSet: fc
    .uniqueArray(tie('element'), { maxLength: 5, selector: (one) => one.tag })
    .map(
      (elements) =>
        new Map(
          elements.toSorted((a, b) => a.tag - b.tag).map((element) => [element.tag, element]),
        ),
    ),
}));

/** What implicit VR gives back: private elements lose their VR. */
function asImplicit(dataSet: DataSet): DataSet {
  const elements = [...dataSet.values()].map((element): DataElement => {
    if (element.vr === 'SQ') return { ...element, items: element.items.map(asImplicit) };
    return { ...element, vr: vrOf(element.tag) as Exclude<Vr, 'SQ'> };
  });
  return new Map(elements.map((element) => [element.tag, element]));
}

/**
 * An encoder of its own, explicit VR little endian, that draws for each sequence and item whether
 * its length is defined: what our writer never mixes.
 */
function encodeMixed(dataSet: DataSet, defined: () => boolean): Uint8Array {
  return concatBytes(
    [...dataSet.values()].flatMap((element) => {
      if (element.vr !== 'SQ') return [elementHeader(element, element.value.length), element.value];
      const items = element.items.map((item) => {
        const content = encodeMixed(item, defined);
        return defined()
          ? concatBytes([delimiter(0xe000, content.length), content])
          : concatBytes([delimiter(0xe000, 0xffffffff), content, delimiter(0xe00d, 0)]);
      });
      const content = concatBytes(items);
      return defined()
        ? [elementHeader(element, content.length), content]
        : [elementHeader(element, 0xffffffff), content, delimiter(0xe0dd, 0)];
    }),
  );
}

function elementHeader({ tag, vr }: DataElement, length: number): Uint8Array {
  const header = Buffer.alloc(vrTraits[vr].longForm ? 12 : 8);
  header.writeUInt16LE(tag >>> 16, 0);
  header.writeUInt16LE(tag & 0xffff, 2);
  header.write(vr, 4, 'latin1');
  if (vrTraits[vr].longForm) header.writeUInt32LE(length, 8);
  else header.writeUInt16LE(length, 6);
  return header;
}

function delimiter(element: number, length: number): Uint8Array {
  const header = Buffer.alloc(8);
  header.writeUInt16LE(0xfffe, 0);
  header.writeUInt16LE(element, 2);
  header.writeUInt32LE(length, 4);
  return header;
}

/** Tokens with neighbouring chunks joined: what must not depend on how the bytes came. */
function readAll(chunks: Iterable<Uint8Array>, syntax: string, inlineValueMax = 65_536): Token[] {
  const reader = createTokenReader({ transferSyntaxUid: syntax, inlineValueMax });
  const tokens: Token[] = [];
  const take = (batch: readonly Token[]): void => {
    for (const token of batch) {
      const last = tokens.at(-1);
      if (token.kind !== 'value-chunk') tokens.push(token);
      else if (last?.kind === 'value-chunk') {
        tokens[tokens.length - 1] = { ...last, bytes: concatBytes([last.bytes, token.bytes]) };
      } else tokens.push({ ...token, bytes: token.bytes.slice() });
    }
  };
  for (const chunk of chunks) take(reader.push(chunk));
  take(reader.end());
  return tokens;
}

function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function writeAll(tokens: Iterable<Token>, syntax: string): Uint8Array {
  const writer = createTokenWriter({ transferSyntaxUid: syntax });
  return concatBytes([...tokens].flatMap((token) => writer.write(token)));
}

test('encode and decode give the data set back, in all four encodings', () => {
  fc.assert(
    fc.property(dataSets, (dataSet) => {
      for (const syntax of [explicit, bigEndian, deflated]) {
        assert.deepEqual(decodeDataSet(encodeDataSet(dataSet, syntax), syntax), dataSet);
      }
      const decoded = decodeDataSet(encodeDataSet(dataSet, implicit), implicit);
      assert.deepEqual(decoded, asImplicit(dataSet));
    }),
    { numRuns: 400 },
  );
});

test('read and write give the bytes back, defined and undefined lengths mixed', () => {
  fc.assert(
    fc.property(dataSets, fc.array(fc.boolean(), { minLength: 1 }), (dataSet, choices) => {
      let draws = 0;
      const bytes = encodeMixed(dataSet, () => choices[draws++ % choices.length] === true);
      assert.deepEqual(writeAll(readAll([bytes], explicit), explicit), bytes);
      assert.deepEqual(decodeDataSet(bytes, explicit), dataSet);
    }),
    { numRuns: 400 },
  );
});

test('a split at every byte gives the same tokens', () => {
  const syntaxes = fc.constantFrom(explicit, implicit, bigEndian);
  fc.assert(
    fc.property(dataSets, syntaxes, fc.integer({ min: 0, max: 10 }), (dataSet, syntax, inline) => {
      const bytes = encodeDataSet(dataSet, syntax);
      const whole = readAll([bytes], syntax, inline);
      for (let at = 0; at <= bytes.length; at += 1) {
        const halves = [bytes.subarray(0, at), bytes.subarray(at)];
        assert.deepEqual(readAll(halves, syntax, inline), whole);
      }
      for (const size of [1, 2, 3, 5, 8]) {
        assert.deepEqual(readAll(pieces(bytes, size), syntax, inline), whole);
      }
    }),
    { numRuns: 60 },
  );
});

/** The property of hostile input: a result or a coded error, nothing else. */
function checkOnlyCoded(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!dicomErrors.has(error)) throw error;
  }
}

/** A change of `bytes` in place of truth: overwrite, cut, or repeat a part. */
const mutations = fc.array(
  fc.record({
    kind: fc.constantFrom('overwrite', 'cut', 'repeat'),
    at: fc.nat({ max: 4000 }),
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 8 }),
      fc
        .constantFrom(
          [255, 255, 255, 255],
          [254, 255, 0, 224],
          [254, 255, 221, 224],
          [0, 0, 0, 128],
        )
        .map((list) => Uint8Array.from(list)),
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

test('mutated bytes give tokens or a coded error, the same at any split', () => {
  fc.assert(
    fc.property(
      dataSets,
      fc.constantFrom(explicit, implicit, bigEndian),
      mutations,
      (dataSet, syntax, changes) => {
        let bytes = encodeDataSet(dataSet, syntax);
        for (const { kind, at, bytes: patch } of changes) {
          const start = bytes.length === 0 ? 0 : at % bytes.length;
          const head = bytes.subarray(0, start);
          if (kind === 'overwrite')
            bytes = concatBytes([head, patch, bytes.subarray(start + patch.length)]);
          else if (kind === 'cut') bytes = head;
          else bytes = concatBytes([bytes, bytes.subarray(start)]);
        }
        checkOnlyCoded(() => readAll([bytes], syntax));
        checkOnlyCoded(() => decodeDataSet(bytes, syntax, { strict: false }));
        assert.equal(outcome([bytes], syntax), outcome(pieces(bytes, 1), syntax));
      },
    ),
    { numRuns: 1500 },
  );
});

test('random bytes give tokens or a coded error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const syntax of [explicit, implicit, bigEndian, deflated]) {
        checkOnlyCoded(() => decodeDataSet(bytes, syntax));
      }
    }),
    { numRuns: 1000 },
  );
});

test('canary: an error without code is caught by the check above', () => {
  assert.throws(
    () => checkOnlyCoded(() => new DataView(new ArrayBuffer(1)).getUint16(0)),
    RangeError,
  );
});

test('values written for odd lengths read back padded', () => {
  fc.assert(
    fc.property(fc.constantFrom(...valueVrs), fc.uint8Array({ maxLength: 9 }), (vr, value) => {
      const element: Token = { kind: 'element', tag: 0x00091001, vr, value };
      const writer = createTokenWriter({ transferSyntaxUid: explicit, lengths: 'recode' });
      const [read] = readAll(writer.write(element), explicit);
      assert.deepEqual(read, { ...element, value: padValue(vr, value) });
    }),
  );
});

/** The code of the failure, or how many tokens there were. */
function outcome(chunks: Iterable<Uint8Array>, syntax: string): string {
  try {
    return `${readAll(chunks, syntax).length} tokens`;
  } catch (error) {
    return dicomErrors.has(error) ? `${error.code} ${error.context['offset']}` : 'a bug';
  }
}
