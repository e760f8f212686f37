import { auditErrors } from '../../audit/index.ts';
import { filesErrors, recallErrors } from '../../files/index.ts';
import type { ErrorRow } from '../../lib/errors/error-table.ts';
import { codeOf, type Disposition, type MdmError } from '../../lib/errors/mdm-error.ts';
import type { Exchange } from '../../listener/door.ts';
import { policyErrors } from '../../policy/index.ts';
import { failureDetail } from '../failure-detail.ts';
import { type FilesHttpCode, filesHttpStatus } from '../http-status.ts';
import { refusedAdvice } from '../refused-credential.ts';
import { apiErrors } from './errors.ts';

type ApiCode = FilesHttpCode | keyof typeof policyErrors.rows | keyof typeof apiErrors.rows;

const status: Readonly<Record<ApiCode, number>> = {
  ...filesHttpStatus,
  POLICY_NOT_FOUND: 404,
  POLICY_FORBIDDEN: 403,
  POLICY_INVALID: 400,
  POLICY_TOO_LARGE: 409,
  POLICY_INHERITED: 409,
  POLICY_NO_HOLDER: 409,
  POLICY_OPERATORS_ONLY: 403,
  POLICY_COLLECTION_UNKNOWN: 404,
  POLICY_PATH_UNKNOWN: 404,
  POLICY_NOT_LOCKED: 404,
  POLICY_KEY_UNKNOWN: 404,
  POLICY_KEYS_TOO_MANY: 409,
  POLICY_LOCKS_TOO_MANY: 409,
  API_PARAMETER_INVALID: 400,
  API_OPERATION_UNKNOWN: 404,
  API_UNAUTHENTICATED: 401,
  API_FAILED: 500,
};

const rows: Readonly<Record<string, ErrorRow>> = {
  ...filesErrors.rows,
  ...recallErrors.rows,
  ...policyErrors.rows,
  AUDIT_UNAVAILABLE: auditErrors.rows.AUDIT_UNAVAILABLE,
  ...apiErrors.rows,
};

/** A failure as the API answers it. */
export interface ApiFailure {
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;
  readonly body: {
    readonly code: string;
    readonly disposition: Disposition;
    readonly meaning: string;
    readonly user: string;
    readonly operator: string;
    /** Code of what lies behind it. */
    readonly reason: string | undefined;
    readonly requestId: string;
  };
}

/** The one translation of failures for this door. What it does not know is a failure of our own. */
export function apiFailureOf(
  error: unknown,
  { requestId, refusal }: Pick<Exchange, 'requestId' | 'refusal'>,
): ApiFailure {
  const found = codeOf(error);
  const code =
    found !== undefined && Object.hasOwn(status, found) ? (found as ApiCode) : 'API_FAILED';
  const row = rows[code] ?? apiErrors.rows.API_FAILED;
  const refused = code === 'API_UNAUTHENTICATED' ? refusal : undefined;
  const { user, operator } = refusedAdvice(refused, row);
  const context = code === found ? (error as MdmError).context : {};
  const named = code.endsWith('_INVALID')
    ? /: (.*)$/s.exec((error as Error).message)?.[1]
    : (refused?.explanation ?? failureDetail(error));
  const detail = named === undefined ? row.meaning : `${row.meaning} (${named})`;
  const reason = refused?.code ?? context['reason'];
  return {
    status: status[code],
    retryAfterSeconds:
      typeof context['retryAfterSeconds'] === 'number' ? context['retryAfterSeconds'] : undefined,
    body: {
      code,
      disposition: row.disposition,
      meaning: detail,
      user,
      operator,
      reason: typeof reason === 'string' ? reason : undefined,
      requestId,
    },
  };
}
