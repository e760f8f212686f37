import { defineErrors } from '../lib/errors/error-table.ts';

const asIs = 'Nothing to do: the image stays in the hospital.';

/**
 * Why an instance, or the rest of one, is held back. Known after the header these are values of
 * `DeidentifyOutcome`; found in the pixel data they are thrown while the parts are read.
 */
export const deidErrors = defineErrors('deid', {
  DEID_UNSUPPORTED_SOP_CLASS: {
    disposition: 'permanent',
    meaning: 'The kind of object is none whose attributes the profile knows in full.',
    user: asIs,
    operator:
      'Only CT, MR and PET images, what is computed of them (segmentations, parametric maps) and some secondary captures leave in this version.',
  },
  DEID_NO_IMAGE: {
    disposition: 'permanent',
    meaning:
      'The object holds no image: raw data, a presentation state, a report. It is no part of a volume, and the profile does not know its attributes.',
    user: 'Nothing to do: the object stays in the hospital; the images beside it do not need it.',
    operator:
      'Only CT, MR and PET images, what is computed of them (segmentations, parametric maps) and some secondary captures leave in this version.',
  },
  DEID_BURNED_IN: {
    disposition: 'permanent',
    meaning:
      'The image says, or its type suggests, that text is burned into its pixels; or it is a secondary capture that does not say that none is.',
    user: asIs,
    operator:
      'Look at Burned In Annotation, Image Type and Conversion Type. A secondary capture leaves where it says NO, was computed, and has a place in the patient.',
  },
  DEID_OVERLAY_EMBEDDED: {
    disposition: 'permanent',
    meaning: 'An overlay lies in unused bits of the pixels, where it could show text.',
    user: asIs,
    operator: 'Have the source send the overlay apart from the pixels, or without it.',
  },
  DEID_COMPRESSED_UNCHECKED: {
    disposition: 'permanent',
    meaning: 'The compressed pixel data may carry text that cannot be found and removed.',
    user: asIs,
    operator: 'Have the source send the image uncompressed or in another transfer syntax.',
  },
  DEID_FRAME_UNREAD: {
    disposition: 'transient',
    meaning:
      'A compressed frame took too long to read, or its thread ended, so that nothing can be said of what it holds.',
    user: 'Try again once.',
    operator: 'Look at load and memory of the machine; a frame that does it again is damaged.',
  },
  DEID_FRAME_MISMATCH: {
    disposition: 'permanent',
    meaning:
      'A compressed frame states other rows, columns, samples or bits than the header, so that it may be another image.',
    user: asIs,
    operator:
      'Compare the frame with Rows, Columns, Samples per Pixel and Bits Stored at the source: dcmdump shows the header, dcmdjpeg or gdcmconv the frame.',
  },
  DEID_MALFORMED: {
    disposition: 'permanent',
    meaning: 'The object breaks its encoding, so nothing can be said of what it holds.',
    user: asIs,
    operator: 'Look at the object with dcmdump at the source, and repair it there.',
  },
  DEID_FACT_NOT_KEPT: {
    disposition: 'permanent',
    meaning:
      "An element that says how pixels are read, scaled or placed, or stacks told apart, is there but damaged, out of range, or of another type than the standard gives it; or GE's epi_pepolar does not say of which polarity an image is.",
    user: asIs,
    operator:
      '`deid.withheld` in the log names the element. Have the source correct it: a decimal comma, NaN, two values for one, a wrong VR.',
  },
  DEID_PALETTE: {
    disposition: 'permanent',
    meaning:
      'The colours of the image are in lookup tables that are absent, of another length than their descriptors say or of three different ones; or an identifier of the image stands in them as text.',
    user: asIs,
    operator:
      'Compare Palette Color Lookup Table Descriptor and Data of the three colours at the source, with dcmdump; or have it send the image as RGB.',
  },
  DEID_GRID: {
    disposition: 'permanent',
    meaning:
      'Several slices are tiled in the image (a mosaic, a VFRAME grid). Programs would put them at wrong places without the private elements that say how.',
    user: 'List the folder again: where the image says how its slices lie, each is a file of its own now (`i-...-0001.dcm`), and the volume can be read. Where it does not, neither can be had.',
    operator:
      'Where no slices are listed, have the scanner or the archive export the series as single slices, or with its private elements.',
  },
  DEID_LIMIT_EXCEEDED: {
    disposition: 'permanent',
    meaning: 'The header, or one compressed frame, is larger than what is held in memory.',
    user: asIs,
    operator: 'Compare the object with the bounds in docs/limits.md; they are not settings.',
  },
});

/** Codes of this folder. */
export type DeidCode = keyof typeof deidErrors.rows;
