import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Encoding, encodingOf, transferSyntax } from '../../../src/dicom/index.ts';

const implicit = { implicitVr: true, bigEndian: false, deflated: false, encapsulated: false };
const explicit = { ...implicit, implicitVr: false };
const big = { ...explicit, bigEndian: true };
const deflated = { ...explicit, deflated: true };
const encapsulated = { ...explicit, encapsulated: true };

/** Section of PS3.5 Annex A, transfer syntax, encoding. */
const rows: readonly (readonly [string, keyof typeof transferSyntax, Encoding])[] = [
  ['A.1', 'ImplicitVRLittleEndian', implicit],
  ['A.2', 'ExplicitVRLittleEndian', explicit],
  ['A.3', 'ExplicitVRBigEndian', big],
  ['A.4.1', 'JPEGBaseline8Bit', encapsulated],
  ['A.4.1', 'JPEGLosslessSV1', encapsulated],
  ['A.4.2', 'RLELossless', encapsulated],
  ['A.4.3', 'JPEGLSLossless', encapsulated],
  ['A.4.4', 'JPEG2000Lossless', encapsulated],
  ['A.4.5', 'MPEG2MPML', encapsulated],
  ['A.4', 'EncapsulatedUncompressedExplicitVRLittleEndian', encapsulated],
  ['A.4', 'DeflatedImageFrameCompression', encapsulated],
  ['A.4', 'HTJ2KLossless', encapsulated],
  ['A.5', 'DeflatedExplicitVRLittleEndian', deflated],
  ['A.6', 'JPIPReferenced', explicit],
  ['A.7', 'JPIPReferencedDeflate', deflated],
];

for (const [section, name, encoding] of rows) {
  test(`PS3.5 ${section}: ${name}`, () => {
    assert.deepEqual(encodingOf(transferSyntax[name]), encoding);
  });
}

test('PS3.5 §10: what is no data set has no encoding', () => {
  for (const uid of [
    transferSyntax.XMLEncoding,
    '1.2.840.10008.1.2.7.1',
    '1.2.840.10008.1.1',
    '',
  ]) {
    assert.throws(() => encodingOf(uid), /DICOM_TRANSFER_SYNTAX_UNSUPPORTED/);
  }
});
