import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import type { HeldCredentials } from '../client/credentials/key-credential.ts';
import type { OwnKeyServer } from '../client/credentials/token-route.ts';
import { clientErrors } from '../client/errors.ts';
import {
  type Environment,
  findServerToken,
  findToken,
  readText,
  tokenAtDefault,
} from './find-tokens.ts';
import { parseInstant } from './instant.ts';

/** What the client knows of the world: its settings file, overruled by the environment. */
export interface ClientSettings extends HeldCredentials {
  /** Base URL of the gateway, without trailing slash. */
  readonly gateway: string;
  /** PEM text. */
  readonly ca: string | undefined;
  readonly threshold: number;
  /** Folder of what is kept between commands; it need not exist. */
  readonly state: string;
  /** Producer keys that receipts are trusted from. */
  readonly producerKeys: readonly ProducerKeySettings[];
}

/** A producer key: PEM text, and from when on what it signed counts (UTC ms; 0: ever since). */
export interface ProducerKeySettings {
  readonly pem: string;
  readonly fromMs: number;
}

interface SettingsFile {
  readonly gateway?: string;
  readonly tokenFile?: string;
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly keyServers?: {
    readonly threshold?: number;
    readonly servers?: readonly ServerSettings[];
  };
  /** A file, or one and an instant. */
  readonly producerKeys?: readonly (string | { readonly key: string; readonly from?: string })[];
}

interface ServerSettings {
  readonly name: string;
  readonly url: string;
  readonly publicUrl?: string;
  readonly tokenFile?: string;
  readonly acceptSharedAudience?: boolean;
}

/**
 * Read the settings. Order: environment, then `MDM_SETTINGS`, then `~/.config/mdm/client.yaml`.
 * Paths in the file are relative to it. @throws CLIENT_SETTINGS
 */
export function readSettings(variables: Environment): ClientSettings {
  // An empty variable is one that is not set.
  const environment = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== ''),
  );
  const file = environment['MDM_SETTINGS'] ?? join(homedir(), '.config', 'mdm', 'client.yaml');
  const settings = readFile(file, environment['MDM_SETTINGS'] !== undefined);
  const place = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(dirname(file), path);
  const text = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : readText(resolve(dirname(file), path));
  const gateway = environment['MDM_GATEWAY'] ?? settings.gateway;
  if (gateway === undefined) throw missing(`gateway: set it in ${file}, or MDM_GATEWAY`);
  if (!URL.canParse(gateway)) throw missing('gateway: not an address such as https://host:8446');
  const certificate = text(environment['X509_USER_CERT'] ?? settings.certificate);
  const token = findToken(environment, place(settings.tokenFile));
  return {
    gateway: gateway.replace(/\/+$/, ''),
    // What lies about must not decide before what is set.
    token: token ?? (certificate === undefined ? tokenAtDefault(environment) : undefined),
    ca: text(environment['MDM_CA'] ?? settings.ca),
    certificate,
    key: text(environment['X509_USER_KEY'] ?? settings.key),
    keyServers: (settings.keyServers?.servers ?? []).map((server) =>
      ownKeyServer(server, findServerToken(environment, server.name, place(server.tokenFile))),
    ),
    threshold: settings.keyServers?.threshold ?? 2,
    state: stateOf(environment),
    producerKeys: (settings.producerKeys ?? []).map((one) => {
      const { key, from } = typeof one === 'string' ? { key: one, from: undefined } : one;
      return {
        pem: text(key) ?? '',
        fromMs: (from === undefined ? undefined : parseInstant(from)) ?? 0,
      };
    }),
  };
}

/** As XDG has it, unless it is set. */
function stateOf({ MDM_STATE: own, XDG_STATE_HOME: home }: Environment): string {
  return own ?? join(home ?? join(homedir(), '.local', 'state'), 'mdm');
}

function ownKeyServer(
  { name, url, publicUrl, acceptSharedAudience }: ServerSettings,
  token: OwnKeyServer['token'],
): OwnKeyServer {
  return {
    name,
    url,
    publicUrl: publicUrl ?? new URL(url).origin,
    acceptSharedAudience: acceptSharedAudience === true,
    token,
  };
}

function readFile(file: string, mustExist: boolean): SettingsFile {
  if (!mustExist && !existsSync(file)) return {};
  return checkFile(file, parseYaml(file));
}

function parseYaml(file: string): unknown {
  const text = readText(file);
  try {
    return parse(text) as unknown;
  } catch (cause) {
    throw clientErrors.create('CLIENT_SETTINGS', { message: `${file}: not YAML`, cause });
  }
}

const settingNames = [
  'gateway',
  'tokenFile',
  'ca',
  'certificate',
  'key',
  'keyServers',
  'producerKeys',
] as const satisfies readonly (keyof SettingsFile)[];

/** A misspelt setting would be one that is absent, and something else would be said of it. */
function checkNames(where: string, fields: object, known: readonly string[]): void {
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw missing(`${where}: ${unknown} is no setting; known are ${known.join(', ')}`);
}

/** Texts where texts belong: a number for a path would fail far from its cause. */
function checkFile(file: string, value: unknown): SettingsFile {
  if (!isFields(value)) throw missing(`${file}: not settings`);
  checkNames(file, value, settingNames);
  for (const name of ['gateway', 'tokenFile', 'ca', 'certificate', 'key']) {
    if (!['undefined', 'string'].includes(typeof value[name])) throw missing(`${file}: ${name}`);
  }
  const { producerKeys = [], keyServers = {} } = value;
  if (!Array.isArray(producerKeys)) throw missing(`${file}: producerKeys`);
  for (const key of producerKeys as readonly unknown[]) checkProducerKey(file, key);
  if (!isFields(keyServers)) throw missing(`${file}: keyServers`);
  checkNames(`${file}: keyServers`, keyServers, ['threshold', 'servers']);
  const { servers = [], threshold = 2 } = keyServers;
  if (!Array.isArray(servers)) throw missing(`${file}: keyServers.servers`);
  for (const server of servers as readonly unknown[]) checkServer(file, server);
  if (!Number.isSafeInteger(threshold)) throw missing(`${file}: keyServers.threshold`);
  return value;
}

const serverTypes: Readonly<Record<keyof ServerSettings, string>> = {
  name: 'string',
  url: 'string',
  publicUrl: 'string',
  tokenFile: 'string',
  acceptSharedAudience: 'boolean',
};

function checkServer(file: string, server: unknown): void {
  const where = `${file}: keyServers.servers`;
  if (!isFields(server)) throw missing(where);
  checkNames(where, server, Object.keys(serverTypes));
  for (const [name, type] of Object.entries(serverTypes)) {
    const isRequired = name === 'name' || name === 'url';
    const isRight = typeof server[name] === type || (!isRequired && server[name] === undefined);
    if (!isRight) throw missing(`${where}: ${name}`);
  }
  if (!URL.canParse(String(server['url']))) throw missing(`${where}: url`);
  const { publicUrl } = server;
  // Compared as text with the audience of tokens.
  if (typeof publicUrl === 'string' && originOf(publicUrl) !== publicUrl)
    throw missing(`${where}: publicUrl is scheme, host and port, with nothing behind`);
}

function originOf(text: string): string | undefined {
  return URL.canParse(text) ? new URL(text).origin : undefined;
}

function checkProducerKey(file: string, value: unknown): void {
  if (typeof value === 'string') return;
  const where = `${file}: producerKeys`;
  if (!isFields(value) || typeof value['key'] !== 'string') throw missing(where);
  checkNames(where, value, ['key', 'from']);
  const { from } = value;
  if (from !== undefined && (typeof from !== 'string' || parseInstant(from) === undefined))
    throw missing(`${where}: from is an instant such as 2027-01-31T00:00:00Z`);
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function missing(what: string): Error {
  return clientErrors.create('CLIENT_SETTINGS', { message: what });
}
