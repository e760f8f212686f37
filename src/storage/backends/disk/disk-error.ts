import { MdmError } from '../../../lib/errors/mdm-error.ts';
import { type StorageErrorCode, storageErrors } from '../../errors.ts';
import { systemCode } from './disk-files.ts';

const codeOfSystemCode: Readonly<Record<string, StorageErrorCode>> = {
  ENOSPC: 'STORAGE_FULL',
  EDQUOT: 'STORAGE_FULL',
  // What the store looks for is what it wrote.
  ENOENT: 'STORAGE_DAMAGED',
  EEXIST: 'STORAGE_REPLICA_EXISTS',
};

/** A coded error for a failed system call; other errors pass unchanged. */
export function storageErrorOf(error: unknown): unknown {
  const system = systemCode(error);
  if (error instanceof MdmError || system === undefined) return error;
  const code = codeOfSystemCode[system] ?? 'STORAGE_FAILED';
  return storageErrors.create(code, { context: { systemCode: system }, cause: error });
}
