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
  if (gateway === undefined) throw missing('gateway (or MDM_GATEWAY)');
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
  return (token ?? (file === undefined ? fromFile : readText(file)))?.trim();
}

function readFile(file: string, mustExist: boolean): SettingsFile {
  if (!mustExist && !existsSync(file)) return {};
  const value: unknown = parse(readText(file));
  if (typeof value !== 'object' || value === null) throw missing(file);
  return value;
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
