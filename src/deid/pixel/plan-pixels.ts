import {
  createTokenWriter,
  type DataSet,
  encodingOf,
  type Tag,
  type Token,
  tag as t,
  type Vr,
} from '../../dicom/index.ts';
import { noBytes } from '../../lib/bytes/bytes.ts';
import type { InstancePart } from '../deidentifier.ts';
import { deidErrors } from '../errors.ts';
import type { OpenInstance } from '../header/read-header.ts';
import { passEncapsulatedPixels } from './encapsulated-pixels.ts';
import { frameCleanerOf, frameStartOf } from './frame-cleaner.ts';
import type { ImageShape } from './image-shape.ts';
import { passNativePixels } from './native-pixels.ts';
import { createBitCleaner } from './unused-bits.ts';

type Batches = AsyncGenerator<readonly Token[], void, void>;

/** How the pixel data of one instance leave. */
export interface PixelPlan {
  /** Bytes that belong to the header part: the start of native Pixel Data. */
  readonly start: readonly Uint8Array[];
  readonly parts: AsyncGenerator<InstancePart, void, void>;
}

/**
 * Decide how pixel data leave, by the token that starts them.
 *
 * @throws MdmError `DEID_MALFORMED` when they do not fit the header or the transfer syntax,
 *   `DEID_COMPRESSED_UNCHECKED` when nothing here can judge the transfer syntax
 */
export function planPixels(opened: OpenInstance, shape: ImageShape): PixelPlan {
  const { transferSyntaxUid } = opened;
  const rest = tokensFrom(opened);
  const [first] = opened.first;
  const isPixelData = first !== undefined && 'tag' in first && first.tag === t.PixelData;
  const { encapsulated, bigEndian } = encodingOf(transferSyntaxUid);
  if (isPixelData && first.kind === 'fragments-start' && encapsulated) {
    const clean = frameCleanerOf(transferSyntaxUid);
    if (clean === undefined) throw deidErrors.create('DEID_COMPRESSED_UNCHECKED');
    const parts = passEncapsulatedPixels(rest, {
      transferSyntaxUid,
      shape,
      clean,
      startsFrame: frameStartOf(transferSyntaxUid),
      extendedOffsets: bytesAt(opened.header, t.ExtendedOffsetTable),
    });
    return { start: [], parts };
  }
  const native = isPixelData && first.kind === 'value-start' && !encapsulated;
  const vr = native ? pixelVr(first.vr, bigEndian) : undefined;
  const lengthFits =
    native && first.length >= shape.nativeBytes && first.length < shape.nativeBytesEnd;
  if (vr === undefined || !lengthFits) {
    throw deidErrors.create('DEID_MALFORMED', { message: 'pixel data do not fit the header' });
  }
  const writer = createTokenWriter({ transferSyntaxUid, lengths: 'recode' });
  const start = writer.write({ ...first, vr, length: shape.nativeBytes });
  const cleaner = createBitCleaner({ ...shape.bits, bigEndian });
  return { start, parts: passNativePixels(rest, { imageBytes: shape.nativeBytes, cleaner }) };
}

/**
 * The VR in which native pixel data leave. UN is read by the dictionary; its value is little endian
 * whatever the transfer syntax (PS3.5 §6.2.2), which no reader of big endian pixels would expect.
 */
function pixelVr(vr: Vr, bigEndian: boolean): 'OW' | 'OB' | undefined {
  if (vr === 'UN' && !bigEndian) return 'OW';
  return vr === 'OW' || vr === 'OB' ? vr : undefined;
}

async function* tokensFrom({ first, rest }: OpenInstance): Batches {
  yield first;
  yield* rest;
}

function bytesAt(header: DataSet, tag: Tag): Uint8Array {
  const element = header.get(tag);
  return element === undefined || element.vr === 'SQ' ? noBytes : element.value;
}
