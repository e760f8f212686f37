import type { FileStat } from '../../../files/files.ts';
import { accessErrors } from '../../errors.ts';
import {
  type NamedFile,
  nameFiles,
  readCount,
  type SrmCall,
  type SrmOperation,
} from '../operation.ts';
import { pathDetail } from '../path-detail.ts';
import { textOf, textsAt } from '../soap/element.ts';
import { arrayOf, element, type Xml } from '../soap/writer.ts';
import {
  type SrmStatus,
  statusElement,
  statusOfError,
  statusOfRequest,
  success,
} from '../status.ts';

interface Window {
  readonly levels: number;
  readonly offset: number;
  /** Undefined: everything, and if that is too much, nothing. */
  readonly count: number | undefined;
  readonly full: boolean;
}

/**
 * Describe files, and what is in directories, one level deep.
 *
 * A directory with more entries than one reply holds is answered `SRM_TOO_MANY_RESULTS`, upon which
 * clients ask again in pages of `count` from `offset`.
 *
 * @standard SRM 2.2 §4.4 (srmLs)
 */
export const srmLs: SrmOperation = async (call) => {
  const named = nameFiles(call, textsAt(call.request, 'arrayOfSURLs', 'urlArray'));
  const window = readWindow(call);
  const answers: { readonly status: SrmStatus; readonly detail: Xml }[] = [];
  let entriesLeft = call.limits.lsEntriesMax;
  for (const file of named) {
    const found = await describe(call, file, { ...window, entriesLeft });
    entriesLeft -= found.entries.length;
    answers.push({ status: found.status, detail: detailOf(file, found, window.full) });
  }
  const statuses = answers.map(({ status }) => status);
  const tooMany = statuses.find(({ code }) => code === 'SRM_TOO_MANY_RESULTS');
  return [
    statusElement('returnStatus', tooMany ?? statusOfRequest(statuses)),
    element('details', ...answers.map(({ detail }) => detail)),
  ];
};

function readWindow({ request }: SrmCall): Window {
  const levels = readCount(textOf(request, 'numOfLevels')) ?? 1;
  const recursive = textOf(request, 'allLevelRecursive') === 'true';
  if (levels > 1 || recursive) {
    throw accessErrors.create('ACCESS_SRM_REQUEST_INVALID', {
      message: 'directories are listed one level deep',
    });
  }
  return {
    levels,
    offset: readCount(textOf(request, 'offset')) ?? 0,
    count: readCount(textOf(request, 'count')) || undefined,
    full: textOf(request, 'fullDetailedList') !== 'false',
  };
}

interface Found {
  readonly status: SrmStatus;
  readonly stat: FileStat | undefined;
  readonly entries: readonly FileStat[];
}

async function describe(
  call: SrmCall,
  file: NamedFile,
  window: Window & { readonly entriesLeft: number },
): Promise<Found> {
  if ('status' in file) return { status: file.status, stat: undefined, entries: [] };
  const { path } = file.surl;
  try {
    const stat = await call.files.stat(call.caller, path, { signal: call.signal });
    if (stat.kind !== 'directory' || window.levels === 0) {
      return { status: success, stat, entries: [] };
    }
    const entries = await readEntries(call, path, window);
    return entries === 'too many'
      ? { status: tooManyResults, stat, entries: [] }
      : { status: success, stat, entries };
  } catch (error) {
    return { status: statusOfError(error), stat: undefined, entries: [] };
  }
}

const tooManyResults: SrmStatus = {
  code: 'SRM_TOO_MANY_RESULTS',
  explanation: 'ask for the directory in pages, with offset and count',
};

/** Entries `offset` to `offset + count`, or all if they fit. */
async function readEntries(
  call: SrmCall,
  path: string,
  window: Window & { readonly entriesLeft: number },
): Promise<readonly FileStat[] | 'too many'> {
  const { offset, count, entriesLeft } = window;
  if ((count ?? 0) > entriesLeft) return 'too many';
  const wanted = count ?? entriesLeft + 1;
  const { caller, cursors, files, limits, signal } = call;
  let position = offset;
  let cursor = cursors.find({ caller, path, offset });
  if (cursor === undefined) position = 0;
  const entries: FileStat[] = [];
  for (;;) {
    const limit = Math.min(
      limits.lsEntriesMax,
      Math.max(offset - position, 0) || wanted - entries.length,
    );
    const page = await files.list(caller, path, { cursor, limit, signal });
    if (position >= offset) entries.push(...page.entries);
    position += page.entries.length;
    cursor = page.next;
    if (cursor === undefined) break;
    cursors.remember({ caller, path, offset: position }, cursor);
    if (entries.length >= wanted) break;
  }
  return count === undefined && entries.length > entriesLeft ? 'too many' : entries;
}

function detailOf(file: NamedFile, found: Found, full: boolean): Xml {
  const { status, stat, entries } = found;
  const path = 'surl' in file ? file.surl.path : file.text;
  const children = entries.map((entry) =>
    pathDetail('pathDetailArray', entry, { full, status: success }),
  );
  return stat === undefined
    ? pathDetail('pathDetailArray', { path }, { full, status })
    : pathDetail('pathDetailArray', stat, {
        full,
        status,
        below: arrayOf('arrayOfSubPaths', children),
      });
}
