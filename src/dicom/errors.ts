import { defineErrors } from '../lib/errors/error-table.ts';

const brokenData = {
  disposition: 'permanent',
  user: 'Nothing; the object itself is broken. Tell the operator which series it is.',
  operator: 'Look at the object with dcmdump at the source; repair it there.',
} as const;

/** Failures of reading and writing DICOM data. Context holds `offset` in bytes from the start. */
export const dicomErrors = defineErrors('dicom', {
  DICOM_TRUNCATED: { ...brokenData, meaning: 'The data set ends inside an element or sequence.' },
  DICOM_LENGTH_INVALID: {
    ...brokenData,
    meaning: 'An element, item or delimiter has a length its kind cannot have.',
  },
  DICOM_LENGTH_OVERRUN: {
    ...brokenData,
    meaning: 'An element is longer than the item or sequence that holds it.',
  },
  DICOM_VR_UNKNOWN: { ...brokenData, meaning: 'An explicit VR is none of the standard.' },
  DICOM_ITEM_EXPECTED: {
    ...brokenData,
    meaning: 'Something other than an item or a delimiter stands in a sequence.',
  },
  DICOM_DELIMITER_UNEXPECTED: {
    ...brokenData,
    meaning: 'An item or delimiter stands where a data element belongs.',
  },
  DICOM_TAG_DUPLICATED: { ...brokenData, meaning: 'A data set holds the same tag twice.' },
  DICOM_TAG_UNORDERED: { ...brokenData, meaning: 'Tags of a data set do not ascend.' },
  DICOM_NESTING_TOO_DEEP: { ...brokenData, meaning: 'Sequences are nested beyond the limit.' },
  DICOM_TOO_MANY_ELEMENTS: { ...brokenData, meaning: 'More elements and items than the limit.' },
  DICOM_VALUE_INVALID: { ...brokenData, meaning: 'A value does not follow its VR.' },
  DICOM_DATA_SET_TOO_LARGE: {
    ...brokenData,
    meaning: 'A data set that is held in memory is larger than the limit.',
  },
  DICOM_DEFLATE_INVALID: { ...brokenData, meaning: 'A deflated data set does not inflate.' },
  DICOM_INFLATE_LIMIT: {
    ...brokenData,
    meaning: 'A deflated data set inflates beyond the limits of size or ratio.',
  },
  DICOM_ENCAPSULATED_UNEXPECTED: {
    ...brokenData,
    meaning: 'Encapsulated pixel data stands in a data set that is held in memory.',
  },
  DICOM_TRANSFER_SYNTAX_UNSUPPORTED: {
    ...brokenData,
    meaning: 'The transfer syntax is unknown or not for this use.',
    operator: 'Have the source send another transfer syntax.',
  },
  DICOM_FILE_PREFIX_MISSING: {
    ...brokenData,
    meaning: 'A file does not start with a preamble and DICM, so its encoding is unknown.',
  },
  DICOM_FILE_META_INVALID: {
    ...brokenData,
    meaning: 'The file meta information cannot be read or lacks the transfer syntax.',
  },
  DICOM_FILE_META_TOO_LARGE: {
    ...brokenData,
    meaning: 'The file meta information is larger than the limit.',
  },
  DICOM_TEXT_NOT_ENCODABLE: {
    ...brokenData,
    meaning: 'A text has characters that its Specific Character Set lacks.',
    user: 'Use characters of the character set.',
    operator: 'Report it: no setting chooses the character set of what is written.',
  },
});
