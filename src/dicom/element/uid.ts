const uidPattern = /^[0-9.]{1,64}$/;

/**
 * Whether `text` may pass as a UID: 1 to 64 digits and dots. Components with leading zeros exist
 * in old archives and do no harm, so they pass; anything that could act as a path does not.
 *
 * @standard PS3.5 §9.1
 */
export function isUid(text: string): boolean {
  return uidPattern.test(text);
}
