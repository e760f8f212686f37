import { concatBytes } from '../../lib/bytes/bytes.ts';
import { tag } from '../dictionary/generated/tag.ts';
import { transferSyntax } from '../dictionary/generated/uids.ts';
import { dataSetOf } from '../element/data-set-of.ts';
import type { DataSet } from '../element/element.ts';
import { isUid } from '../element/uid.ts';
import { getString } from '../element/value.ts';
import { dicomErrors } from '../errors.ts';
import { decodeDataSet, encodeDataSet } from '../stream/data-set-codec.ts';

/** File meta information. @standard PS3.10 §7.1, Table 7.1-1 */
export interface FileMeta {
  readonly transferSyntaxUid: string;
  readonly mediaStorageSopClassUid: string | undefined;
  readonly mediaStorageSopInstanceUid: string | undefined;
  /** All elements of group 0002. */
  readonly elements: DataSet;
}

/** This implementation, for (0002,0012) and association negotiation. @standard PS3.7 §D.3.3.2 */
export const implementationClassUid = '2.25.5952854071249878021920353210164860816';
/** This implementation, for (0002,0013). */
export const implementationVersionName = 'MDM_0_1';

/** Bytes before the file meta information: preamble and prefix. */
export const filePrefixBytes = 132;

/**
 * Decode the elements of group 0002, explicit VR little endian.
 *
 * @throws MdmError `DICOM_FILE_META_INVALID`
 */
export function decodeFileMeta(bytes: Uint8Array): FileMeta {
  const elements = decodeMetaElements(bytes);
  const transferSyntaxUid = getString(elements, tag.TransferSyntaxUID);
  if (transferSyntaxUid === undefined || !isUid(transferSyntaxUid)) {
    throw dicomErrors.create('DICOM_FILE_META_INVALID', { message: 'no transfer syntax' });
  }
  return {
    transferSyntaxUid,
    mediaStorageSopClassUid: getString(elements, tag.MediaStorageSOPClassUID),
    mediaStorageSopInstanceUid: getString(elements, tag.MediaStorageSOPInstanceUID),
    elements,
  };
}

function decodeMetaElements(bytes: Uint8Array): DataSet {
  try {
    return decodeDataSet(bytes, transferSyntax.ExplicitVRLittleEndian, { strict: false });
  } catch (cause) {
    throw dicomErrors.create('DICOM_FILE_META_INVALID', { cause });
  }
}

/**
 * The start of a DICOM file, up to its data set: 128 zero bytes, `DICM` and file meta information
 * with an exact group length.
 *
 * @standard PS3.10 §7.1
 */
export function encodeFileHeader(file: {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
}): Uint8Array {
  const elements = dataSetOf({
    FileMetaInformationVersion: Uint8Array.of(0, 1),
    MediaStorageSOPClassUID: file.sopClassUid,
    MediaStorageSOPInstanceUID: file.sopInstanceUid,
    TransferSyntaxUID: file.transferSyntaxUid,
    ImplementationClassUID: implementationClassUid,
    ImplementationVersionName: implementationVersionName,
  });
  const meta = encodeDataSet(elements, transferSyntax.ExplicitVRLittleEndian);
  const groupLength = encodeDataSet(
    dataSetOf({ FileMetaInformationGroupLength: meta.length }),
    transferSyntax.ExplicitVRLittleEndian,
  );
  const prefix = new Uint8Array(filePrefixBytes);
  prefix.set([0x44, 0x49, 0x43, 0x4d], filePrefixBytes - 4);
  return concatBytes([prefix, groupLength, meta]);
}
