import type { FileStat } from '../../files/files.ts';
import { element, field, type Xml } from './soap/writer.ts';
import { type SrmStatus, statusElement } from './status.ts';

/**
 * An entry as SRM describes it, in WSDL order.
 *
 * The size is left out while it is unknown: never a guess, and never 0, which clients take for an
 * empty file. Modes are what a read-only tree allows; who may read is decided at each read.
 *
 * @standard SRM 2.2 §3.2 (TMetaDataPathDetail)
 */
export function pathDetail(
  name: string,
  entry: FileStat | { readonly path: string },
  about: { readonly full: boolean; readonly status: SrmStatus; readonly below?: Xml | undefined },
): Xml {
  const { full, status, below } = about;
  const known = 'kind' in entry ? entry : undefined;
  const type = known && (known.kind === 'directory' ? 'DIRECTORY' : 'FILE');
  const details = known !== undefined && full ? detailsOf(known) : undefined;
  return element(
    name,
    field('path', entry.path),
    statusElement('status', status),
    field('size', known?.size),
    ...(details?.beforeType ?? []),
    field('type', type),
    ...(details?.afterType ?? []),
    below,
  );
}

interface Details {
  readonly beforeType: readonly (Xml | undefined)[];
  readonly afterType: readonly (Xml | undefined)[];
}

function detailsOf(stat: FileStat): Details {
  const isFile = stat.kind === 'file';
  const mode = isFile ? 'R' : 'RX';
  return {
    beforeType: [
      field('createdAtTime', formatTime(stat.createdMs)),
      field('lastModificationTime', formatTime(stat.modifiedMs)),
      isFile ? field('fileStorageType', 'PERMANENT') : undefined,
      isFile ? nearlinePolicy : undefined,
      isFile ? field('fileLocality', stat.locality) : undefined,
    ],
    afterType: [
      isFile ? field('lifetimeAssigned', -1) : undefined,
      isFile ? field('lifetimeLeft', -1) : undefined,
      element('ownerPermission', field('userID', 'mdm'), field('mode', mode)),
      element('groupPermission', field('groupID', 'mdm'), field('mode', mode)),
      field('otherPermission', 'NONE'),
    ],
  };
}

const nearlinePolicy = element(
  'retentionPolicyInfo',
  field('retentionPolicy', 'REPLICA'),
  field('accessLatency', 'NEARLINE'),
);

/** Whole seconds, UTC. */
function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
