import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandOutcome, runMdm } from './command.ts';
import { type DemoPacs, startDemoPacs } from './pacs/demo-pacs.ts';
import { audience, issuer, LoginService, principalOf, writeSettings } from './people.ts';
import { type Service, startService } from './service.ts';

const dataFolder = join(dirname(fileURLToPath(import.meta.url)), 'data', 'series');
const site = 'demo';
const keyServerNames = ['hospital', 'data-protection', 'infrastructure'] as const;
export type KeyServerName = (typeof keyServerNames)[number];
const users = ['alice', 'bob', 'carol'] as const;
export type User = (typeof users)[number];

/** Everything on loopback: a PACS, three key servers and a gateway, each with its own data. */
export class Demonstration {
  readonly folder: string;
  readonly gatewayUrl: string;
  readonly pacs: DemoPacs;
  readonly #keyServers = new Map<KeyServerName, Service>();
  readonly #settings: ReadonlyMap<User, string>;
  readonly #gateway: Service;

  private constructor(parts: {
    readonly folder: string;
    readonly pacs: DemoPacs;
    readonly gateway: Service;
    readonly keyServers: ReadonlyMap<KeyServerName, Service>;
    readonly settings: ReadonlyMap<User, string>;
  }) {
    this.folder = parts.folder;
    this.pacs = parts.pacs;
    this.#gateway = parts.gateway;
    this.gatewayUrl = parts.gateway.url;
    this.#keyServers = new Map(parts.keyServers);
    this.#settings = parts.settings;
  }

  /** Start all of it in a new temporary folder. */
  static async start(): Promise<Demonstration> {
    const folder = mkdtempSync(join(tmpdir(), 'mdm-demo-'));
    const pacs = await startDemoPacs({ folder: dataFolder, port: 0, aeTitle: 'DEMOPACS' });
    const ports = await freePorts(keyServerNames.length + 1);
    const addresses = keyServerNames.map((name, index) => ({
      name,
      port: ports[index] ?? 0,
      url: `http://127.0.0.1:${ports[index] ?? 0}`,
    }));
    const login = new LoginService();
    await login.writeKeySet(join(folder, 'login.jwks.json'));
    const gatewayConfig = writeGatewayConfig(folder, {
      pacsPort: pacs.port,
      port: ports.at(-1) ?? 0,
      addresses,
    });
    const made = await runMdm(['init', '--json', '--config', gatewayConfig], {});
    if (made.exitCode !== 0) throw new Error(`mdm init: ${made.output}`);
    const keyServers = new Map<KeyServerName, Service>();
    for (const { name, port, url } of addresses) {
      const config = writeKeyServerConfig(folder, { name, port, url });
      keyServers.set(name, await startService({ name, role: 'keyserver', config, folder }));
    }
    const gateway = await startService({
      name: 'gateway',
      role: 'gateway',
      config: gatewayConfig,
      folder,
    });
    const settings = new Map<User, string>();
    for (const user of users) {
      const producerKey = join(folder, 'gateway', 'clinical', 'keys', 'producer.pem.pub');
      const shared = { folder, gateway: gateway.url, keyServers: addresses, producerKey };
      settings.set(user, await writeSettings({ ...shared, user, login }));
    }
    return new Demonstration({ folder, pacs, gateway, keyServers, settings });
  }

  /** Path of a user's settings file. */
  settingsOf(user: User): string {
    return this.#settings.get(user) ?? '';
  }

  /** Run `mdm` as `user`. */
  mdm(user: User, args: readonly string[]): Promise<CommandOutcome> {
    return runMdm(args, {
      MDM_SETTINGS: this.settingsOf(user),
      XDG_STATE_HOME: join(this.folder, 'state'),
      BEARER_TOKEN: '',
      BEARER_TOKEN_FILE: '',
    });
  }

  async stopKeyServer(name: KeyServerName): Promise<void> {
    await this.#keyServers.get(name)?.stop();
    this.#keyServers.delete(name);
  }

  async startKeyServer(name: KeyServerName): Promise<void> {
    const { folder } = this;
    const config = join(folder, `${name}.yaml`);
    this.#keyServers.set(name, await startService({ name, role: 'keyserver', config, folder }));
  }

  /** Stop everything and remove its data. */
  async stop(): Promise<void> {
    await this.#gateway.stop();
    for (const server of this.#keyServers.values()) await server.stop();
    await this.pacs.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function writeGatewayConfig(
  folder: string,
  options: {
    readonly pacsPort: number;
    readonly port: number;
    readonly addresses: readonly { readonly name: string; readonly url: string }[];
  },
): string {
  const path = join(folder, 'gateway.yaml');
  const readers = '[list, read, read-metadata]';
  const owner = `    - { who: "${principalOf('alice')}", rights: [list, read, read-metadata, change-permissions] }`;
  const reader = `    - { who: "${principalOf('bob')}", rights: ${readers} }`;
  const policy = [owner, reader].map((line) => `  ${line}`).join('\n');
  writeFileSync(
    path,
    `# A gateway for one PACS, with an open and a sealed collection of the same images.
site: ${site}
data: ${join(folder, 'gateway')}
listen: { host: 127.0.0.1, port: ${options.port} }
issuers:
  - { issuer: "${issuer}", audience: ${audience}, jwks: ${join(folder, 'login.jwks.json')}, algorithms: [ES256] }
pacs:
  - { name: radiology, host: 127.0.0.1, port: ${options.pacsPort}, aeTitle: DEMOPACS, callingAeTitle: MDM, retrieve: C-GET }
collections:
  - name: teaching
    delivery: open
    formats: [dcm, nii, nii.gz]
    policy:
${policy}
  - name: trial
    delivery: sealed
    formats: [dcm, nii]
    filter: { modalities: [MR] }
    policy:
${policy}
operators: [ "${principalOf('alice')}" ]
keyServers:
  threshold: 2
  servers:
${options.addresses.map(({ name, url }) => `    - { name: ${name}, url: "${url}", signingKey: ${signingKeyOf(folder, name)} }`).join('\n')}
`,
  );
  return path;
}

/** Made by the key server at its first start. */
function signingKeyOf(folder: string, name: string): string {
  return join(folder, `key-server-${name}`, 'data', 'keyserver.signing.key.pub');
}

function writeKeyServerConfig(
  folder: string,
  server: { readonly name: string; readonly port: number; readonly url: string },
): string {
  const { name, port, url } = server;
  const path = join(folder, `${name}.yaml`);
  const gateway = join(folder, 'gateway');
  mkdirSync(join(folder, `key-server-${name}`), { recursive: true });
  writeFileSync(
    path,
    `# A key server; in earnest it belongs to another party than the gateway.
name: ${name}
site: ${site}
publicUrl: ${url}
data: ${join(folder, `key-server-${name}`, 'data')}
masterKey: ${join(folder, `key-server-${name}`, 'master.key')}
listen: { host: 127.0.0.1, port: ${port} }
producers: [ ${join(gateway, 'clinical', 'keys', 'producer.pem.pub')} ]
gateways: [ ${join(gateway, 'computing', 'keys', 'policy-feed.pem.pub')} ]
issuers:
  - { issuer: "${issuer}", jwks: ${join(folder, 'login.jwks.json')}, algorithms: [ES256] }
gatewayService: ${join(gateway, 'computing', 'keys', 'service.jwks.json')}
`,
  );
  return path;
}

/** Ports that were free a moment ago; a service that finds its port taken says so and ends. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
