import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { mdmEntry } from '../../demo/command.ts';
import { audience, issuer, LoginService, principalOf, writeSettings } from '../../demo/people.ts';
import { type Child, startChild } from '../support/child.ts';
import { freePort } from '../support/free-port.ts';
import type { Owner } from '../support/owner.ts';
import { processMemory, resetPeakMemory } from '../support/process-memory.ts';
import { type ScriptedPacs, startScriptedPacs } from '../support/scripted-pacs.ts';
import { tempFolder } from '../support/temp.ts';

/** What a read of a file came to: all of it, a coded refusal, or a connection that broke. */
export type ReadOutcome =
  | { readonly kind: 'whole'; readonly bytes: Buffer; readonly ms: number }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly code: string;
      readonly reason: string | undefined;
      readonly ms: number;
    }
  | { readonly kind: 'broken'; readonly received: number; readonly ms: number };

/** A gateway and two key servers as processes, and two scripted PACS: one for C-GET, one for C-MOVE. */
export interface HostileRoad {
  readonly folder: string;
  readonly getter: ScriptedPacs;
  readonly mover: ScriptedPacs;
  /** Port of the gateway's C-STORE receiver. */
  readonly receiverPort: number;
  readonly url: string;
  readonly gateway: Child;
  /** Settings file of the one user, for `mdm`. */
  readonly settings: string;
  /** Start the services; the PACS must list what is to be crawled at once. */
  start(): Promise<void>;
  startGateway(): Promise<void>;
  startKeyServer(name: KeyServerName): Promise<void>;
  /** Those that run, or ran last. */
  readonly keyServers: ReadonlyMap<KeyServerName, Child>;
  /** `<series path>` of the series with a SeriesNumber; waits until it is listed. */
  series(seriesNumber: number, collection?: string): Promise<string>;
  /** The names in a directory. */
  names(path: string): Promise<readonly string[]>;
  read(path: string, onBytes?: (received: number) => void): Promise<ReadOutcome>;
  api(operation: string, parameters?: Readonly<Record<string, string>>): Promise<unknown>;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Start an `mdm` command as the user. */
  mdm(...args: readonly string[]): Promise<Child>;
  /** Resident memory of the gateway now, and the most since the last call of `resetPeak`. */
  memory(): { readonly residentBytes: number; readonly peakBytes: number };
  resetPeak(): void;
}

const keyServerNames = ['hospital', 'infrastructure'] as const;
export type KeyServerName = (typeof keyServerNames)[number];

/** How the gateway is configured. */
export interface HostileRoadOptions {
  readonly dataFolder?: string;
  readonly storageLimit?: string;
  /** Between crawls; a day if left out, so that there is one, at the start. */
  readonly crawlMinutes?: number;
  /** What starts the gateway's process, given the command. */
  readonly wrapGateway?: (command: readonly string[]) => readonly [string, ...string[]];
}

/** Set up folders, configurations and PACS; nothing of ours runs yet. */
export async function createHostileRoad(
  owner: Owner,
  options: HostileRoadOptions = {},
): Promise<HostileRoad> {
  const folder = await tempFolder(owner);
  const receiverPort = await freePort();
  const getter = await startScriptedPacs(owner);
  const mover = await startScriptedPacs(owner, { moveToPort: receiverPort });
  const ports = { gateway: await freePort(), keys: [await freePort(), await freePort()] };
  const login = new LoginService();
  await login.writeKeySet(join(folder, 'login.jwks.json'));
  const data = options.dataFolder ?? join(folder, 'gateway');
  const keyServers = keyServerNames.map((name, index) => ({
    name,
    url: `http://127.0.0.1:${ports.keys[index]}`,
  }));
  await writeFile(
    join(folder, 'gateway.yaml'),
    gatewayYaml({
      folder,
      data,
      port: ports.gateway,
      receiverPort,
      keyServers,
      storageLimit: options.storageLimit ?? '1 GiB',
      crawlMinutes: options.crawlMinutes ?? 1440,
      pacs: { getter: getter.port, mover: mover.port },
    }),
  );
  for (const [index, name] of keyServerNames.entries()) {
    await mkdir(join(folder, name), { recursive: true });
    const yaml = keyServerYaml({ folder, data, name, port: ports.keys[index] ?? 0 });
    await writeFile(join(folder, `${name}.yaml`), yaml);
  }
  const url = `http://127.0.0.1:${ports.gateway}`;
  const producerKey = join(data, 'clinical', 'keys', 'producer.pem.pub');
  const settings = await writeSettings({
    folder,
    user: 'alice',
    login,
    gateway: url,
    keyServers,
    producerKey,
  });
  const token = await login.token('alice', Math.floor(Date.now() / 1000));
  const { wrapGateway } = options;
  return new Road({
    owner,
    folder,
    receiverPort,
    url,
    settings,
    token,
    getter,
    mover,
    wrapGateway,
  });
}

interface RoadParts {
  readonly owner: Owner;
  readonly folder: string;
  readonly receiverPort: number;
  readonly url: string;
  readonly settings: string;
  readonly token: string;
  readonly getter: ScriptedPacs;
  readonly mover: ScriptedPacs;
  readonly wrapGateway: HostileRoadOptions['wrapGateway'];
}

class Road implements HostileRoad {
  readonly #parts: RoadParts;
  readonly folder: string;
  readonly receiverPort: number;
  readonly url: string;
  readonly settings: string;
  readonly getter: ScriptedPacs;
  readonly mover: ScriptedPacs;
  readonly keyServers = new Map<KeyServerName, Child>();
  gateway!: Child;

  constructor(parts: RoadParts) {
    this.#parts = parts;
    this.folder = parts.folder;
    this.receiverPort = parts.receiverPort;
    this.url = parts.url;
    this.settings = parts.settings;
    this.getter = parts.getter;
    this.mover = parts.mover;
  }

  async start(): Promise<void> {
    const init = await this.mdm('init', '--config', join(this.folder, 'gateway.yaml'));
    const { code } = await init.exited;
    if (code !== 0) throw new Error(`mdm init: ${init.stderr()}`);
    for (const name of keyServerNames) await this.startKeyServer(name);
    await this.startGateway();
  }

  async startGateway(): Promise<void> {
    this.gateway = await this.#serve('gateway', 'gateway');
  }

  async startKeyServer(name: KeyServerName): Promise<void> {
    this.keyServers.set(name, await this.#serve('keyserver', name));
  }

  async series(seriesNumber: number, collection = 'open'): Promise<string> {
    for (let tries = 0; tries < 3000; tries += 1) {
      const found = (await this.api('find', {
        under: `/test/${collection}`,
        where: `SeriesNumber=${seriesNumber}`,
      })) as { readonly entries?: readonly { readonly path: string }[] };
      const path = found.entries?.[0]?.path;
      if (path !== undefined) return path;
      await delay(20);
    }
    throw new Error(`series ${seriesNumber} is not listed\n${this.gateway.stderr().slice(-3000)}`);
  }

  async names(path: string): Promise<readonly string[]> {
    const { entries } = (await this.api('list', { path })) as {
      readonly entries: readonly { readonly name: string }[];
    };
    return entries.map(({ name }) => name);
  }

  async api(
    operation: string,
    parameters: Readonly<Record<string, string>> = {},
  ): Promise<unknown> {
    const query = new URLSearchParams(parameters).toString();
    const response = await this.fetch(`/.mdm/v1/${operation}?${query}`);
    const answer: unknown = await response.json();
    if (response.status === 200) return answer;
    throw new Error(`${operation} ${query}: ${JSON.stringify(answer)}`);
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (!headers.has('authorization')) headers.set('authorization', `Bearer ${this.#parts.token}`);
    return fetch(`${this.url}${path}`, { signal: AbortSignal.timeout(30_000), ...init, headers });
  }

  async read(path: string, onBytes?: (received: number) => void): Promise<ReadOutcome> {
    const startMs = performance.now();
    const elapsed = (): number => Math.round(performance.now() - startMs);
    const response = await this.fetch(path).catch(() => undefined);
    if (response === undefined) return { kind: 'broken', received: 0, ms: elapsed() };
    if (response.status !== 200) {
      const answer = (await response.json()) as { code: string; reason?: string };
      const { code, reason } = answer;
      return { kind: 'refused', status: response.status, code, reason, ms: elapsed() };
    }
    const chunks: Uint8Array[] = [];
    let received = 0;
    try {
      for await (const chunk of response.body ?? []) {
        chunks.push(chunk);
        received += chunk.length;
        onBytes?.(received);
      }
    } catch {
      return { kind: 'broken', received, ms: elapsed() };
    }
    return { kind: 'whole', bytes: Buffer.concat(chunks), ms: elapsed() };
  }

  memory(): { residentBytes: number; peakBytes: number } {
    return processMemory(this.gateway.pid);
  }

  resetPeak(): void {
    resetPeakMemory(this.gateway.pid);
  }

  mdm(...args: readonly string[]): Promise<Child> {
    const env = {
      MDM_SETTINGS: this.settings,
      XDG_STATE_HOME: join(this.folder, 'state'),
      BEARER_TOKEN: '',
      BEARER_TOKEN_FILE: '',
    };
    return startChild(this.#parts.owner, [process.execPath, mdmEntry, ...args], { env });
  }

  async #serve(role: 'gateway' | 'keyserver', name: string): Promise<Child> {
    const config = join(this.folder, `${name}.yaml`);
    const args = [mdmEntry, 'serve', '--role', role, '--config', config];
    const wrap = role === 'gateway' ? this.#parts.wrapGateway : undefined;
    const command = wrap?.([process.execPath, ...args]) ?? [process.execPath, ...args];
    const child = await startChild(this.#parts.owner, command);
    await child.waitForOutput(/^http\S+$/m);
    return child;
  }
}

interface GatewayYaml {
  readonly folder: string;
  readonly data: string;
  readonly port: number;
  readonly receiverPort: number;
  readonly storageLimit: string;
  readonly crawlMinutes: number;
  readonly keyServers: readonly { readonly name: string; readonly url: string }[];
  readonly pacs: { readonly getter: number; readonly mover: number };
}

function gatewayYaml(options: GatewayYaml): string {
  const { folder, data, pacs } = options;
  const rights = '[list, read, read-metadata, change-permissions]';
  const policy = `[ { who: "${principalOf('alice')}", rights: ${rights} } ]`;
  return `site: test
data: ${data}
listen: { host: 127.0.0.1, port: ${options.port} }
issuers:
  - { issuer: "${issuer}", audience: ${audience}, jwks: ${folder}/login.jwks.json, algorithms: [ES256] }
pacs:
  - { name: getter, host: 127.0.0.1, port: ${pacs.getter}, aeTitle: GETTER, retrieve: C-GET }
  - { name: mover, host: 127.0.0.1, port: ${pacs.mover}, aeTitle: MOVER, retrieve: C-MOVE }
receiver: { host: 127.0.0.1, port: ${options.receiverPort}, aeTitle: MDMRECV }
collections:
  - { name: open, delivery: open, formats: [dcm, nii, nii.gz], policy: ${policy} }
  - { name: sealed, delivery: sealed, formats: [dcm, nii], policy: ${policy} }
operators: [ "${principalOf('alice')}" ]
storage: { limit: ${options.storageLimit} }
crawl: { everyMinutes: ${options.crawlMinutes} }
keyServers:
  threshold: 2
  servers:
${options.keyServers.map(({ name, url }) => `    - { name: ${name}, url: "${url}", signingKey: ${folder}/${name}/data/keyserver.signing.key.pub }`).join('\n')}
`;
}

function keyServerYaml(options: {
  readonly folder: string;
  readonly data: string;
  readonly name: string;
  readonly port: number;
}): string {
  const { folder, data, name, port } = options;
  return `name: ${name}
site: test
publicUrl: http://127.0.0.1:${port}
data: ${folder}/${name}/data
masterKey: ${folder}/${name}/master.key
listen: { host: 127.0.0.1, port: ${port} }
producers: [ ${data}/clinical/keys/producer.pem.pub ]
gateways: [ ${data}/computing/keys/policy-feed.pem.pub ]
issuers:
  - { issuer: "${issuer}", jwks: ${folder}/login.jwks.json, algorithms: [ES256] }
gatewayService: ${data}/computing/keys/service.jwks.json
`;
}
