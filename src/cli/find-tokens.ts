import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TokenSource } from '../client/credentials/token-route.ts';
import { clientErrors } from '../client/errors.ts';

/** Environment variables; an empty one counts as absent. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The token of a settings file or variable. Read here once, so that a command fails before it begins,
 * and at each use, as what renews it writes its file anew.
 *
 * @throws CLIENT_SETTINGS
 */
export function tokenIn(file: string): TokenSource {
  const source = (): string => checked(readText(file));
  source();
  return source;
}

/**
 * The token of the caller: `BEARER_TOKEN`, else the file that `BEARER_TOKEN_FILE` names, else the one
 * of the settings.
 *
 * @standard WLCG Bearer Token Discovery 1.0 (the settings before its default place)
 */
export function findToken(
  environment: Environment,
  file: string | undefined,
): TokenSource | undefined {
  const { BEARER_TOKEN: token, BEARER_TOKEN_FILE: named = file } = environment;
  if (token === undefined) return named === undefined ? undefined : tokenIn(named);
  const text = checked(token);
  return () => text;
}

/** The token for a key server: as above, with the server's name behind; there is no variable that holds one. */
export function findServerToken(
  environment: Environment,
  name: string,
  file: string | undefined,
): TokenSource | undefined {
  const variable = `BEARER_TOKEN_FILE_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
  const named = environment[variable] ?? file;
  return named === undefined ? tokenAtDefault(environment, `-${name}`) : tokenIn(named);
}

/**
 * A token at its default place, if it is there and the caller's own: in a folder for everybody, anybody
 * may have put it.
 *
 * @standard WLCG Bearer Token Discovery 1.0
 */
export function tokenAtDefault(environment: Environment, suffix = ''): TokenSource | undefined {
  const uid = process.geteuid?.();
  if (uid === undefined) return undefined;
  const file = join(environment['XDG_RUNTIME_DIR'] ?? '/tmp', `bt_u${uid}${suffix}`);
  return statSync(file, { throwIfNoEntry: false })?.uid === uid ? tokenIn(file) : undefined;
}

/** @throws CLIENT_SETTINGS for one that cannot stand in a header: it would fail there, and be quoted */
function checked(text: string): string {
  const token = text.trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw clientErrors.create('CLIENT_SETTINGS', {
    message: 'token: not one word of printable characters',
  });
}

/** @throws CLIENT_SETTINGS */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw clientErrors.create('CLIENT_SETTINGS', { message: `cannot read ${path}`, cause });
  }
}
