import { viewOf } from '../../../lib/bytes/bytes.ts';

/** Where GE's user data say of which version they are, and what then lies where. */
const headerPointerAt = 24;
const versionLeast = 5;
const versionMost = 40;
const epiBit = 0x0800;
const pepolarBit = 0x0004;
const bottomUp = 2;

/**
 * In which direction lines of an echo-planar image follow each other, from GE's user data
 * (0043,xx2A): undefined where they are none, or of an image that is not echo-planar.
 */
export function polarityOf(bytes: Uint8Array): 'Unflipped' | 'Flipped' | undefined {
  if (bytes.length < headerPointerAt + 2) return undefined;
  const view = viewOf(bytes);
  const header = view.getUint16(headerPointerAt, true);
  if (header + 4 > bytes.length) return undefined;
  const version = view.getFloat32(header, true);
  if (!(version >= versionLeast && version <= versionMost)) return undefined;
  const isLater = version >= 25.002;
  const base = header + (isLater ? 0x4c : 0);
  const orderAt = base + (isLater ? 0x308 : 0x394);
  if (Math.max(orderAt, base + 0x3a) + 2 > bytes.length) return undefined;
  if ((view.getUint16(base + 0x3a, true) & epiBit) === 0) return undefined;
  const isPepolar = (view.getUint16(base + 0x30, true) & pepolarBit) !== 0;
  const isBottomUp = view.getUint16(orderAt, true) === bottomUp;
  return isPepolar === isBottomUp ? 'Unflipped' : 'Flipped';
}
