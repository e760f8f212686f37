import { accessErrors } from '../../errors.ts';
import {
  type NamedFile,
  readOptionalSurls,
  type SrmCall,
  type SrmOperation,
} from '../operation.ts';
import { textOf } from '../soap/element.ts';
import { arrayOf, element, field } from '../soap/writer.ts';
import {
  type SrmStatus,
  statusElement,
  statusOfCode,
  statusOfRequest,
  success,
} from '../status.ts';

/** Give up pins and interest. Idempotent. @standard SRM 2.2 §5.6 (srmReleaseFiles) */
export const srmReleaseFiles: SrmOperation = (call) => release(call);

/** Give up files of a request; the same as releasing them here. @standard SRM 2.2 §5.14 (srmAbortFiles) */
export const srmAbortFiles: SrmOperation = (call) => release(call);

/** Give up a whole request. @standard SRM 2.2 §5.13 (srmAbortRequest) */
export const srmAbortRequest: SrmOperation = async (call) => {
  await call.files.release(call.caller, readToken(call), undefined, { signal: call.signal });
  return [statusElement('returnStatus', success)];
};

async function release(call: SrmCall) {
  const token = readToken(call);
  const named = readOptionalSurls(call, 'arrayOfSURLs');
  const paths = named?.flatMap((file) => ('surl' in file ? [file.surl.path] : []));
  const request = await call.files.release(call.caller, token, paths, { signal: call.signal });
  const known = new Set(request.files.map(({ path }) => path));
  const statuses = (named ?? []).map((file) => ({ file, status: statusOf(file, known) }));
  return [
    statusElement('returnStatus', statusOfRequest(statuses.map(({ status }) => status))),
    arrayOf(
      'arrayOfFileStatuses',
      statuses.map(({ file, status }) =>
        element('statusArray', field('surl', file.text), statusElement('status', status)),
      ),
    ),
  ];
}

function statusOf(file: NamedFile, known: ReadonlySet<string>): SrmStatus {
  if ('status' in file) return file.status;
  return known.has(file.surl.path) ? success : (statusOfCode('FILES_NOT_FOUND') ?? success);
}

/** Pins belong to requests here; without a token there is nothing to release. */
function readToken(call: SrmCall): string {
  const token = textOf(call.request, 'requestToken');
  if (token === undefined) throw accessErrors.create('ACCESS_SRM_REQUEST_INVALID');
  return token;
}
