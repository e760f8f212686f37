import { viewOf } from '../../lib/bytes/bytes.ts';
import { type DecodedFrame, mismatch } from '../codec.ts';
import { invalid, pixelErrors } from '../errors.ts';
import type { FrameShape } from '../frame-shape.ts';
import { pixelLimits } from '../limits.ts';
import type { WasmFrame } from '../wasm/wasm-library.ts';

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
  if (coded.length < sizAt + 38) throw invalid('code stream too short', 0);
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

/** What a library of JPEG 2000 made. */
export function frameOf({ info, pixels }: WasmFrame, { colour }: FrameShape): DecodedFrame {
  const { width: columns, height: rows, bitsPerSample: bits, componentCount: samples } = info;
  return {
    rows,
    columns,
    samples,
    bits,
    pixels,
    bytesPerSample: bits > 8 ? 2 : 1,
    signed: info.isSigned === true,
    isRgb: colour === 'ybr-j2k',
  };
}
