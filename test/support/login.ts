import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { exportJWK, SignJWT } from 'jose';

/** Issuer of the tests' users. */
export const loginIssuer = 'https://login.test.example';
/** The gateway's audience; that of a key server is its public URL. */
export const loginAudience = 'mdm-test';

/** A login service in miniature. */
export interface Login {
  /** A token of a user; `claims` replace or add, `undefined` leaves one out. */
  token(user: string, claims?: Readonly<Record<string, unknown>>): Promise<string>;
}

/** Make its key and write the key set that services check its tokens with. */
export async function createLogin(keySetPath: string): Promise<Login> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' };
  writeFileSync(keySetPath, JSON.stringify({ keys: [jwk] }));
  return { token: (user, claims = {}) => sign(privateKey, { sub: user, ...claims }) };
}

function sign(key: KeyObject, claims: Readonly<Record<string, unknown>>): Promise<string> {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const standard = {
    iss: loginIssuer,
    aud: loginAudience,
    iat: nowSeconds,
    exp: nowSeconds + 3600,
  };
  return new SignJWT({ ...standard, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'test', typ: 'JWT' })
    .sign(key);
}

/** How policies name a user who shows a token. */
export function tokenPrincipal(user: string): string {
  return `user:token:${loginIssuer}#${user}`;
}
