import { type GetFile, getFileOf, getFileStatuses, stagedFile } from '../get-request.ts';
import { type NamedFile, nameFiles, readCount, type SrmOperation } from '../operation.ts';
import { elementsAt, textOf, textsAt } from '../soap/element.ts';
import { field } from '../soap/writer.ts';
import { type SrmStatus, statusElement, statusOfRequest } from '../status.ts';

const noProtocol: SrmStatus = {
  code: 'SRM_NOT_SUPPORTED',
  explanation: 'files are transferred by https, which is not among the protocols asked for',
};

/**
 * Ask for files: recalls start, and what arrives is pinned. Answers at once; clients poll.
 * @standard SRM 2.2 §5.1 (srmPrepareToGet)
 */
export const srmPrepareToGet: SrmOperation = async (call) => {
  const requests = elementsAt(call.request, 'arrayOfFileRequests', 'requestArray');
  const named = nameFiles(
    call,
    requests.map((each) => textOf(each, 'sourceSURL') ?? ''),
  );
  const protocols = textsAt(
    call.request,
    'transferParameters',
    'arrayOfTransferProtocols',
    'stringArray',
  );
  if (protocols.length > 0 && !protocols.some((name) => name.toLowerCase() === 'https')) {
    return [statusElement('returnStatus', noProtocol)];
  }
  const paths = new Set(named.flatMap((file) => ('surl' in file ? [file.surl.path] : [])));
  if (paths.size === 0) return reply(named.map(failed));
  const lifetime = readCount(textOf(call.request, 'desiredPinLifeTime'));
  const request = await call.files.stage(call.caller, [...paths], {
    pinLifetimeSeconds: lifetime || call.limits.pinLifetimeSeconds,
    signal: call.signal,
  });
  call.surls.remember(
    request.token,
    named.flatMap((file) => ('surl' in file ? [file.surl] : [])),
  );
  const files = named.map((file) =>
    'surl' in file ? getFileOf(call, file.surl, stagedFile(request, file.surl.path)) : failed(file),
  );
  return reply(files, request.token);
};

function failed(file: NamedFile): GetFile {
  return { surl: file.text, status: 'status' in file ? file.status : { code: 'SRM_FAILURE' } };
}

function reply(files: readonly GetFile[], token?: string) {
  return [
    statusElement('returnStatus', statusOfRequest(files.map(({ status }) => status))),
    field('requestToken', token),
    getFileStatuses(files),
  ];
}
