import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, SignJWT } from 'jose';

/** Issuer of the demonstration's users: stands for the login service of a site. */
export const issuer = 'https://login.demo.example';
/** One audience for gateway and key servers is enough here; a site gives each its own. */
export const audience = 'mdm-demo';

const lifetimeSeconds = 12 * 3600;

/** A login service in miniature: one key, and tokens signed with it. */
export class LoginService {
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#privateKey = privateKey;
    this.#publicKey = publicKey;
  }

  /** Write the key set with which services check its tokens. */
  async writeKeySet(path: string): Promise<void> {
    const jwk = await exportJWK(this.#publicKey);
    writeFileSync(
      path,
      JSON.stringify({ keys: [{ ...jwk, kid: 'demo', alg: 'ES256', use: 'sig' }] }),
    );
  }

  token(subject: string, nowSeconds: number): Promise<string> {
    return new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid: 'demo', typ: 'JWT' })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience(audience)
      .setIssuedAt(nowSeconds)
      .setExpirationTime(nowSeconds + lifetimeSeconds)
      .sign(this.#privateKey);
  }
}

/** How the policies name a user. */
export function principalOf(subject: string): string {
  return `user:token:${issuer}#${subject}`;
}

/** A user's settings file for the `mdm` command. */
export function writeSettings(options: {
  readonly folder: string;
  readonly user: string;
  readonly token: string;
  readonly gateway: string;
  readonly keyServers: readonly { readonly name: string; readonly url: string }[];
  readonly producerKey: string;
}): string {
  const { folder, user, token, gateway, keyServers, producerKey } = options;
  const tokenFile = join(folder, `${user}.token`);
  writeFileSync(tokenFile, token, { mode: 0o600 });
  const path = join(folder, `${user}.yaml`);
  const servers = keyServers.map(({ name, url }) => `    - { name: ${name}, url: "${url}" }`);
  writeFileSync(
    path,
    [
      `gateway: ${gateway}`,
      `tokenFile: ${tokenFile}`,
      'keyServers:',
      '  threshold: 2',
      '  servers:',
      ...servers,
      'producerKeys:',
      `  - ${producerKey}`,
      '',
    ].join('\n'),
  );
  return path;
}
