import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, SignJWT } from 'jose';

/** Issuer of the demonstration's users: stands for the login service of a site. */
export const issuer = 'https://login.demo.example';
/** The gateway's audience; that of a key server is its public URL, so that no two accept one token. */
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

  token(subject: string, nowSeconds: number, party = audience): Promise<string> {
    return new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid: 'demo', typ: 'JWT' })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience(party)
      .setIssuedAt(nowSeconds)
      .setExpirationTime(nowSeconds + lifetimeSeconds)
      .sign(this.#privateKey);
  }
}

/** How the policies name a user. */
export function principalOf(subject: string): string {
  return `user:token:${issuer}#${subject}`;
}

/**
 * A user's settings file for the `mdm` command, and beside it his tokens: one for the gateway and one for
 * each key server, which no other party accepts.
 */
export async function writeSettings(options: {
  readonly folder: string;
  readonly user: string;
  readonly login: LoginService;
  readonly gateway: string;
  readonly keyServers: readonly { readonly name: string; readonly url: string }[];
  readonly producerKey: string;
}): Promise<string> {
  const { folder, user, login, gateway, keyServers, producerKey } = options;
  const nowSeconds = Math.floor(Date.now() / 1000);
  const writeToken = async (name: string, party?: string): Promise<string> => {
    const file = join(folder, `${name}.token`);
    writeFileSync(file, await login.token(user, nowSeconds, party), { mode: 0o600 });
    return file;
  };
  const tokenFile = await writeToken(user);
  const servers: string[] = [];
  for (const { name, url } of keyServers) {
    const own = await writeToken(`${user}-${name}`, url);
    servers.push(`    - { name: ${name}, url: "${url}", tokenFile: ${own} }`);
  }
  const path = join(folder, `${user}.yaml`);
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
