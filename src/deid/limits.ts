import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of de-identification. */
export const deidLimits = defineLimits('deid', {
  headerMaxBytes: {
    value: 33_554_432,
    unit: 'bytes',
    reason:
      'Values of a header, held until its pixel data, 64 bytes an element and 128 an item, beside what frames say (`dicom.packedItemsMaxBytes`): 400,000 elements, about 120 MiB of memory.',
  },
  valueMaxBytes: {
    value: 65_536,
    unit: 'bytes',
    reason:
      'The longest kept value; image attributes are far shorter. Tables of a palette have the bound of their indices.',
  },
  frameMaxBytes: {
    value: 33_554_432,
    unit: 'bytes',
    reason: 'One compressed frame, held while its markers are checked.',
  },
  fragmentRoomBytes: {
    value: 1_048_576,
    unit: 'bytes',
    reason:
      'Memory for a fragment by its stated length, before its bytes are there; more grows with them.',
  },
  expandedFrameMaxBytes: {
    value: 134_217_728,
    unit: 'bytes',
    reason:
      'Pixels of an RLE frame, held while their unused bits are cleaned; as many as are decoded (`pixel.frameBytesMax`).',
  },
  uidCacheMax: {
    value: 16_384,
    unit: 'count',
    reason:
      'Replaced UIDs remembered: instances of a series share most of theirs, and a list of them comes before they do.',
  },
});
