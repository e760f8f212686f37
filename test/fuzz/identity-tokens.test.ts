import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { identityErrors } from '../../src/identity/errors.ts';
import { createTokenVerifier } from '../../src/identity/token/verifier.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';

// A verifier is judged by what it refuses. RFC 8725 names the ways.

const nowMs = 1_800_000_000_000;
const now = nowMs / 1000;
const clock: Clock = { ...systemClock, nowMs: () => nowMs };
const issuer = 'https://issuer.example.test/';
const audience = 'https://mdm.example.test';
const keyServer = 'https://keys.example.test';

const good = { iss: issuer, sub: 'alice', aud: audience, exp: now + 600, iat: now - 5 };

async function makeBench() {
  const keys = await generateKeyPair('ES256', { extractable: true });
  const rsa = await generateKeyPair('RS256', { extractable: true });
  const stranger = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
  const rsaJwk = { ...(await exportJWK(rsa.publicKey)), kid: 'r1', use: 'sig' };
  const verifier = await createTokenVerifier({
    issuers: [
      {
        issuer,
        audience,
        jwks: { kind: 'inline', keys: { keys: [jwk, rsaJwk] } },
        algorithms: ['ES256'],
        groupPrefixes: ['/mdm', 'doctors'],
      },
    ],
    clock,
  });
  const sign = (
    payload: Record<string, unknown>,
    header: Record<string, unknown> = {},
    key: Parameters<SignJWT['sign']>[0] = keys.privateKey,
  ): Promise<string> =>
    new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'k1', ...header }).sign(key);
  const verdict = async (token: string): Promise<string> => {
    const outcome = await verifier.verify(token);
    if (outcome.kind === 'refused') assert.ok(Object.hasOwn(identityErrors.rows, outcome.code));
    return outcome.kind === 'accepted' ? 'accepted' : outcome.code;
  };
  return { keys, rsa, stranger, jwk, verifier, sign, verdict };
}

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

test('an issuer asserts only the groups that it may', async () => {
  const groups = ['/mdm', '/mdm/readers', '/mdmx', '/', '/other', 'doctors', 'doctors/a', 'staff'];
  for (const [prefixes, expected] of [
    [undefined, ['doctors', 'doctors/a', 'staff']],
    [[], []],
    [['/mdm'], ['/mdm', '/mdm/readers']],
    [
      ['/mdm/', 'doctors'],
      ['/mdm/readers', 'doctors', 'doctors/a'],
    ],
    [['/'], ['/mdm', '/mdm/readers', '/mdmx', '/', '/other']],
  ] as const) {
    const { keys, jwk } = await makeBench();
    const verifier = await createTokenVerifier({
      issuers: [
        {
          issuer,
          audience,
          jwks: { kind: 'inline', keys: { keys: [jwk] } },
          algorithms: ['ES256'],
          groupPrefixes: prefixes,
        },
      ],
      clock,
    });
    const token = await new SignJWT({ ...good, groups })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .sign(keys.privateKey);
    const outcome = await verifier.verify(token);
    assert.deepEqual(outcome.kind === 'accepted' && outcome.principal.groups, expected);
  }
});

test('good tokens are accepted and name issuer, subject and groups', async () => {
  const { sign, verifier } = await makeBench();
  const outcome = await verifier.verify(
    await sign({ ...good, aud: [keyServer, audience], 'wlcg.groups': ['/mdm', '/mdm/readers'] }),
  );
  assert.deepEqual(outcome, {
    kind: 'accepted',
    principal: {
      subject: `token:${issuer}#alice`,
      groups: ['/mdm', '/mdm/readers'],
      method: 'token',
      expiresMs: (now + 600) * 1000,
    },
  });
  const others: readonly (readonly [Record<string, unknown>, Record<string, unknown>])[] = [
    [{ ...good, groups: ['doctors'] }, { typ: 'JWT' }],
    [{ ...good, exp: now - 59 }, { typ: 'at+jwt' }],
    [{ ...good, nbf: now + 59, iat: now + 59 }, { typ: 'application/at+jwt' }],
  ];
  for (const [payload, header] of others) {
    const each = await verifier.verify(await sign(payload, header));
    assert.equal(each.kind, 'accepted', JSON.stringify(payload));
  }
});

test('no token with wrong claims is accepted', async () => {
  const { sign, verdict } = await makeBench();
  const without = (claim: keyof typeof good) => ({ ...good, [claim]: undefined });
  const cases: readonly Record<string, unknown>[] = [
    without('iss'),
    without('sub'),
    without('aud'),
    without('exp'),
    ...[
      'https://issuer.example.test',
      'HTTPS://issuer.example.test/',
      `${issuer}x`,
      '',
      1,
      null,
    ].map((iss) => ({ ...good, iss })),
    ...[
      keyServer,
      `${audience}/`,
      audience.toUpperCase(),
      [],
      [keyServer],
      [[audience]],
      { 0: audience },
      true,
      'ANY',
      'https://wlcg.cern.ch/jwt/v1/any',
    ].map((aud) => ({ ...good, aud })),
    ...[now - 61, 0, -1, `${now + 600}`, null, 'never', 1e300, [now + 600]].map((exp) => ({
      ...good,
      exp,
    })),
    ...[now + 61, `${now}`, 1e15, 'soon'].map((nbf) => ({ ...good, nbf })),
    ...[now + 61, `${now}`, 1e15].map((iat) => ({ ...good, iat })),
    ...['', ' ', 'a b', 'a\n', 'é', '\0', 'x'.repeat(600), 1, null, ['alice'], {}].map((sub) => ({
      ...good,
      sub,
    })),
    ...[
      '/mdm',
      [1],
      [['/mdm']],
      [''],
      ['a b'],
      ['a\nb'],
      ['x'.repeat(300)],
      Array(300).fill('g'),
      {},
    ].flatMap((groups) => [
      { ...good, groups },
      { ...good, 'wlcg.groups': groups },
    ]),
  ];
  assert.ok(cases.length >= 50);
  for (const payload of cases) {
    assert.notEqual(await verdict(await sign(payload)), 'accepted', JSON.stringify(payload));
  }
});

test('no token with a wrong header, key or form is accepted', async () => {
  const { sign, verdict, rsa, stranger, jwk, keys } = await makeBench();
  const token = await sign(good);
  const [header = '', payload = '', signature = ''] = token.split('.');
  const hmac = (alg: string, key: string | Buffer): string => {
    const signed = `${encode({ alg, kid: 'k1' })}.${encode(good)}`;
    const digest = createHmac(`sha${alg.slice(2)}`, key)
      .update(signed)
      .digest('base64url');
    return `${signed}.${digest}`;
  };
  const raw = Buffer.from(jwk.x ?? '', 'base64url');
  const cases: readonly string[] = [
    await sign(good, {}, stranger.privateKey),
    await sign(good, { jwk: await exportJWK(stranger.publicKey) }, stranger.privateKey),
    await sign(good, { jku: 'https://evil.example.test/jwks' }, stranger.privateKey),
    await sign(good, { kid: 'r1' }),
    await sign(good, { kid: '../../etc/passwd' }),
    await sign(good, { kid: "k1' or '1'='1" }),
    await sign(good, { alg: 'RS256', kid: 'r1' }, rsa.privateKey),
    `${encode({ alg: 'PS256', kid: 'r1' })}.${payload}.${signature}`,
    `${encode({ alg: 'RS512', kid: 'k1' })}.${payload}.${signature}`,
    ...(await Promise.all(
      ['dpop+jwt', 'logout+jwt', 'secevent+jwt', 'JOSE', 'id', '', 'jwt+x', 'xjwt'].map((typ) =>
        sign(good, { typ }),
      ),
    )),
    ...['none', 'None', 'NONE', 'nOnE', '', 'ES256K', 'HS256', 'es256'].flatMap((alg) => [
      `${encode({ alg, kid: 'k1' })}.${payload}.${signature}`,
      `${encode({ alg })}.${payload}.`,
      `${encode({ alg })}.${payload}`,
    ]),
    ...['HS256', 'HS384', 'HS512'].flatMap((alg) => [
      hmac(alg, raw),
      hmac(alg, JSON.stringify(jwk)),
      hmac(alg, ''),
    ]),
    `${encode({ alg: 'ES256', kid: 'k1', crit: ['exp'], exp: 1 })}.${payload}.${signature}`,
    `${encode({ alg: 'ES256', kid: 'k1', b64: false, crit: ['b64'] })}.${payload}.${signature}`,
    `${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`,
    `${header}.${payload}.`,
    `${header}.${encode({ ...good, sub: 'bob' })}.${signature}`,
    `${header}..${signature}`,
    `.${payload}.${signature}`,
    `${token}.`,
    `${token}.${signature}`,
    `${header}.${payload}.${signature}A`,
    `${token} `,
    `${token}=`,
    '',
    '.',
    '..',
    '....',
    'Bearer',
    'null',
    `${'A'.repeat(20_000)}.${payload}.${signature}`,
    `${encode('[]')}.${encode('[]')}.${signature}`,
    `${header}.${encode('null')}.${signature}`,
    `${header}.${encode('"text"')}.${signature}`,
    `${header}.${encode(`{"iss":"${issuer}","iss":"x"`)}.${signature}`,
  ];
  assert.ok(cases.length >= 60);
  for (const each of cases) assert.notEqual(await verdict(each), 'accepted', each.slice(0, 200));
  assert.equal(await verdict(token), 'accepted');
  assert.ok(keys.privateKey);
});

test('no token with changed characters is accepted', async () => {
  const { sign, verdict } = await makeBench();
  const token = await sign(good);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
  const character = fc.constantFrom(...alphabet.split(''));
  await fc.assert(
    fc.asyncProperty(fc.nat(token.length - 1), character, async (offset, replacement) => {
      const bad = token.slice(0, offset) + replacement + token.slice(offset + 1);
      // The last character of a part carries unused bits: the same bytes may be spelt in two ways.
      const parts = (text: string) => text.split('.').map((part) => Buffer.from(part, 'base64url'));
      const same = (a: readonly Buffer[], b: readonly Buffer[]) =>
        a.length === b.length && a.every((part, index) => part.equals(b[index] ?? Buffer.alloc(0)));
      if (same(parts(bad), parts(token))) return;
      assert.notEqual(await verdict(bad), 'accepted', `${offset} ${replacement}`);
    }),
    { numRuns: 300 },
  );
});
