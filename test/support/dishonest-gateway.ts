import { generateKeyPairSync } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { segmentsJson } from '../../src/access/api/answers.ts';
import { segmentProver } from '../../src/files/segment-prover.ts';
import { toHex } from '../../src/lib/bytes/bytes.ts';
import { systemRandom } from '../../src/lib/random.ts';
import {
  type AliasStatement,
  keyIdOf,
  newRecipientKeyPair,
  type ProductionStatement,
  type SealSummary,
  type Signer,
  signBatch,
  statementBytes,
  type VersionStatement,
} from '../../src/seal/index.ts';
import type { Owner } from './owner.ts';
import { sealFile } from './seal-file.ts';
import { versionStatement } from './version-statement.ts';

/** A version that was made: its content, and what was signed of it. */
export interface MadeVersion {
  readonly version: VersionStatement;
  readonly plain: Uint8Array;
  readonly sealed: Uint8Array;
  readonly receipts: { readonly version: string; readonly production: string };
  readonly segmentDigests: Uint8Array;
}

/** A hospital that is honest: it makes versions and signs what is true of them. */
export class Hospital {
  readonly publicKey: ReturnType<typeof generateKeyPairSync>['publicKey'];
  readonly signer: Signer;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    this.publicKey = publicKey;
    this.signer = { keyId: keyIdOf(publicKey), privateKey };
  }

  /** Make a version; what is not named is as `versionStatement` has it. */
  async make(of: Partial<VersionStatement>, plain: Uint8Array): Promise<MadeVersion> {
    const { publicKey } = newRecipientKeyPair(systemRandom);
    const { file: sealed, summary } = await sealFile([plain], publicKey);
    const version = versionStatement({
      ...of,
      recipientPublicKey: Buffer.from(publicKey).toString('base64url'),
      plaintextSize: plain.length,
      plaintextSha256: toHex(summary.plaintextSha256),
      segmentRoot: toHex(summary.segmentRoot),
    });
    const stated = statementBytes(version);
    const made = statementBytes(productionOf(version, stated.digest, summary));
    const [receipt = '', production = ''] = await this.#sign(version, [stated, made]);
    return {
      version,
      plain,
      sealed,
      receipts: { version: receipt, production },
      segmentDigests: summary.segmentDigests,
    };
  }

  /** Receipt of the statement that a directory has another name now. */
  async alias(of: Pick<AliasStatement, 'from' | 'to'> & Partial<AliasStatement>): Promise<string> {
    const { site, collection, time } = versionStatement();
    const alias: AliasStatement = {
      format: 'mdm-alias-statement',
      formatVersion: 2,
      site,
      collection,
      time,
      ...of,
    };
    const [receipt = ''] = await this.#sign(alias, [statementBytes(alias)]);
    return receipt;
  }

  #sign(
    { site, collection, time }: Pick<VersionStatement, 'site' | 'collection' | 'time'>,
    statements: Parameters<typeof signBatch>[0],
  ): Promise<readonly string[]> {
    const timeMs = Date.parse(time);
    return signBatch(statements, {
      site,
      collection,
      timeMs,
      signer: this.signer,
      random: systemRandom,
    });
  }
}

function productionOf(
  { site, collection, name, guid, stateNumber, version, generation, time }: VersionStatement,
  versionDigest: string,
  summary: SealSummary,
): ProductionStatement {
  return {
    format: 'mdm-production-statement',
    formatVersion: 2,
    site,
    collection,
    name,
    guid,
    stateNumber,
    version,
    generation,
    time,
    versionDigest,
    productionId: toHex(systemRandom.bytes(16)),
    headerDigest: toHex(summary.headerDigest),
    segmentCount: summary.segmentCount,
    sealedSize: summary.sealedSize,
    sealedSha256: toHex(summary.sealedSha256),
  };
}

/** What a gateway shows, whatever it is asked for. */
export interface Shown {
  readonly version: string;
  readonly production: string;
  readonly alias?: string;
  readonly segmentDigests: Uint8Array;
  readonly plain: Uint8Array;
  readonly sealed: Uint8Array;
}

/** All of a version as it is, and what stands in the place of some of it. */
export function shownOf(made: MadeVersion, instead: Partial<Shown> = {}): Shown {
  const { receipts, segmentDigests, plain, sealed } = made;
  return { ...receipts, segmentDigests, plain, sealed, ...instead };
}

/** A gateway that shows what it likes: it holds all that was ever made, and no key. */
export interface DishonestGateway {
  readonly url: string;
  show: Shown;
}

export async function startDishonestGateway(owner: Owner, show: Shown): Promise<DishonestGateway> {
  const gateway = { url: '', show };
  const prove = segmentProver();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://gateway');
    const { plain, sealed, segmentDigests, version, production, alias } = gateway.show;
    const [first, end] = ['first', 'end'].map((name) => searchParams.get(name));
    const answer = async (): Promise<void> => {
      const wanted = { first: Number(first), end: Number(end) };
      const proof =
        first == null
          ? undefined
          : await prove({ guid: version, number: 1, segmentDigests }, wanted);
      const segments = proof && segmentsJson(proof);
      response.end(JSON.stringify({ version, production, alias, segments }));
    };
    if (pathname === '/.mdm/v1/receipts') answer().catch(() => response.destroy());
    else sendPart(request.headers.range, pathname.endsWith('.c4gh') ? sealed : plain, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  owner.after(() => {
    server.closeAllConnections();
    server.close();
  });
  gateway.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return gateway;
}

function sendPart(range: string | undefined, bytes: Uint8Array, response: ServerResponse): void {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (first === undefined) return void response.end(bytes);
  const span = `bytes ${first}-${last}/${bytes.length}`;
  response.writeHead(206, { 'content-range': span });
  response.end(bytes.subarray(Number(first), Number(last) + 1));
}
