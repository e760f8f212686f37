export { isDecodable } from './codec-table.ts';
export { type PixelErrorCode, pixelErrors } from './errors.ts';
export { createFrameDecoder, type FrameDecoder } from './frame-decoder.ts';
export {
  type Colour,
  type FrameShape,
  type Palette,
} from './frame-shape.ts';
export { type JpegFamily, scanEnd, segmentEnd } from './jpeg/segments.ts';
export { tablesIn } from './jpeg/tables.ts';
export { plainFrame, unpackBits } from './plain-frame.ts';
export { expandRle, rleSamplesOf } from './rle/expand.ts';
export { type PlaneTaker, readRle } from './rle/segments.ts';
