import {
  createTokenWriter,
  type DataSet,
  encodingOf,
  hasBigEndianPixels,
  type Tag,
  type Token,
  tag as t,
  type Vr,
} from '../../dicom/index.ts';
import { noBytes } from '../../lib/bytes/bytes.ts';
import type { FrameDecoder } from '../../pixel/index.ts';
import type { InstancePart } from '../deidentifier.ts';
import { deidErrors } from '../errors.ts';
import type { OpenInstance } from '../header/read-header.ts';
import { passEncapsulatedPixels } from './encapsulated-pixels.ts';
import { frameStartOf } from './frame-cleaner.ts';
import type { ImageShape } from './image-shape.ts';
import { createFrameJudge, type FrameWish } from './judge-frame.ts';
import { passNativePixels } from './native-pixels.ts';
import {
  createNanCleaner,
  lastByteMask,
  outOfWords,
  type SampleCleaner,
} from './sample-cleaner.ts';
import { createBitCleaner } from './unused-bits.ts';

type Batches = AsyncGenerator<readonly Token[], void, void>;

/** How the pixel data of one instance leave. */
export interface PixelPlan {
  /** Bytes that belong to the header part: the start of native Pixel Data. */
  readonly start: readonly Uint8Array[];
  /** Called once. */
  readonly parts: (wish: FrameWish) => AsyncGenerator<InstancePart, void, void>;
}

/**
 * Decide how pixel data leave, by the token that starts them.
 *
 * @throws MdmError `DEID_MALFORMED` when they do not fit the header or the transfer syntax,
 *   `DEID_COMPRESSED_UNCHECKED` when nothing here can judge the transfer syntax
 */
export function planPixels(
  opened: OpenInstance,
  shape: ImageShape,
  decoder: FrameDecoder,
): PixelPlan {
  const { transferSyntaxUid } = opened;
  const rest = tokensFrom(opened);
  const [first] = opened.first;
  const { tag, vr: asNamed } = pixelElementOf(shape);
  const isPixelData = first !== undefined && 'tag' in first && first.tag === tag;
  const { encapsulated, bigEndian } = encodingOf(transferSyntaxUid);
  if (isPixelData && first.kind === 'fragments-start' && encapsulated && !shape.isFloat) {
    const judge = createFrameJudge({ transferSyntaxUid, shape, decoder });
    if (judge === undefined) throw deidErrors.create('DEID_COMPRESSED_UNCHECKED');
    const options = {
      transferSyntaxUid,
      shape,
      judge,
      startsFrame: frameStartOf(transferSyntaxUid),
      extendedOffsets: bytesAt(opened.header, t.ExtendedOffsetTable),
    };
    const parts: PixelPlan['parts'] = (wish) => passEncapsulatedPixels(rest, options, wish);
    return { start: [], parts };
  }
  const native = isPixelData && first.kind === 'value-start' && !encapsulated;
  const vr = native ? pixelVr(first.vr, asNamed, bigEndian) : undefined;
  const lengthFits =
    native && first.length >= shape.nativeBytes && first.length < shape.nativeBytesEnd;
  if (vr === undefined || !lengthFits) {
    throw deidErrors.create('DEID_MALFORMED', { message: 'pixel data do not fit the header' });
  }
  const writer = createTokenWriter({ transferSyntaxUid, lengths: 'recode' });
  // Of such there are two readings, and each would clear bits of the other.
  const isSwapped = hasBigEndianPixels(transferSyntaxUid);
  const isUnknown = isSwapped && shape.bits.bitsAllocated === 32 && shape.bits.bitsStored < 32;
  if (isUnknown) throw deidErrors.create('DEID_MALFORMED', { message: 'unknown bits of a sample' });
  const isInWords = bigEndian && vr === 'OW' && shape.bits.bitsAllocated <= 8;
  const start = writer.write({
    ...first,
    vr: isInWords ? 'OB' : vr,
    length: shape.nativeBytes,
  });
  const cleaner = cleanerOf(shape, isSwapped);
  const options = {
    imageBytes: shape.nativeBytes,
    cleaner: isInWords ? outOfWords(cleaner) : cleaner,
    ...(shape.bits.bitsAllocated === 1
      ? { lastByteMask: lastByteMask(shape.pixels * shape.samples * shape.frames) }
      : {}),
  };
  return { start, parts: () => passNativePixels(rest, options) };
}

/** Which element must hold the pixels, and in which VR. @standard PS3.3 §C.7.6.3, §C.7.6.24, §C.7.6.25 */
function pixelElementOf({ isFloat, bits }: ImageShape): { tag: Tag; vr: 'OW' | 'OF' | 'OD' } {
  if (!isFloat) return { tag: t.PixelData, vr: 'OW' };
  return bits.bitsAllocated === 64
    ? { tag: t.DoubleFloatPixelData, vr: 'OD' }
    : { tag: t.FloatPixelData, vr: 'OF' };
}

function cleanerOf({ isFloat, bits }: ImageShape, bigEndian: boolean): SampleCleaner | undefined {
  if (isFloat) return createNanCleaner(bits.bitsAllocated === 64 ? 64 : 32, bigEndian);
  return createBitCleaner({ ...bits, bigEndian });
}

/**
 * The VR in which native pixel data leave. UN is read by the dictionary; its value is little endian
 * whatever the transfer syntax (PS3.5 §6.2.2), which no reader of big endian pixels would expect.
 */
function pixelVr(
  vr: Vr,
  asNamed: 'OW' | 'OF' | 'OD',
  bigEndian: boolean,
): 'OW' | 'OB' | 'OF' | 'OD' | undefined {
  if (vr === 'UN' && !bigEndian) return asNamed;
  if (vr === 'OB') return asNamed === 'OW' ? vr : undefined;
  return vr === asNamed ? vr : undefined;
}

async function* tokensFrom({ first, rest }: OpenInstance): Batches {
  yield first;
  yield* rest;
}

function bytesAt(header: DataSet, tag: Tag): Uint8Array {
  const element = header.get(tag);
  return element === undefined || element.vr === 'SQ' ? noBytes : element.value;
}
