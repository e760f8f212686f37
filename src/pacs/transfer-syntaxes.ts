import { transferSyntax as t } from '../dicom/index.ts';

/**
 * Transfer syntaxes that instances may come in, best first: native ones, then compressed ones,
 * which pass through as they are.
 */
export const acceptedTransferSyntaxes: readonly string[] = [
  t.ExplicitVRLittleEndian,
  t.ImplicitVRLittleEndian,
  t.JPEGLosslessSV1,
  t.JPEGLossless,
  t.JPEGLSLossless,
  t.JPEGLSNearLossless,
  t.JPEG2000Lossless,
  t.JPEG2000,
  t.RLELossless,
  t.JPEGBaseline8Bit,
  t.JPEGExtended12Bit,
  t.DeflatedExplicitVRLittleEndian,
  t.ExplicitVRBigEndian,
];

/** Private ones that archives are known to hold. @see conformance statements of the vendors */
const privateTransferSyntaxes = {
  'GE private, Implicit VR Big Endian pixels': '1.2.840.113619.5.2',
  'Philips private ELE': '1.3.46.670589.33.1.4.1',
} as const;

const nameByUid: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...t, ...privateTransferSyntaxes }).map(([name, uid]) => [uid, name]),
);

/** All transfer syntaxes that have a name: only to learn what an archive holds. */
export const knownTransferSyntaxes: readonly string[] = [...nameByUid.keys()];

/** `1.2.840.10008.1.2.4.201 (HTJ2KLossless)`, for people. */
export function formatTransferSyntax(uid: string): string {
  return `${uid} (${nameByUid.get(uid) ?? 'private'})`;
}
