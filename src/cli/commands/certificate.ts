import { readFileSync } from 'node:fs';
import {
  type CertificateTrust,
  certificateOf,
  type FeedChange,
  keysErrors,
  namesOf,
  readCertificate,
  type VerifiedCertificate,
  verifyCertificate,
} from '../../keys/index.ts';
import { type GatewayConfig, gatewayConfigSchema } from '../../node/config/gateway-config.ts';
import { type LoadedConfig, loadConfig } from '../../node/config/load-config.ts';
import { nodeErrors } from '../../node/errors.ts';
import { gatewayFolders } from '../../node/gateway/gateway-folders.ts';
import { publicKeyFile } from '../../node/secrets/key-files.ts';
import { openPolicyFeedStore } from '../../policy/index.ts';
import { pinKeys } from '../../seal/index.ts';
import { formatInstant } from '../format.ts';
import type { Output } from '../output.ts';

/** Keys that were enrolled, as they are named on the command line. */
export interface EnrolledKeys {
  readonly feedKey: string;
  readonly servers: readonly { readonly name: string; readonly file: string }[];
  readonly threshold: number;
}

/** `mdm certificate show`: what key servers signed of an entry of the feed, from the gateway's own store. */
export async function showCertificate(
  output: Output,
  request: { readonly config: string; readonly seq: number },
): Promise<void> {
  const { config, path } = loadConfig(request.config, gatewayConfigSchema);
  const store = await openPolicyFeedStore(gatewayFolders(path(config.data)).computing.feed);
  try {
    const certificate = await certificateOf(store, request.seq);
    output.result(certificate, JSON.stringify(certificate));
  } finally {
    await store.close();
  }
}

/** `mdm certificate verify`: asks nobody. */
export async function verifyCertificateFile(
  output: Output,
  request: { readonly file: string; readonly trust: CertificateTrust },
): Promise<void> {
  const certificate = readCertificate(jsonOf(request.file));
  const verified = await verifyCertificate(certificate, request.trust);
  const { entry, digest, kept, quorum } = verified;
  output.result({ ...entry, digest, kept, quorum }, linesOf(verified).join('\n'));
  if (!quorum)
    throw keysErrors.create('KEYS_CERTIFICATE_SHORT', { context: { kept: kept.length } });
}

/** Whom the configuration of a gateway trusts, and its own feed key. */
export function trustOfConfig(file: string): CertificateTrust {
  const loaded: LoadedConfig<GatewayConfig> = loadConfig(file, gatewayConfigSchema);
  const { config, path } = loaded;
  const { feedKey } = gatewayFolders(path(config.data)).computing;
  const { servers, threshold } = config.keyServers;
  return trustOfKeys({
    feedKey: `${feedKey}.pub`,
    servers: servers.map(({ name, signingKey }) => ({ name, file: path(signingKey) })),
    threshold,
  });
}

/** @throws CONFIG_UNREADABLE */
export function trustOfKeys({ feedKey, servers, threshold }: EnrolledKeys): CertificateTrust {
  return {
    feedKeys: pinKeys([publicKeyFile(feedKey)]),
    servers: servers.map(({ name, file }) => ({ name, signingKey: publicKeyFile(file) })),
    threshold,
  };
}

function jsonOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
  } catch (cause) {
    throw nodeErrors.create('CONFIG_UNREADABLE', { message: file, cause });
  }
}

function linesOf({ entry, kept, quorum }: VerifiedCertificate): readonly string[] {
  return [
    `entry ${entry.seq} of the policy feed of ${entry.site}, ${formatInstant(entry.timeMs)}:`,
    ...entry.changes.map((change) => `  ${changeLine(change)}`),
    ...kept.map(({ server, timeMs }) => `kept by ${server}, ${formatInstant(timeMs)}`),
    quorum
      ? 'so many that no others give a key without it'
      : 'too few: others may give a key without it',
  ];
}

function changeLine(change: FeedChange): string {
  if ('place' in change)
    return `${change.kind} ${namesOf(change.place).join('/')}: ${change.reason}`;
  switch (change.kind) {
    case 'policy':
      return `policy ${change.policy.id}, version ${change.policy.version}`;
    case 'policy-removed':
      return `policy ${change.policyId} removed`;
    case 'tombstone':
      return `key ${change.keyId} destroyed`;
    case 'banned':
    case 'unbanned':
      return `${change.who} ${change.kind}`;
    case 'producer-retired':
      return `producer key ${change.keyId} retired`;
    case 'given-up':
      return `another entry ${change.seq} given up`;
    case 'refresh-begun':
      return `refresh of all shares begun: ${change.reason}`;
    case 'epoch':
      return `shares of ${change.run} count`;
    case 'epoch-abandoned':
      return `shares of ${change.run} never count`;
    case 'refreshed':
      return `shares older than entry ${change.begun} are nobody's`;
    case 'audit-accepted':
      return `gap in the audit record of ${change.server} accepted: ${change.reason}`;
  }
}
