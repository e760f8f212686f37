import { JsonFields } from '../../lib/json/json-fields.ts';
import { sealErrors } from '../errors.ts';
import { sealLimits } from '../limits.ts';
import { pattern } from './patterns.ts';

/** Of which file something is stated. */
export interface StatedFile {
  readonly site: string;
  readonly collection: string;
  /** `p-<H>/t-<H>/s-<H>/<file>` as the clinical index minted it: neither its sealed form nor an alias. */
  readonly name: string;
  /** Random; minted beside the name. */
  readonly guid: string;
  /** Number of the series' state, which is its list of instances and its recipe: counts from 1. */
  readonly stateNumber: number;
}

/**
 * What the clinical side states of a version: of which file it is, which bytes it is and what they
 * were made of. Immutable; holds nothing that identifies a patient. Digests are hex, keys base64url.
 */
export interface VersionStatement extends StatedFile {
  readonly format: 'mdm-version-statement';
  readonly formatVersion: 2;
  /** How many stacks the series has; null for a file that is of none of them. */
  readonly stacks: number | null;
  readonly version: number;
  /** Grows when a version gets a new key. */
  readonly generation: number;
  readonly keyId: string;
  readonly recipientPublicKey: string;
  /**
   * Names of the servers that hold the key's shares, and how many of them are needed. Names only:
   * a client sends its credential to addresses of its own configuration, not to ones it is told.
   */
  readonly keyServers: readonly string[];
  readonly threshold: number;
  readonly plaintextSize: number;
  readonly plaintextSha256: string;
  readonly segmentRoot: string;
  readonly source: SourceCounts;
  readonly uids: PseudonymousUids;
  /** How the bytes are made again: profile digest, tables, format and its settings, by name. */
  readonly recipe: readonly { readonly name: string; readonly value: string }[];
  /** UTC, ISO 8601. */
  readonly time: string;
}

/** What the source promised and what came. */
export interface SourceCounts {
  /** What the source listed; null when it lists nothing. */
  readonly expectedInstances: number | null;
  /** What the source counted; null when it states no count, or none was asked for. */
  readonly countedInstances: number | null;
  readonly instances: number;
  /** Objects of the series that hold no image: listed, and no part of a volume. */
  readonly withoutImage: number;
  readonly completeness: 'verified' | 'unverified';
  /**
   * Why completeness is unverified, a word of lower-case letters and hyphens: `not-counted`,
   * `counted-fewer`, `not-sent`, or another that is added later. Null if and only if it is verified.
   */
  readonly reason: string | null;
}

/** UIDs as they stand in the file. */
export interface PseudonymousUids {
  readonly study: string;
  readonly series: string;
  /** Null for a file made of several instances. */
  readonly instance: string | null;
}

/** @throws SEAL_RECEIPT_INVALID */
export function readVersionStatement(value: unknown): VersionStatement {
  const fields = new JsonFields(value, { path: 'version', refuse: refuseField });
  const statement: VersionStatement = {
    format: fields.choice('format', ['mdm-version-statement']),
    formatVersion: fields.integer('formatVersion', 2, 2) as 2,
    ...readStatedFile(fields),
    stacks: fields.nullableInteger('stacks') ?? null,
    version: fields.integer('version', 1),
    generation: fields.integer('generation', 1),
    keyId: fields.text('keyId', pattern.id),
    recipientPublicKey: fields.text('recipientPublicKey', pattern.key),
    keyServers: fields.texts('keyServers', 255, pattern.name),
    threshold: fields.integer('threshold', 2, 255),
    plaintextSize: fields.integer('plaintextSize', 0, sealLimits.plaintextSizeMax),
    plaintextSha256: fields.text('plaintextSha256', pattern.digest),
    segmentRoot: fields.text('segmentRoot', pattern.digest),
    source: readSource(fields.object('source')),
    uids: readUids(fields.object('uids')),
    recipe: fields.objects('recipe', 64, (item) => ({
      name: item.text('name', pattern.name),
      value: item.text('value', pattern.line),
    })),
    time: fields.text('time', pattern.instant),
  };
  fields.end();
  if (statement.threshold > statement.keyServers.length) throw refuseField('version.threshold');
  return statement;
}

/** The fields of which file something is stated. @throws as the reader of `fields` */
export function readStatedFile(fields: JsonFields): StatedFile {
  return {
    site: fields.text('site', pattern.name),
    collection: fields.text('collection', pattern.name),
    name: fields.text('name', pattern.file),
    guid: fields.text('guid', pattern.id),
    stateNumber: fields.integer('stateNumber', 1),
  };
}

function readSource(fields: JsonFields): SourceCounts {
  const source: SourceCounts = {
    expectedInstances: fields.nullableInteger('expectedInstances') ?? null,
    countedInstances: fields.nullableInteger('countedInstances') ?? null,
    instances: fields.integer('instances', 1),
    withoutImage: fields.integer('withoutImage', 0),
    completeness: fields.choice('completeness', ['verified', 'unverified']),
    reason: fields.nullableText('reason', pattern.reason) ?? null,
  };
  fields.end();
  if ((source.completeness === 'verified') !== (source.reason === null)) {
    throw refuseField('version.source.reason');
  }
  return source;
}

function readUids(fields: JsonFields): PseudonymousUids {
  const uids: PseudonymousUids = {
    study: fields.text('study', pattern.uid),
    series: fields.text('series', pattern.uid),
    instance: fields.nullableText('instance', pattern.uid) ?? null,
  };
  fields.end();
  return uids;
}

function refuseField(path: string): Error {
  return sealErrors.create('SEAL_RECEIPT_INVALID', { message: path });
}
