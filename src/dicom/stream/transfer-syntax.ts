import { transferSyntax } from '../dictionary/generated/uids.ts';
import { isUid } from '../element/uid.ts';
import { dicomErrors } from '../errors.ts';

/** How a transfer syntax encodes a data set. @standard PS3.5 §10, Annex A */
export interface Encoding {
  readonly implicitVr: boolean;
  readonly bigEndian: boolean;
  /** The whole data set is deflated; inflated it is explicit VR little endian. */
  readonly deflated: boolean;
  /** Pixel Data comes in fragments. */
  readonly encapsulated: boolean;
}

const explicit: Encoding = {
  implicitVr: false,
  bigEndian: false,
  deflated: false,
  encapsulated: false,
};

/** GE private: big endian pixel data in an otherwise implicit VR little endian data set. */
export const privateGe = '1.2.840.113619.5.2';

const encodings: ReadonlyMap<string, Encoding> = new Map<string, Encoding>([
  [transferSyntax.ImplicitVRLittleEndian, { ...explicit, implicitVr: true }],
  [transferSyntax.ExplicitVRLittleEndian, explicit],
  [transferSyntax.ExplicitVRBigEndian, { ...explicit, bigEndian: true }],
  [transferSyntax.DeflatedExplicitVRLittleEndian, { ...explicit, deflated: true }],
  [transferSyntax.JPIPReferenced, explicit],
  [transferSyntax.JPIPReferencedDeflate, { ...explicit, deflated: true }],
  [transferSyntax.JPIPHTJ2KReferenced, explicit],
  [transferSyntax.JPIPHTJ2KReferencedDeflate, { ...explicit, deflated: true }],
  [privateGe, { ...explicit, implicitVr: true }],
]);
/** Whether samples of native pixel data are big endian. @throws as `encodingOf` */
export function hasBigEndianPixels(transferSyntaxUid: string): boolean {
  return transferSyntaxUid === privateGe || encodingOf(transferSyntaxUid).bigEndian;
}

const encapsulated: Encoding = { ...explicit, encapsulated: true };

/**
 * The encoding of `transferSyntaxUid`. Every other syntax under the standard's root is taken as
 * encapsulated: PS3.5 §A.4 fixes explicit VR little endian for all of them, also future ones;
 * 6 (MIME, XML) and 7 (video over IP) are no data sets.
 *
 * @throws MdmError `DICOM_TRANSFER_SYNTAX_UNSUPPORTED` for UIDs outside the standard's root
 */
export function encodingOf(transferSyntaxUid: string): Encoding {
  const encoding = encodings.get(transferSyntaxUid);
  if (encoding !== undefined) return encoding;
  if (/^1\.2\.840\.10008\.1\.2\.(?![67]\.)[0-9.]{1,40}$/.test(transferSyntaxUid))
    return encapsulated;
  const shown = isUid(transferSyntaxUid) ? transferSyntaxUid : 'not a UID';
  throw dicomErrors.create('DICOM_TRANSFER_SYNTAX_UNSUPPORTED', {
    context: { transferSyntaxUid: shown },
  });
}
