import type { DirectoryNode, FileNode } from '../catalog/catalog.ts';
import type { FollowedReplica } from '../recall/port.ts';
import { sealedSizeOf } from '../seal/index.ts';
import type { FileStat, Locality } from './files.ts';
import { type Form, sealedSuffix } from './path.ts';
import { isAboveCollections } from './visibility.ts';

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
    modifiedMs: isAboveCollections(path) ? node.createdMs : node.modifiedMs,
    locality: 'ONLINE',
    contentType: 'httpd/unix-directory',
    digests: {},
    refusal: undefined,
  };
}

/** How a file is looked at. */
export interface FileView {
  readonly path: string;
  readonly form: Form;
  readonly mayRead: boolean;
  /** What readers may follow of it now, which is a new content where it has a version already. */
  readonly growing: FollowedReplica | undefined;
}

/**
 * A file as its caller sees it, in one of its forms. Validators and digests are for those who may
 * read: to others they would link one content across collections.
 */
export function statOfFile(node: FileNode, view: FileView): FileStat {
  const { path, form, mayRead, growing } = view;
  const version = growing === undefined ? node.version : undefined;
  const plaintextSize = growing === undefined ? version?.plaintextSize : growing.plaintextSize;
  const validator = mayRead ? validatorOf(node, view) : undefined;
  const digest = mayRead && growing === undefined ? digestOf(node, form) : undefined;
  return {
    path,
    name: path.slice(path.lastIndexOf('/') + 1),
    kind: 'file',
    size:
      plaintextSize === undefined || form === 'plain' ? plaintextSize : sealedSizeOf(plaintextSize),
    etag: validator === undefined ? undefined : etagOf(validator, form),
    createdMs: node.createdMs,
    modifiedMs: version?.createdMs ?? node.modifiedMs,
    locality: localityOf(node),
    contentType: form === 'sealed' ? 'application/octet-stream' : node.product.mediaType,
    digests: digest === undefined ? {} : { 'sha-256': digest },
    refusal: node.refusal,
  };
}

/** The name under which a form of a file is listed. */
export function nameOfForm(node: FileNode, form: Form): string {
  return form === 'sealed' ? `${node.name}${sealedSuffix}` : node.name;
}

/** The plaintext's validator is the version's; the sealed form's is the production's. */
function validatorOf(node: FileNode, { form, growing }: FileView): string | undefined {
  if (growing !== undefined) return growing.validators[form];
  return form === 'plain' ? node.version?.validator : node.replica?.id;
}

/**
 * A strong entity tag. Its prefix says whose it is, and keeps it from being taken for a checksum:
 * davix gives 32 hex digits alone out as the MD5 of the file, as S3 has it.
 */
export function etagOf(validator: string, form: Form): string {
  return form === 'plain' ? `"v-${validator}"` : `"r-${validator}"`;
}

function digestOf(node: FileNode, form: Form): string | undefined {
  return form === 'plain' ? node.version?.sha256 : node.replica?.sealedSha256;
}

function localityOf(node: FileNode): Locality {
  if (node.state === 'withdrawn') return 'LOST';
  if (node.state === 'conflict') return 'UNAVAILABLE';
  if (node.refusal !== undefined) return 'NONE';
  if (!node.isHeld) return node.replica === undefined ? 'UNAVAILABLE' : 'ONLINE';
  return node.replica === undefined ? 'NEARLINE' : 'ONLINE_AND_NEARLINE';
}
