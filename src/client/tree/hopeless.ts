import { codeOf } from '../../lib/errors/mdm-error.ts';

const hopelessCodes: ReadonlySet<string> = new Set([
  'CLIENT_SETTINGS',
  'CLIENT_PRODUCER_KEYS_MISSING',
  'CLIENT_UNREACHABLE',
  'CLIENT_DISK_FULL',
]);

/** Whether no other file would fare better: the command ends instead of failing at each. */
export function isHopeless(error: Error): boolean {
  const code = codeOf(error);
  if (code === undefined) return true;
  return hopelessCodes.has(code) || /_UNAUTHENTICATED$|_CREDENTIAL_REFUSED$/.test(code);
}
