import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type GridCertificates, makeGridCertificates, slashName } from './certificates.ts';
import { type Child, type Finished, runChild, startChild } from './child.ts';
import {
  type CollectionSettings,
  gatewaySettings,
  keyServerSettings,
  makeKeyServerKeys,
  type NamedUrl,
  type PacsSettings,
  type Places,
  type PolicyLine,
  publicUrlOf,
  userSettings,
  writeYaml,
} from './gateway-settings.ts';
import { createLogin, type Login, tokenPrincipal } from './login.ts';
import type { Owner } from './owner.ts';
import { tempFolder } from './temp.ts';

export const keyServerNames = ['hospital', 'data-protection', 'infrastructure'] as const;
export type KeyServerName = (typeof keyServerNames)[number];
export type ServiceName = KeyServerName | 'gateway';

/** The users: alice owns the collections and is an operator, bob reads, carol may nothing. */
export const userNames = ['alice', 'bob', 'carol'] as const;
export type UserName = (typeof userNames)[number];

const entry = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** What a test wants of its installation. */
export interface GatewayOptions {
  readonly pacs: readonly PacsSettings[];
  /** Of our C-STORE receiver. */
  readonly receiverPort?: number;
  /** Default: `open` and `sealed`, each of everything. */
  readonly collections?: readonly CollectionSettings[];
  /** TLS everywhere, and client certificates for all users. */
  readonly tls?: boolean;
  /** How the gateway is run: the command it is an argument of, and its environment. */
  readonly gateway?: Run;
  /** Further settings of the gateway. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

interface Run {
  readonly under: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A whole installation: `mdm serve` four times, as separate processes with separate data. */
export interface Installation {
  readonly folder: string;
  readonly site: string;
  /** Of the gateway, without trailing slash. */
  readonly url: string;
  readonly port: number;
  readonly grid: GridCertificates | undefined;
  readonly login: Login;
  /** The key servers, as clients are told of them. */
  readonly keyServers: readonly NamedUrl[];
  service(name: ServiceName): Child;
  /** End a service by SIGTERM; `kill` ends it without warning. */
  stop(name: ServiceName): Promise<void>;
  kill(name: ServiceName): Promise<void>;
  /** Start a stopped one again: same data, same port. */
  start(name: ServiceName): Promise<void>;
  /** All that all services logged, of those stopped too. */
  logs(): string;
  /** A token for the gateway, or for a key server. */
  tokenOf(user: UserName, server?: string): string;
  /** Certificate and key of a user, as PEM files; only with TLS. */
  certificateOf(user: UserName): { readonly certPath: string; readonly keyPath: string };
  /** Path of a settings file; `overrides` replace settings in a copy of it. */
  settingsOf(user: UserName, overrides?: Readonly<Record<string, unknown>>): string;
  /** Run the `mdm` command as a user. */
  mdm(user: UserName, args: readonly string[], options?: MdmOptions): Promise<Finished>;
  /** As `mdm`, for one that the test ends. */
  startMdm(user: UserName, args: readonly string[], options?: MdmOptions): Promise<Child>;
  /** An HTTP request with a user's token; only without TLS. */
  fetch(user: UserName, path: string, init?: RequestInit): Promise<Response>;
  /** Wait until the archives were walked `times` times since the start. */
  crawled(times?: number): Promise<void>;
}

export interface MdmOptions {
  readonly settings?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Standard input. */
  readonly input?: string;
}

/** Rights of the users in every collection that names no policy. Both ways to say who one is count. */
export function usualPolicy(): readonly PolicyLine[] {
  const reader = ['list', 'read', 'read-metadata'];
  return [
    ...principalsOf('alice').map((who) => ({ who, rights: [...reader, 'change-permissions'] })),
    ...principalsOf('bob').map((who) => ({ who, rights: reader })),
  ];
}

/** How policies name a user: by token, and by certificate. */
export function principalsOf(user: UserName): readonly string[] {
  return [tokenPrincipal(user), `user:x509:${slashName(subjectOf(user))}`];
}

function subjectOf(user: UserName): readonly (readonly [string, string])[] {
  return [
    ['DC', 'test'],
    ['DC', 'grid'],
    ['OU', 'people'],
    ['CN', user],
  ];
}

/** Start three key servers and a gateway. All end with their owner. */
export async function startInstallation(
  owner: Owner,
  options: GatewayOptions,
): Promise<Installation> {
  const folder = await tempFolder(owner);
  const grid = options.tls === true ? await makeGridCertificates(folder) : undefined;
  const keySet = join(folder, 'login.jwks.json');
  const login = await createLogin(keySet);
  const places: Places = { folder, site: 'test', keySet, grid };
  const services = new Services(owner, folder, options.gateway);
  const settings = (port: number, keyServers: readonly NamedUrl[]): string =>
    writeYaml(
      folder,
      'gateway',
      gatewaySettings(places, { ...completed(options), port, keyServers }),
    );

  // The keys come first: the key servers enrol them, and the gateway must know the servers' ports.
  const unknown = keyServerNames.map((name) => ({
    name,
    url: 'http://127.0.0.1:1',
    publicUrl: publicUrlOf(name),
  }));
  const made = await runMdm(['init', '--config', settings(0, unknown)], {});
  if (made.code !== 0) throw new Error(`mdm init: ${made.stdout}${made.stderr}`);
  for (const name of keyServerNames) makeKeyServerKeys(places, name);
  const keyServers = await Promise.all(
    keyServerNames.map(async (name) => {
      const peers = keyServerNames.filter((other) => other !== name);
      const settingsOf = (port: number) => keyServerSettings(places, { name, port, peers });
      writeYaml(folder, name, settingsOf(0));
      const url = await services.start(name);
      writeYaml(folder, name, settingsOf(portOf(url)));
      return { name, url: named(url, grid), publicUrl: publicUrlOf(name) };
    }),
  );
  settings(0, keyServers);
  const url = await services.start('gateway');
  settings(portOf(url), keyServers);
  const users = await createUsers(places, { login, gateway: url, keyServers });
  const childOptions = (
    user: UserName,
    { settings: path, env, ...rest }: MdmOptions = {},
  ): Omit<MdmOptions, 'settings'> => ({
    ...rest,
    env: {
      MDM_SETTINGS: path ?? users.settingsOf(user),
      XDG_STATE_HOME: join(folder, `${user}.state`),
      ...withoutCredentials,
      ...env,
    },
  });
  return {
    folder,
    site: places.site,
    url,
    port: portOf(url),
    grid,
    login,
    keyServers,
    service: (name) => services.get(name),
    stop: (name) => services.stop(name),
    kill: (name) => services.kill(name),
    start: async (name) => void (await services.start(name)),
    logs: () => services.logs(),
    ...users,
    mdm: (user, args, options) => runMdm(args, childOptions(user, options)),
    startMdm: (user, args, options) =>
      startChild(owner, [process.execPath, entry, ...args], childOptions(user, options)),
    fetch: (user, path, init = {}) => {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${users.tokenOf(user)}`);
      return fetch(`${url}${path}`, { ...init, headers });
    },
    crawled: async (times = 1) => {
      const pattern = new RegExp(`(?:registration\\.crawled"[^]*?){${times}}`);
      await services.get('gateway').waitForOutput(pattern);
    },
  };
}

/** What a developer's shell may carry must not decide who a test's user is. */
const withoutCredentials = {
  BEARER_TOKEN: '',
  BEARER_TOKEN_FILE: '',
  MDM_GATEWAY: '',
  MDM_STATE: '',
  MDM_CA: '',
  XDG_RUNTIME_DIR: '/nowhere',
  X509_USER_CERT: '',
  X509_USER_KEY: '',
};

function runMdm(args: readonly string[], options: Omit<MdmOptions, 'settings'>): Promise<Finished> {
  return runChild([process.execPath, entry, ...args], options);
}

function completed(options: GatewayOptions) {
  const collections = options.collections ?? [
    { name: 'open', delivery: 'open' as const, formats: ['dcm', 'nii', 'nii.gz'] as const },
    { name: 'sealed', delivery: 'sealed' as const, formats: ['dcm', 'nii'] as const },
  ];
  const policy = usualPolicy();
  const operators = principalsOf('alice');
  return { ...options, operators, collections: collections.map((one) => ({ policy, ...one })) };
}

/** The host certificate is for the name; key servers print the address they listen on. */
function named(url: string, grid: GridCertificates | undefined): string {
  return grid === undefined ? url : url.replace('127.0.0.1', 'localhost');
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

/** The running processes by name. */
class Services {
  readonly #owner: Owner;
  readonly #folder: string;
  readonly #gateway: Run;
  readonly #running = new Map<ServiceName, Child>();
  readonly #ended: Child[] = [];

  constructor(owner: Owner, folder: string, gateway: Run = { under: [], env: {} }) {
    this.#owner = owner;
    this.#folder = folder;
    this.#gateway = gateway;
  }

  get(name: ServiceName): Child {
    const child = this.#running.get(name);
    if (child === undefined) throw new Error(`${name} is not running`);
    return child;
  }

  /** Start one; gives the URL that it says it listens at. */
  async start(name: ServiceName): Promise<string> {
    const role = name === 'gateway' ? 'gateway' : 'keyserver';
    const config = join(this.#folder, `${name}.yaml`);
    const serve = [process.execPath, entry, 'serve', '--role', role, '--config', config];
    const { under, env } = role === 'gateway' ? this.#gateway : { under: [], env: {} };
    const [file = '', ...rest] = [...under, ...serve];
    const child = await startChild(this.#owner, [file, ...rest], { env });
    this.#running.set(name, child);
    const [, url = ''] = await child.waitForOutput(/^(https?:\S+)$/m);
    return url;
  }

  async stop(name: ServiceName): Promise<void> {
    await this.#end(name).stop();
  }

  async kill(name: ServiceName): Promise<void> {
    const child = this.#end(name);
    child.kill('SIGKILL');
    await child.exited;
  }

  #end(name: ServiceName): Child {
    const child = this.get(name);
    this.#running.delete(name);
    this.#ended.push(child);
    return child;
  }

  logs(): string {
    const all = [...this.#ended, ...this.#running.values()];
    return all.map((child) => child.stdout() + child.stderr()).join('\n');
  }
}

function tokenNameOf(user: UserName, server: string | undefined): string {
  return `${user}${server === undefined ? '' : `-${server}`}.token`;
}

async function createUsers(
  places: Places,
  options: {
    readonly login: Login;
    readonly gateway: string;
    readonly keyServers: readonly NamedUrl[];
  },
): Promise<Pick<Installation, 'tokenOf' | 'certificateOf' | 'settingsOf'>> {
  const { folder, grid } = places;
  const { login, ...services } = options;
  const tokens = new Map<string, string>();
  const certificates = new Map<UserName, { certPath: string; keyPath: string }>();
  const parties = [undefined, ...services.keyServers];
  for (const user of userNames) {
    for (const server of parties) {
      const token = await login.token(user, server && { aud: server.publicUrl });
      tokens.set(tokenNameOf(user, server?.name), token);
      writeFileSync(join(folder, tokenNameOf(user, server?.name)), token, { mode: 0o600 });
    }
    if (grid !== undefined) certificates.set(user, await grid.addUser(user));
  }
  let copies = 0;
  const write = (user: UserName, name: string, overrides: Readonly<Record<string, unknown>>) => {
    // Who shows a certificate has no tokens.
    const tokenFile = (server: string | undefined): string | undefined =>
      'certificate' in overrides ? undefined : join(folder, tokenNameOf(user, server));
    const usual = userSettings(places, { ...services, tokenFile });
    return writeYaml(folder, name, Object.assign({}, usual, overrides));
  };
  for (const user of userNames) write(user, `user-${user}`, {});
  return {
    tokenOf: (user, server) => tokens.get(tokenNameOf(user, server)) ?? '',
    certificateOf: (user) => {
      const found = certificates.get(user);
      if (found === undefined) throw new Error('without TLS there are no client certificates');
      return found;
    },
    settingsOf: (user, overrides) => {
      if (overrides === undefined) return join(folder, `user-${user}.yaml`);
      copies += 1;
      return write(user, `user-${user}-${copies}`, overrides);
    },
  };
}
