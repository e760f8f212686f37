import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { clientErrors } from '../client/errors.ts';

/** What the client knows of the world: its settings file, overruled by the environment. */
export interface ClientSettings {
  /** Base URL of the gateway, without trailing slash. */
  readonly gateway: string;
  readonly token: string | undefined;
  /** PEM texts. */
  readonly ca: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  readonly keyServers: readonly { readonly name: string; readonly url: string }[];
  readonly threshold: number;
  /** PEM texts of the producer keys that receipts are trusted from. */
  readonly producerKeys: readonly string[];
}

interface SettingsFile {
  readonly gateway?: string;
  readonly tokenFile?: string;
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly keyServers?: {
    readonly threshold?: number;
    readonly servers?: ClientSettings['keyServers'];
  };
  readonly producerKeys?: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

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
  const text = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : readText(resolve(dirname(file), path));
  const gateway = environment['MDM_GATEWAY'] ?? settings.gateway;
  if (gateway === undefined) throw missing(`gateway: set it in ${file}, or MDM_GATEWAY`);
  if (!URL.canParse(gateway)) throw missing('gateway: not an address such as https://host:8446');
  return {
    gateway: gateway.replace(/\/+$/, ''),
    token: tokenOf(environment, text(settings.tokenFile)),
    ca: text(environment['MDM_CA'] ?? settings.ca),
    certificate: text(environment['X509_USER_CERT'] ?? settings.certificate),
    key: text(environment['X509_USER_KEY'] ?? settings.key),
    keyServers: settings.keyServers?.servers ?? [],
    threshold: settings.keyServers?.threshold ?? 2,
    producerKeys: (settings.producerKeys ?? []).map((path) => text(path) ?? ''),
  };
}

function tokenOf(environment: Environment, fromFile: string | undefined): string | undefined {
  const { BEARER_TOKEN: token, BEARER_TOKEN_FILE: file } = environment;
  const text = (token ?? (file === undefined ? fromFile : readText(file)))?.trim();
  // One that cannot stand in a header would fail there, and be quoted.
  if (text !== undefined && !/^[\x21-\x7e]+$/.test(text))
    throw missing('token: not one word of printable characters');
  return text;
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
  const areTexts =
    Array.isArray(producerKeys) && producerKeys.every((one) => typeof one === 'string');
  if (!areTexts) throw missing(`${file}: producerKeys`);
  if (!isFields(keyServers)) throw missing(`${file}: keyServers`);
  checkNames(`${file}: keyServers`, keyServers, ['threshold', 'servers']);
  const { servers = [], threshold = 2 } = keyServers;
  const areServers =
    Array.isArray(servers) &&
    servers.every(
      (one: unknown) =>
        isFields(one) && typeof one['name'] === 'string' && URL.canParse(String(one['url'])),
    );
  if (!areServers) throw missing(`${file}: keyServers.servers`);
  if (!Number.isSafeInteger(threshold)) throw missing(`${file}: keyServers.threshold`);
  return value;
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw clientErrors.create('CLIENT_SETTINGS', { message: `cannot read ${path}`, cause });
  }
}

function missing(what: string): Error {
  return clientErrors.create('CLIENT_SETTINGS', { message: what });
}
