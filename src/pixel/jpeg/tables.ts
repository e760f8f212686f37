import { invalid } from '../errors.ts';

/** A table with its selector before it. */
export interface JpegTable {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const dht = 0xc4;
const codeLengths = 16;
/** The longest difference that is coded; lossless samples of 16 bits need it. */
const dcSymbolMax = 16;

/** The tables of a DHT or DQT segment. @standard ISO 10918-1 §B.2.4.1, §B.2.4.2 */
export function tablesIn(segment: Uint8Array): readonly JpegTable[] {
  const tables: JpegTable[] = [];
  const read = segment[1] === dht ? huffmanTable : quantizationTable;
  for (let at = 4; at < segment.length; ) {
    const table = read(segment.subarray(at));
    tables.push(table);
    at += table.bytes.length;
  }
  return tables;
}

function huffmanTable(bytes: Uint8Array): JpegTable {
  const selector = bytes[0] ?? 0;
  const symbols = bytes.subarray(1, 1 + codeLengths).reduce((sum, count) => sum + count, 0);
  const whole = bytes.subarray(0, 1 + codeLengths + symbols);
  if (whole.length < 1 + codeLengths + symbols) throw invalid('table too short', 0);
  const isDc = selector >>> 4 === 0;
  if (isDc && whole.subarray(1 + codeLengths).some((symbol) => symbol > dcSymbolMax)) {
    throw invalid('impossible symbol', 0);
  }
  return { name: `huffman ${selector >>> 4} ${selector & 15}`, bytes: whole };
}

function quantizationTable(bytes: Uint8Array): JpegTable {
  const selector = bytes[0] ?? 0;
  const length = 1 + 64 * (selector >>> 4 === 0 ? 1 : 2);
  if (bytes.length < length) throw invalid('table too short', 0);
  return { name: `quantization ${selector & 15}`, bytes: bytes.subarray(0, length) };
}
