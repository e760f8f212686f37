import { applicationContext, sopClass, transferSyntax } from '../../dicom/index.ts';

const registered: ReadonlySet<string> = new Set([
  ...Object.values(sopClass),
  ...Object.values(transferSyntax),
  ...Object.values(applicationContext),
]);

/** Whether the registry of the standard names a kind of thing by this UID. @standard PS3.6 Table A-1 */
export function isRegisteredUid(uid: string): boolean {
  return registered.has(uid);
}
