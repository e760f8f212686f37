import type { DirectoryNode, FileNode } from '../catalog/catalog.ts';
import { sealedSizeOf } from '../seal/index.ts';
import type { FileStat, Locality } from './files.ts';
import { sealedSuffix } from './path.ts';

/** A directory as its caller sees it. */
export function statOfDirectory(node: DirectoryNode, path: string): FileStat {
  return {
    path,
    name: node.name,
    kind: 'directory',
    size: 0,
    etag: undefined,
    createdMs: node.createdMs,
    // Above the collections everybody passes: a time that moves would tell of hidden ones.
    modifiedMs: node.policyId === undefined ? node.createdMs : node.modifiedMs,
    locality: 'ONLINE',
    contentType: 'httpd/unix-directory',
    digests: {},
    refusal: undefined,
  };
}

/**
 * A file as its caller sees it, in one of its forms. Validators and digests are for those who may
 * read: to others they would link one content across collections.
 */
export function statOfFile(
  node: FileNode,
  view: { readonly path: string; readonly form: 'plain' | 'sealed'; readonly mayRead: boolean },
): FileStat {
  const { version } = node;
  const digest = view.mayRead ? digestOf(node, view.form) : undefined;
  return {
    path: view.path,
    name: view.path.slice(view.path.lastIndexOf('/') + 1),
    kind: 'file',
    size:
      version === undefined || view.form === 'plain'
        ? version?.plaintextSize
        : sealedSizeOf(version.plaintextSize),
    etag: digest === undefined ? undefined : `"${digest.slice(0, 32)}"`,
    createdMs: node.createdMs,
    modifiedMs: version?.createdMs ?? node.modifiedMs,
    locality: localityOf(node),
    contentType: view.form === 'sealed' ? 'application/octet-stream' : contentTypeOf(node),
    digests: digest === undefined ? {} : { 'sha-256': digest },
    refusal: node.refusal,
  };
}

/** The name under which a form of a file is listed. */
export function nameOfForm(node: FileNode, form: 'plain' | 'sealed'): string {
  return form === 'sealed' ? `${node.name}${sealedSuffix}` : node.name;
}

/** The plaintext's digest is the version's; the sealed form's is the production's. */
function digestOf(node: FileNode, form: 'plain' | 'sealed'): string | undefined {
  return form === 'plain' ? node.version?.sha256 : node.replica?.sealedSha256;
}

function localityOf(node: FileNode): Locality {
  if (node.state === 'withdrawn') return 'LOST';
  if (node.state === 'conflict') return 'UNAVAILABLE';
  if (node.refusal !== undefined) return 'NONE';
  return node.replica === undefined ? 'NEARLINE' : 'ONLINE_AND_NEARLINE';
}

function contentTypeOf(node: FileNode): string {
  switch (node.format) {
    case 'dcm':
      return 'application/dicom';
    case 'nii':
      return 'application/octet-stream';
    case 'nii.gz':
      return 'application/gzip';
  }
}
