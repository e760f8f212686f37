import { applicationContext, sopClass, transferSyntax } from '../../dicom/index.ts';
import { vendorClassesWithoutImage } from '../../facts/index.ts';

const known: ReadonlySet<string> = new Set([
  ...Object.values(sopClass),
  ...Object.values(transferSyntax),
  ...Object.values(applicationContext),
  // A list is judged by them: what holds no image is no part of a volume.
  ...vendorClassesWithoutImage,
]);

/**
 * Whether a UID names a kind of thing: by the registry of the standard, or as one of the vendors'
 * classes that are known to hold no image. @standard PS3.6 Table A-1
 */
export function isKindUid(uid: string): boolean {
  return known.has(uid);
}
