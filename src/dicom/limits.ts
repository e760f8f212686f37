import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds on what a data set may make us hold. */
export const dicomLimits = defineLimits('dicom', {
  inlineValueMaxBytes: {
    value: 65_536,
    unit: 'bytes',
    reason: 'Longer values are streamed, so that memory does not follow a declared length.',
  },
  nestingMax: {
    value: 32,
    unit: 'count',
    reason: 'Real objects nest below 10; 20,000 levels exist to break recursive readers.',
  },
  elementsMax: {
    value: 4_000_000,
    unit: 'count',
    reason:
      'Elements and items of one data set: 20,000 frames of an enhanced object with 165 elements each. What is held of them has bounds of its own.',
  },
  heldValueMaxBytes: {
    value: 1_048_576,
    unit: 'bytes',
    reason: 'A value of a data set held in memory; larger ones belong to a stream.',
  },
  commonElementsMaxBytes: {
    value: 2_097_152,
    unit: 'bytes',
    reason: 'A header that is held for what the next one has in common with it.',
  },
  heldDataSetMaxBytes: {
    value: 16_777_216,
    unit: 'bytes',
    reason: 'One header held in memory: values, 64 bytes an element, 128 bytes an item.',
  },
  packedItemsMaxBytes: {
    value: 67_108_864,
    unit: 'bytes',
    reason:
      'What the frames of an enhanced object say, each repeated element once, the others as bytes: 20,000 frames of which a vendor says something else in 100 elements each take 40 MiB.',
  },
  sharedItemsMaxBytes: {
    value: 16_777_216,
    unit: 'bytes',
    reason:
      'Elements that frames repeat, held as such, 16 times their bytes: 1 MiB of them; a frame has 2 KiB.',
  },
  sharedElementMaxBytes: {
    value: 16_384,
    unit: 'bytes',
    reason:
      'Longer elements are not compared with those of other frames; macros have some 100 bytes.',
  },
  rememberedItemsMaxBytes: {
    value: 2_097_152,
    unit: 'bytes',
    reason:
      'Elements of the latest frames, to see what is repeated: those of some thousand frames that are not alike.',
  },
  fileMetaMaxBytes: {
    value: 65_536,
    unit: 'bytes',
    reason: 'File meta information is a few hundred bytes; private information is rare.',
  },
  inflatedMaxBytes: {
    value: 4_294_967_296,
    unit: 'bytes',
    reason: 'A streamed deflated data set; its pixel data cannot be longer in native form.',
  },
  inflatedHeldMaxBytes: {
    value: 4_194_304,
    unit: 'bytes',
    reason: 'A deflated data set inflated in one call; about 15 ms of processor time.',
  },
  inflateRatioMax: {
    value: 250,
    unit: 'ratio',
    reason: 'Images deflate 2 to 10 fold, masks 100 fold; a bomb comes near the 1032 of deflate.',
  },
  inflateRatioFreeBytes: {
    value: 33_554_432,
    unit: 'bytes',
    reason: 'Below this output the ratio is not looked at: small blank images are harmless.',
  },
});

/** The limits of a token reader; tests and small data sets narrow them. */
export interface ReaderLimits {
  readonly nestingMax: number;
  readonly elementsMax: number;
}
