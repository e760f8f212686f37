import { concatBytes, equalBytes, utf8 } from '../../../lib/bytes/bytes.ts';
import { mismatch } from '../../codec.ts';
import type { Colour } from '../../frame-shape.ts';
import { segmentEnd } from '../../jpeg/segments.ts';

const marker = { app0: 0xe0, app14: 0xee, sos: 0xda } as const;
/** Where Adobe's segment says what the components are. */
const transformAt = 15;

/**
 * A frame of three components with a segment that says what they are: without one a decoder guesses.
 *
 * @throws MdmError `PIXEL_FRAME_MISMATCH` where the frame says another thing than the header
 * @standard ITU-T T.872 §6.5.3 (Adobe's segment), §6.1 (JFIF); PS3.3 §C.7.6.3.1.2
 */
export function withColours(coded: Uint8Array, colour: Colour): Uint8Array {
  const isRgb = colour === 'rgb';
  const parts: Uint8Array[] = [coded.subarray(0, 2), adobe(isRgb ? 0 : 1)];
  let at = 2;
  while (coded[at + 1] !== marker.sos) {
    const end = segmentEnd(coded, at);
    const segment = coded.subarray(at, end);
    const said = saysRgb(segment);
    if (said === undefined) parts.push(segment);
    else if (said !== isRgb) throw mismatch('other colours');
    at = end;
  }
  parts.push(coded.subarray(at));
  return concatBytes(parts);
}

/** Whether a segment says that components are red, green and blue; undefined if it says nothing. */
function saysRgb(segment: Uint8Array): boolean | undefined {
  const names = (name: string): boolean =>
    equalBytes(segment.subarray(4, 4 + name.length), utf8(name));
  if (segment[1] === marker.app0 && names('JFIF\0')) return false;
  if (segment[1] === marker.app14 && names('Adobe')) return segment[transformAt] === 0;
  return undefined;
}

function adobe(transform: 0 | 1): Uint8Array {
  const body = [...utf8('Adobe'), 0, 100, 0, 0, 0, 0, transform];
  return Uint8Array.from([0xff, marker.app14, 0, body.length + 2, ...body]);
}
