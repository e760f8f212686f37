import {
  createDataSetCollector,
  createTokenReader,
  dataSetOf,
  decodeDataSet,
  decodeText,
  dicomLimits,
  encodeDataSet,
  getStrings,
  tag,
  transferSyntax,
} from '../../src/dicom/index.ts';
import { concatBytes, utf8 } from '../../src/lib/bytes/bytes.ts';
import { checkGrowth } from './growth.ts';

const explicit = transferSyntax.ExplicitVRLittleEndian;

function read(bytes: Uint8Array, chunkBytes = 65_536): void {
  const reader = createTokenReader({ transferSyntaxUid: explicit, strict: false });
  const collector = createDataSetCollector({ transferSyntaxUid: explicit });
  for (let at = 0; at < bytes.length; at += chunkBytes)
    collector.add(reader.push(bytes.subarray(at, at + chunkBytes)));
  collector.add(reader.end());
}

/** `n` private elements of a group each, in order. */
function elements(n: number): Uint8Array {
  const one = Buffer.alloc(10);
  const parts = Array.from({ length: n }, (_, index) => {
    const element = Buffer.from(one);
    element.writeUInt16LE(0x0009 + 2 * Math.floor(index / 0xef00), 0);
    element.writeUInt16LE(0x1000 + (index % 0xef00), 2);
    element.write('US', 4, 'latin1');
    element.writeUInt16LE(2, 6);
    return element;
  });
  return concatBytes(parts);
}

function items(n: number): Uint8Array {
  const item = dataSetOf({ CodeValue: '1' });
  return encodeDataSet(dataSetOf({ ProcedureCodeSequence: Array(n).fill(item) }), explicit);
}

/** Content Sequence in Content Sequence, all of undefined length. */
function nested(depth: number): Uint8Array {
  const start = Buffer.from(
    '4000 30a7 5351 0000 ffffffff feff00e0 ffffffff'.replaceAll(' ', ''),
    'hex',
  );
  const end = Buffer.from('feff0de0 00000000 feffdde0 00000000'.replaceAll(' ', ''), 'hex');
  return concatBytes([...Array(depth).fill(start), ...Array(depth).fill(end)] as Uint8Array[]);
}

/** Of two bytes each, behind an empty offset table. */
function fragments(n: number): Uint8Array {
  const start = Buffer.from(
    'e07f1000 4f420000 ffffffff feff00e0 00000000'.replaceAll(' ', ''),
    'hex',
  );
  const one = Buffer.from('feff00e0 02000000 0102'.replaceAll(' ', ''), 'hex');
  const end = Buffer.from('feffdde0 00000000'.replaceAll(' ', ''), 'hex');
  return concatBytes([start, Buffer.alloc(one.length * n, one), end]);
}

checkGrowth([
  {
    count: 'elements of a data set',
    limit: 'dicom.elementsMax, dicom.heldDataSetMaxBytes',
    n: 50_000,
    make: (n) => {
      const bytes = elements(n);
      return () => read(bytes);
    },
    beyond: { n: dicomLimits.heldDataSetMaxBytes / 64 + 1, code: 'DICOM_DATA_SET_TOO_LARGE' },
  },
  {
    count: 'items of a sequence',
    limit: 'dicom.elementsMax, dicom.heldDataSetMaxBytes',
    n: 20_000,
    make: (n) => {
      const bytes = items(n);
      return () => read(bytes);
    },
  },
  {
    count: 'levels of nesting, often repeated',
    limit: 'dicom.nestingMax',
    n: 14,
    make: (depth) => {
      const bytes = nested(depth);
      return () => {
        for (let time = 0; time < 4_000; time += 1) read(bytes);
      };
    },
    beyond: { n: dicomLimits.nestingMax + 4, code: 'DICOM_NESTING_TOO_DEEP' },
  },
  {
    count: 'chunks of one byte',
    limit: 'dicom.elementsMax',
    n: 100_000,
    make: (n) => {
      const bytes = elements(n / 10);
      return () => read(bytes, 1);
    },
  },
  {
    count: 'fragments of pixel data',
    limit: 'dicom.elementsMax',
    n: 50_000,
    make: (n) => {
      const bytes = fragments(n);
      return () => {
        const reader = createTokenReader({ transferSyntaxUid: transferSyntax.JPEGBaseline8Bit });
        reader.push(bytes);
        reader.end();
      };
    },
    beyond: { n: dicomLimits.elementsMax + 1, code: 'DICOM_TOO_MANY_ELEMENTS' },
  },
  {
    count: 'values of an element',
    limit: 'dicom.heldValueMaxBytes',
    n: 100_000,
    make: (n) => {
      const bytes = encodeDataSet(dataSetOf({ ImageType: Array(n).fill('A') }), explicit);
      return () => getStrings(decodeDataSet(bytes, explicit), tag.ImageType);
    },
  },
  {
    count: 'padding inside a value',
    limit: 'dicom.heldValueMaxBytes',
    n: 200_000,
    make: (n) => {
      const value = utf8(`A${' '.repeat(n)}B `);
      return () =>
        getStrings(
          new Map([[tag.PatientName, { tag: tag.PatientName, vr: 'PN', value }]]),
          tag.PatientName,
        );
    },
  },
  {
    count: 'changes of the character set in a text',
    limit: 'dicom.heldValueMaxBytes',
    n: 50_000,
    make: (n) => {
      const text = utf8('\u001B$B0!\u001B(B'.repeat(n));
      return () => decodeText(text, ['', 'ISO 2022 IR 87']);
    },
  },
]);
