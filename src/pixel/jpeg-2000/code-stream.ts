import { viewOf } from '../../lib/bytes/bytes.ts';
import { type DecodedFrame, mismatch } from '../codec.ts';
import { invalid, pixelErrors } from '../errors.ts';
import type { FrameShape } from '../frame-shape.ts';
import { pixelLimits } from '../limits.ts';
import type { DecodeWithLibrary } from '../wasm/wasm-library.ts';

const sizAt = 2;
const marker = { soc: 0xff4f, cod: 0xff52, sot: 0xff90 } as const;

/**
 * Look at the headers of a JPEG 2000 code stream before a library does: tiles are counted, because a
 * library takes memory for each, and a colour transform must be there where the header says so.
 *
 * @param coded SIZ is its first segment
 * @standard ISO 15444-1 §A.5.1, §A.6.1; PS3.3 §C.7.6.3.1.2
 */
export function checkCodeStream(coded: Uint8Array, { colour, samples }: FrameShape): void {
  const view = viewOf(coded);
  if (coded.length < components.first + components.bytes) throw invalid('code stream too short', 0);
  if (view.getUint16(0) !== marker.soc) throw invalid('no SOC', 0);
  const [width, height] = [view.getUint32(8), view.getUint32(12)];
  const [tileWidth, tileHeight] = [view.getUint32(24), view.getUint32(28)];
  const tiles = Math.ceil(width / tileWidth) * Math.ceil(height / tileHeight);
  if (!(tiles >= 1 && tiles <= pixelLimits.tilesMax)) {
    throw pixelErrors.create('PIXEL_LIMIT_EXCEEDED', { message: 'tiles' });
  }
  const isTransformed = samples === 3 && hasColourTransform(view);
  if (colour === 'ybr-j2k' && !isTransformed) throw mismatch('no colour transform');
  if (colour.startsWith('ybr-full') && isTransformed) throw mismatch('a colour transform');
}

/** SGcod of COD: whether the three components are made of others. */
function hasColourTransform(view: DataView): boolean {
  for (let at = sizAt; at + 9 <= view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const found = view.getUint16(at);
    if (found === marker.cod) return view.getUint8(at + 8) === 1;
    if (found === marker.sot || view.getUint16(at + 2) < 2) break;
  }
  throw invalid('no COD', 0);
}

/** Where SIZ states the components, three bytes each: the first has the bits and the sign. */
const components = { count: 40, first: 42, bytes: 3 } as const;
const signBit = 0x80;

/**
 * Decode with a library of JPEG 2000.
 *
 * Libraries hand out samples of up to 8 bits in bytes without a sign, and cut off what is below zero.
 * Signed ones are therefore decoded as those of a stream that says they have none, which are the same
 * but for the level that a decoder adds.
 *
 * @standard ISO 15444-1 §A.5.1, §G.1
 */
export function decodeCodeStream(
  coded: Uint8Array,
  shape: FrameShape,
  decode: DecodeWithLibrary,
): DecodedFrame {
  checkCodeStream(coded, shape);
  const level = levelOf(coded);
  const { info, pixels } = decode(level === 0 ? coded : withoutSign(coded));
  const { width: columns, height: rows, bitsPerSample: bits, componentCount: samples } = info;
  return {
    rows,
    columns,
    samples,
    bits,
    pixels: level === 0 ? pixels : pixels.map((sample) => sample - level),
    bytesPerSample: bits > 8 ? 2 : 1,
    signed: info.isSigned === true || level > 0,
    isRgb: shape.colour === 'ybr-j2k',
  };
}

/** What a decoder adds to samples of up to 8 bits that have a sign, were it not stated; else 0. */
function levelOf(coded: Uint8Array): number {
  const stated = new Set(componentsOf(coded));
  const [first = 0, another] = stated;
  const isSmall = [...stated].some((component) => (component & 0x7f) < 8);
  if (!isSmall || ![...stated].some((component) => component & signBit)) return 0;
  if (another !== undefined) throw mismatch('components of several kinds');
  return 2 ** (first & 0x7f);
}

function componentsOf(coded: Uint8Array): readonly number[] {
  const count = viewOf(coded).getUint16(components.count);
  return Array.from(
    { length: count },
    (_, index) => coded[components.first + components.bytes * index] ?? 0,
  );
}

function withoutSign(coded: Uint8Array): Uint8Array {
  const unsigned = new Uint8Array(coded);
  for (const index of componentsOf(coded).keys()) {
    const at = components.first + components.bytes * index;
    unsigned[at] = (unsigned[at] ?? 0) & ~signBit;
  }
  return unsigned;
}
