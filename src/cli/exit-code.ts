/** Exit codes of `mdm`, as documented in docs/client.md. */
export const exitCode = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  forbidden: 4,
  unauthenticated: 5,
  tryAgain: 6,
  refused: 7,
  unverified: 8,
  /** Stopped by an interrupt: 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const;

const exact: Readonly<Record<string, number>> = {
  FILES_NOT_FOUND: exitCode.notFound,
  FILES_PATH_INVALID: exitCode.notFound,
  POLICY_NOT_FOUND: exitCode.notFound,
  POLICY_COLLECTION_UNKNOWN: exitCode.notFound,
  POLICY_PATH_UNKNOWN: exitCode.notFound,
  POLICY_NOT_LOCKED: exitCode.notFound,
  POLICY_KEY_UNKNOWN: exitCode.notFound,
  FILES_FORBIDDEN: exitCode.forbidden,
  POLICY_FORBIDDEN: exitCode.forbidden,
  POLICY_OPERATORS_ONLY: exitCode.forbidden,
  KEYS_FORBIDDEN: exitCode.forbidden,
  API_UNAUTHENTICATED: exitCode.unauthenticated,
  WEBDAV_UNAUTHENTICATED: exitCode.unauthenticated,
  WEBDAV_CREDENTIAL_REFUSED: exitCode.unauthenticated,
  FILES_CREDENTIAL_ENDED: exitCode.unauthenticated,
  KEYS_UNAUTHENTICATED: exitCode.unauthenticated,
  KEYS_CREDENTIAL_SHARED: exitCode.unauthenticated,
  CLIENT_UNVERIFIED: exitCode.unverified,
  CLIENT_VERSION_OLDER: exitCode.unverified,
  CLIENT_VERSION_TWICE: exitCode.unverified,
  CLIENT_IDENTITY_OLDER: exitCode.unverified,
  KEYS_CERTIFICATE_INVALID: exitCode.unverified,
  KEYS_CERTIFICATE_SHORT: exitCode.unverified,
  CLIENT_SETTINGS: exitCode.usage,
  CLIENT_PRODUCER_KEYS_MISSING: exitCode.usage,
  CLIENT_ARGUMENT: exitCode.usage,
  CLIENT_IS_A_DIRECTORY: exitCode.usage,
  CONFIG_INVALID: exitCode.usage,
  CONFIG_UNREADABLE: exitCode.usage,
  API_PARAMETER_INVALID: exitCode.usage,
  FILES_KEYWORD_INVALID: exitCode.usage,
  KEYS_CONFIG_INVALID: exitCode.usage,
  KEYS_ORIGINAL_INVALID: exitCode.usage,
  KEYS_ORIGINAL_TOO_FEW: exitCode.usage,
  POLICY_INVALID: exitCode.usage,
  KEYS_ORIGINAL_DISAGREE: exitCode.unverified,
  KEYS_ORIGINAL_LOST: exitCode.refused,
  RECALL_WITHHELD: exitCode.refused,
  RECALL_OBJECT_DAMAGED: exitCode.refused,
  RECALL_TRANSFER_SYNTAX: exitCode.refused,
  RECALL_GEOMETRY_REFUSED: exitCode.refused,
  RECALL_QUARANTINED: exitCode.refused,
  FILES_LOCKED: exitCode.refused,
  RECALL_LOCKED: exitCode.refused,
  RECALL_WITHDRAWN: exitCode.refused,
  RECALL_LOST: exitCode.refused,
  RECALL_NO_ARCHIVE: exitCode.refused,
};

/** The exit code of a failure: by its code, else by whether trying again may help. */
export function exitCodeOf(failure: {
  readonly code: string;
  readonly disposition: string;
}): number {
  if (failure.code.startsWith('SEAL_')) return exitCode.unverified;
  return (
    exact[failure.code] ??
    (failure.disposition === 'transient' ? exitCode.tryAgain : exitCode.failed)
  );
}
