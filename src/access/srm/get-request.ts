import type { StagedFile, StageRequest } from '../../files/files.ts';
import type { SrmCall } from './operation.ts';
import { arrayOf, element, field, type Xml } from './soap/writer.ts';
import { type SrmStatus, statusElement, statusOfCode } from './status.ts';
import { formatTurl, type Surl } from './surl.ts';

/** One file of a get request as it stands. */
export interface GetFile {
  readonly surl: string;
  readonly status: SrmStatus;
  readonly detail?: {
    readonly size: number;
    readonly turl: string;
    readonly pinSecondsLeft: number;
  };
}

/**
 * State of one staged file in the words of SRM. A file is pinned only when all of it is there and
 * its size is exact: SRM has no way to serve a file that still grows.
 */
export function getFileOf(call: SrmCall, surl: Surl, staged: StagedFile | undefined): GetFile {
  const { text } = surl;
  if (staged === undefined) return { surl: text, status: statusOfCode('FILES_NOT_FOUND') ?? lost };
  switch (staged.state) {
    case 'staging':
      return { surl: text, status: { code: 'SRM_REQUEST_INPROGRESS' } };
    case 'released':
      return { surl: text, status: { code: 'SRM_RELEASED' } };
    case 'failed':
      return { surl: text, status: statusOfCode(staged.failure) ?? lost };
    case 'ready': {
      const leftMs = staged.pinnedUntilMs - call.clock.nowMs();
      const { host = surl.host, port } = call.transfer;
      return {
        surl: text,
        status: { code: 'SRM_FILE_PINNED' },
        detail: {
          size: staged.size,
          turl: formatTurl({ host, port }, surl.path),
          pinSecondsLeft: Math.max(0, Math.floor(leftMs / 1000)),
        },
      };
    }
  }
}

const lost: SrmStatus = { code: 'SRM_FAILURE', explanation: 'the file cannot be prepared' };

/** The files of a reply, in WSDL order. @standard SRM 2.2 §3.2 (TGetRequestFileStatus) */
export function getFileStatuses(files: readonly GetFile[]): Xml | undefined {
  return arrayOf(
    'arrayOfFileStatuses',
    files.map(({ surl, status, detail }) =>
      element(
        'statusArray',
        field('sourceSURL', surl),
        field('fileSize', detail?.size),
        statusElement('status', status),
        field('remainingPinTime', detail?.pinSecondsLeft),
        field('transferURL', detail?.turl),
      ),
    ),
  );
}

/** The staged file of a path. */
export function stagedFile(request: StageRequest, path: string): StagedFile | undefined {
  return request.files.find((file) => file.path === path);
}
