import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createTokenReader,
  createTokenWriter,
  padValue,
  transferSyntax,
  type Vr,
  vrTraits,
} from '../../../src/dicom/index.ts';
import { concatBytes, toHex } from '../../../src/lib/bytes/bytes.ts';

/** VR, header form (Tables 7.1-1 and 7.1-2), padding byte and bytes turned round (§6.2, §7.3). */
const grid: readonly (readonly [Vr, 'short' | 'long', number, number])[] = [
  ['AE', 'short', 0x20, 1],
  ['AS', 'short', 0x20, 1],
  ['AT', 'short', 0x00, 2],
  ['CS', 'short', 0x20, 1],
  ['DA', 'short', 0x20, 1],
  ['DS', 'short', 0x20, 1],
  ['DT', 'short', 0x20, 1],
  ['FD', 'short', 0x00, 8],
  ['FL', 'short', 0x00, 4],
  ['IS', 'short', 0x20, 1],
  ['LO', 'short', 0x20, 1],
  ['LT', 'short', 0x20, 1],
  ['OB', 'long', 0x00, 1],
  ['OD', 'long', 0x00, 8],
  ['OF', 'long', 0x00, 4],
  ['OL', 'long', 0x00, 4],
  ['OV', 'long', 0x00, 8],
  ['OW', 'long', 0x00, 2],
  ['PN', 'short', 0x20, 1],
  ['SH', 'short', 0x20, 1],
  ['SL', 'short', 0x00, 4],
  ['SQ', 'long', 0x00, 1],
  ['SS', 'short', 0x00, 2],
  ['ST', 'short', 0x20, 1],
  ['SV', 'long', 0x00, 8],
  ['TM', 'short', 0x20, 1],
  ['UC', 'long', 0x20, 1],
  ['UI', 'short', 0x00, 1],
  ['UL', 'short', 0x00, 4],
  ['UN', 'long', 0x00, 1],
  ['UR', 'long', 0x20, 1],
  ['US', 'short', 0x00, 2],
  ['UT', 'long', 0x20, 1],
  ['UV', 'long', 0x00, 8],
];

test('PS3.5 Table 6.2-1: every VR has a row', () => {
  assert.deepEqual(
    grid.map(([vr]) => vr),
    Object.keys(vrTraits).toSorted(),
  );
});

for (const [vr, form, padding, unitBytes] of grid) {
  test(`PS3.5 Tables 7.1-1, 7.1-2: ${vr} has the ${form} form`, () => {
    const value = padValue(vr, Uint8Array.of(0x31));
    assert.equal(value[1], padding);
    assert.equal(vrTraits[vr].unitBytes, unitBytes);
    if (vr === 'SQ') return;
    const syntax = transferSyntax.ExplicitVRLittleEndian;
    const writer = createTokenWriter({ transferSyntaxUid: syntax });
    const element = { kind: 'element', tag: 0x00091001, vr, value } as const;
    const bytes = concatBytes(writer.write(element));
    const name = Buffer.from(vr).toString('hex');
    const header = form === 'short' ? `${name}0200` : `${name}000002000000`;
    assert.equal(toHex(bytes), `09000110${header}${toHex(value)}`);
    const reader = createTokenReader({ transferSyntaxUid: syntax });
    assert.deepEqual(reader.push(bytes), [element]);
  });
}
