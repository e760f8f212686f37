import { createTokenWriter, type DataSet, encodeDataSet, tag } from '../../src/dicom/index.ts';
import { concatBytes, noBytes } from '../../src/lib/bytes/bytes.ts';

/** An object with its pixel data as fragments behind an offset table, empty if left out. @standard PS3.5 §A.4 */
export function encapsulate(
  dataSet: DataSet,
  transferSyntaxUid: string,
  fragments: readonly Uint8Array[],
  table: Uint8Array = noBytes,
): Uint8Array {
  const header = new Map(dataSet);
  header.delete(tag.PixelData);
  const writer = createTokenWriter({ transferSyntaxUid });
  const chunks = [encodeDataSet(header, transferSyntaxUid)];
  chunks.push(...writer.write({ kind: 'fragments-start', tag: tag.PixelData, vr: 'OB' }));
  for (const bytes of [table, ...fragments.map(padded)]) {
    chunks.push(...writer.write({ kind: 'fragment-start', length: bytes.length }));
    chunks.push(...writer.write({ kind: 'value-chunk', bytes }));
    chunks.push(...writer.write({ kind: 'fragment-end' }));
  }
  chunks.push(...writer.write({ kind: 'fragments-end' }));
  return concatBytes(chunks);
}

const padded = (bytes: Uint8Array): Uint8Array =>
  bytes.length % 2 === 0 ? bytes : concatBytes([bytes, Uint8Array.of(0)]);
