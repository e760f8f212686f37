import { accessErrors } from '../../errors.ts';
import { getFileOf, getFileStatuses, stagedFile } from '../get-request.ts';
import { nameFile, readOptionalSurls, type SrmOperation } from '../operation.ts';
import { textOf } from '../soap/element.ts';
import { statusElement, statusOfRequest } from '../status.ts';

/** How a request to get files stands. @standard SRM 2.2 §5.2 (srmStatusOfGetRequest) */
export const srmStatusOfGetRequest: SrmOperation = async (call) => {
  const token = textOf(call.request, 'requestToken');
  if (token === undefined) throw accessErrors.create('ACCESS_SRM_REQUEST_INVALID');
  const named = readOptionalSurls(call, 'arrayOfSourceSURLs');
  const request = await call.files.staged(call.caller, token, { signal: call.signal });
  const host = call.transfer.host ?? 'localhost';
  const asked =
    named ??
    request.files.map(({ path }) => nameFile(call.surls.spell(token, path, host), call.limits));
  const files = asked.map((file) =>
    'surl' in file
      ? getFileOf(call, file.surl, stagedFile(request, file.surl.path))
      : { surl: file.text, status: file.status },
  );
  return [
    statusElement('returnStatus', statusOfRequest(files.map(({ status }) => status))),
    getFileStatuses(files),
  ];
};
