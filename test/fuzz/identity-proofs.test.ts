import assert from 'node:assert/strict';
import { generateKeyPairSync, hash } from 'node:crypto';
import { test } from 'node:test';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type Authenticate, createAuthenticate } from '../../src/identity/authenticate.ts';
import { identityLimits } from '../../src/identity/limits.ts';
import { createProofVerifier, type ShownRequest } from '../../src/identity/token/dpop-proof.ts';
import { createTokenVerifier, type TokenIssuer } from '../../src/identity/token/verifier.ts';
import { initMasterKey, MasterKey } from '../../src/keyserver/master-key.ts';
import { acceptTickets, createTickets } from '../../src/keyserver/tickets.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { manualClock } from '../support/manual-clock.ts';
import { tempFolder } from '../support/temp.ts';

// RFC 9449 §4.3 lists what a proof must be; each line of it is broken here in every way at hand, and
// whatever is not exactly right must not be accepted, of tokens that are bound and of tickets.

const publicUrl = 'https://keys.example.test:7443';
const other = 'https://other.example.test:7443';
const issuer = 'https://issuer.example.test';
const target = '/v1/shares';
const own = new Uint8Array([1, 2, 3]);

type Claims = Readonly<Record<string, unknown>>;

/** A service, a login, and a client with a key. */
async function makeBench(rules: Partial<TokenIssuer> = {}) {
  const clock = manualClock();
  const now = (): number => Math.floor(clock.nowMs() / 1000);
  const login = await generateKeyPair('ES256');
  const client = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(client.publicKey);
  const thumbprint = await calculateJwkThumbprint(jwk);
  const tokens = await createTokenVerifier({
    issuers: [
      {
        issuer,
        audience: publicUrl,
        soleAudience: publicUrl,
        jwks: {
          kind: 'inline',
          keys: { keys: [{ ...(await exportJWK(login.publicKey)), kid: 'k' }] },
        },
        algorithms: ['ES256'],
        ...rules,
      },
    ],
    clock,
  });
  const proofs = createProofVerifier({ publicUrl, clock });
  const authenticate = createAuthenticate({ tokens, proofs });
  const token = (claims: Claims = {}): Promise<string> =>
    new SignJWT({
      iss: issuer,
      sub: 'alice',
      aud: publicUrl,
      exp: now() + 6000,
      cnf: { jkt: thumbprint },
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .sign(login.privateKey);
  let count = 0;
  /** A good proof for `text`, but for what is changed. */
  const proof = (
    text: string,
    changed: { claims?: Claims; header?: Claims; key?: Parameters<SignJWT['sign']>[0] } = {},
  ): Promise<string> =>
    new SignJWT({
      htm: 'POST',
      htu: `${publicUrl}${target}`,
      iat: now(),
      jti: `proof-${count++}`,
      ath: hash('sha256', text, 'base64url'),
      ...changed.claims,
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...changed.header })
      .sign(changed.key ?? client.privateKey);
  return { clock, now, client, jwk, thumbprint, authenticate, token, proof };
}

type Bench = Awaited<ReturnType<typeof makeBench>>;

async function verdict(
  authenticate: Authenticate,
  shown: {
    readonly authorization: string;
    readonly proofs?: readonly string[];
    readonly request?: Partial<ShownRequest>;
    readonly chain?: readonly Uint8Array[];
  },
): Promise<string> {
  const { authorization, proofs = [], chain = [] } = shown;
  const request = { method: 'POST', target, proofs, ...shown.request };
  const outcome = await authenticate({ authorization, chain, request });
  return outcome.kind === 'refused' ? outcome.code : outcome.kind;
}

/** Claims of a proof for `text`, each wrong in one. */
function badClaims({ now }: Bench, text: string): readonly Claims[] {
  const url = `${publicUrl}${target}`;
  const digest = hash('sha256', text, 'base64url');
  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    htm: ['GET', 'post', 'POST ', '', 1, null, ['POST'], undefined],
    htu: [
      `${other}${target}`,
      `http://keys.example.test:7443${target}`,
      `https://keys.example.test${target}`,
      `https://keys.example.test:7443.evil.test${target}`,
      `https://keys.example.test:7443@evil.test${target}`,
      `https://alice@keys.example.test:7443${target}`,
      publicUrl,
      `${publicUrl}/`,
      `${url}/`,
      `${publicUrl}/v1/tickets`,
      `${publicUrl}/V1/shares`,
      `${publicUrl}//v1/shares`,
      `${publicUrl}/v1%2Fshares`,
      target,
      '',
      1,
      null,
      [url],
      undefined,
    ],
    iat: [now() - 61, now() + 61, 0, -1, `${now()}`, null, [now()], 1e300, undefined],
    jti: ['', ' ', 'a b', 'é', 'x'.repeat(257), 1, null, ['a'], undefined],
    ath: [
      '',
      hash('sha256', `${text}x`, 'base64url'),
      hash('sha256', text, 'hex'),
      `${digest}=`,
      hash('sha512', text, 'base64url'),
      text,
      1,
      null,
      undefined,
    ],
    exp: [now() - 120],
    nbf: [now() + 120],
  };
  return Object.entries(wrong).flatMap(([name, values]) =>
    values.map((value) => ({ [name]: value })),
  );
}

/** Headers of a proof, each wrong in one thing. */
async function badHeaders({ jwk, client }: Bench, stranger: object): Promise<readonly Claims[]> {
  const privateJwk = await exportJWK(client.privateKey);
  const types = ['jwt', 'at+jwt', 'dpop', 'dpop+jwt+x', 'mdm-ticket+jwt', '', undefined];
  const keys = [
    undefined,
    null,
    {},
    [],
    'jwk',
    stranger,
    privateJwk,
    { ...jwk, kty: 'oct', k: 'AAAA' },
    { ...jwk, x: jwk.y, y: jwk.x },
    { ...jwk, use: 'enc' },
    { ...jwk, alg: 'ES384' },
  ];
  return [
    ...types.map((typ) => ({ typ })),
    ...keys.map((key) => ({ jwk: key })),
    { crit: ['b64'], b64: false },
  ];
}

/** What stands in the header `DPoP`, each time wrong in one thing. */
async function badProofs(bench: Bench, text: string): Promise<readonly (readonly string[])[]> {
  const { proof, jwk } = bench;
  const stranger = await generateKeyPair('ES256', { extractable: true });
  const strangerJwk = await exportJWK(stranger.publicKey);
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const weakJwk = weak.publicKey.export({ format: 'jwk' });
  const good = await proof(text);
  const [header = '', payload = '', signature = ''] = good.split('.');
  const changes: readonly Parameters<Bench['proof']>[1][] = [
    ...badClaims(bench, text).map((claims) => ({ claims })),
    ...(await badHeaders(bench, strangerJwk)).map((changed) => ({ header: changed })),
    { key: stranger.privateKey },
    { key: stranger.privateKey, header: { jwk: strangerJwk } },
    { key: weak.privateKey, header: { alg: 'RS256', jwk: weakJwk } },
  ];
  const signed = await Promise.all(
    changes.map((changed) => proof(text, changed).catch(() => 'not.even.signed')),
  );
  const unsigned = ['none', 'HS256', 'RS256', 'ES384', 'ES256K'].flatMap((alg) => [
    `${encode({ alg, typ: 'dpop+jwt', jwk })}.${payload}.${signature}`,
    `${encode({ alg, typ: 'dpop+jwt', jwk })}.${payload}.`,
  ]);
  const forms = [
    `${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`,
    `${header}.${payload}`,
    `${good}.`,
    ` ${good}`,
    `${good}, ${good}`,
    text,
    '',
    'x',
    `${header}.${payload}.${'A'.repeat(identityLimits.proofCharactersMax)}`,
  ];
  const single = [...signed, ...unsigned, ...forms].map((one) => [one]);
  return [[], [good, good], [good, await proof(text)], ...single];
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

async function checkProofs(
  bench: Bench,
  at: { readonly authenticate: Authenticate; readonly text: string },
): Promise<void> {
  const { authenticate, text } = at;
  const authorization = `DPoP ${text}`;
  const bad = await badProofs(bench, text);
  assert.ok(bad.length >= 100, `${bad.length} cases`);
  for (const proofs of bad)
    assert.match(
      await verdict(authenticate, { authorization, proofs }),
      /^IDENTITY_/,
      proofs.join(' '),
    );
  const right = await bench.proof(text);
  for (const wrong of [
    { authorization: `Bearer ${text}`, proofs: [right] },
    { authorization: `Basic ${Buffer.from(`a:${text}`).toString('base64')}`, proofs: [right] },
    { authorization: `Bearer ${text}` },
    { authorization: `DPoP ${text}x`, proofs: [right] },
    { authorization, proofs: [right], request: { method: 'GET' } },
    { authorization, proofs: [right], request: { target: '/v1/tickets' } },
    { authorization, proofs: [right], request: { target: `${publicUrl}${target}` } },
    { authorization, proofs: [right], request: { target: `//keys.example.test:7443${target}` } },
    { authorization, proofs: [right], request: { target: '*' } },
  ])
    assert.match(await verdict(authenticate, wrong), /^IDENTITY_/);
  // None of all that used it up; it counts once, and the next one too.
  assert.equal(await verdict(authenticate, { authorization, proofs: [right] }), 'accepted');
  assert.equal(
    await verdict(authenticate, { authorization, proofs: [right] }),
    'IDENTITY_PROOF_REPLAYED',
  );
  const next = [await bench.proof(text)];
  assert.equal(await verdict(authenticate, { authorization, proofs: next }), 'accepted');
}

test('a token bound to a key counts with a proof that is right in everything, and only once', async () => {
  const bench = await makeBench();
  await checkProofs(bench, { ...bench, text: await bench.token() });
});

test('a ticket counts with such a proof, at its own server, until it ends, and nowhere else', async (t) => {
  const bench = await makeBench();
  const { clock, authenticate, thumbprint } = bench;
  const folder = await tempFolder(t);
  const serverAt = (url: string, name: string) => {
    const file = `${folder}/${name}`;
    initMasterKey(file, systemRandom);
    const masterKey = MasterKey.load(file, systemRandom);
    const tickets = createTickets({ publicUrl: url, masterKey, clock });
    return {
      tickets,
      authenticate: acceptTickets(tickets, { authenticate, publicUrl: url, clock }),
    };
  };
  const here = serverAt(publicUrl, 'here');
  const caller = {
    subject: 'x509:/CN=a',
    groups: ['g'],
    method: 'certificate',
    expiresMs: 0,
  } as const;
  const binding = { keyThumbprint: thumbprint, lifetimeSeconds: 3600 };
  const { ticket, expiresMs } = await here.tickets.issue(caller, binding);
  await checkProofs(bench, { authenticate: here.authenticate, text: ticket });

  // Neither another server, with its own key or under another URL, nor a gateway.
  const there = serverAt(other, 'there');
  const twin = serverAt(publicUrl, 'twin');
  for (const stranger of [there.authenticate, twin.authenticate, authenticate]) {
    for (const scheme of ['DPoP', 'Bearer']) {
      const proofs = [
        await bench.proof(ticket),
        await bench.proof(ticket, { claims: { htu: `${other}${target}` } }),
      ];
      for (const one of proofs) {
        const shown = { authorization: `${scheme} ${ticket}`, proofs: [one] };
        assert.match(await verdict(stranger, shown), /^IDENTITY_/);
      }
    }
  }
  const [header = '', payload = '', mac = ''] = ticket.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
  const forgeries = [
    ...[
      { sub: 'x509:/CN=b' },
      { groups: ['h'] },
      { exp: 4e9 },
      { cnf: undefined },
      { cnf: {} },
    ].map((changed) => `${header}.${encode({ ...claims, ...changed })}.${mac}`),
    ...['none', 'HS512', 'RS256'].map(
      (alg) => `${encode({ alg, typ: 'mdm-ticket+jwt' })}.${payload}.${mac}`,
    ),
    ...['JWT', 'at+jwt', 'mdm-ticket'].map(
      (typ) => `${encode({ alg: 'HS256', typ })}.${payload}.${mac}`,
    ),
    `${header}.${payload}.`,
  ];
  for (const forged of forgeries) {
    const shown = { authorization: `DPoP ${forged}`, proofs: [await bench.proof(forged)] };
    assert.match(await verdict(here.authenticate, shown), /^IDENTITY_/, forged);
  }
  clock.advance(expiresMs - clock.nowMs());
  const late = { authorization: `DPoP ${ticket}`, proofs: [await bench.proof(ticket)] };
  assert.match(await verdict(here.authenticate, late), /^IDENTITY_/);
});

test('a proof older than the service counts no more than one that was seen', async () => {
  const bench = await makeBench();
  const text = await bench.token();
  const authorization = `DPoP ${text}`;
  const before = await bench.proof(text, { claims: { iat: bench.now() - 1 } });
  assert.equal(
    await verdict(bench.authenticate, { authorization, proofs: [before] }),
    'IDENTITY_PROOF_STALE',
  );
  bench.clock.advance(120_000);
  for (const [age, expected] of [
    [60, 'accepted'],
    [61, 'IDENTITY_PROOF_STALE'],
  ] as const) {
    const proofs = [await bench.proof(text, { claims: { iat: bench.now() - age } })];
    assert.equal(await verdict(bench.authenticate, { authorization, proofs }), expected);
  }
  const seen = await bench.proof(text, { claims: { iat: bench.now() + 60 } });
  assert.equal(await verdict(bench.authenticate, { authorization, proofs: [seen] }), 'accepted');
  // As long as its time would let it count.
  for (let minute = 0; minute < 4; minute += 1) {
    bench.clock.advance(30_000);
    assert.match(
      await verdict(bench.authenticate, { authorization, proofs: [seen] }),
      /^IDENTITY_PROOF_(?:REPLAYED|STALE)$/,
    );
  }
});

test('a token bound in any other way than can be proven is nobody’s', async () => {
  const bench = await makeBench();
  const { token, proof, authenticate, thumbprint } = bench;
  const certificate = hash('sha256', own, 'base64url');
  const bindings: readonly unknown[] = [
    null,
    true,
    '',
    'jkt',
    [],
    [thumbprint],
    {},
    { jwk: bench.jwk },
    { kid: 'k' },
    { jku: 'https://evil.test' },
    { jkt: '' },
    { jkt: null },
    { jkt: [thumbprint] },
    { jkt: `${thumbprint}=` },
    { jkt: thumbprint, kid: 'k' },
    { jkt: thumbprint, jkt2: thumbprint },
    { 'x5t#S256': '' },
    { 'x5t#S256': certificate.toUpperCase() },
    { 'x5t#S256': thumbprint },
    { x5t: certificate },
    { jkt: thumbprint, 'x5t#S256': thumbprint },
  ];
  for (const cnf of bindings) {
    const text = await token({ cnf });
    for (const scheme of ['Bearer', 'DPoP']) {
      const shown = {
        authorization: `${scheme} ${text}`,
        chain: [own],
        proofs: [await proof(text)],
      };
      assert.match(await verdict(authenticate, shown), /^IDENTITY_/, JSON.stringify(cnf));
    }
  }
  const bound = await token({ cnf: { 'x5t#S256': certificate } });
  const authorization = `Bearer ${bound}`;
  assert.equal(await verdict(authenticate, { authorization, chain: [own] }), 'accepted');
  for (const chain of [[], [new Uint8Array([1])], [new Uint8Array([1]), own]])
    assert.equal(await verdict(authenticate, { authorization, chain }), 'IDENTITY_TOKEN_BOUND');
  const both = await token({ cnf: { jkt: thumbprint, 'x5t#S256': certificate } });
  const proofs = [await proof(both)];
  assert.equal(
    await verdict(authenticate, { authorization: `DPoP ${both}`, proofs }),
    'IDENTITY_TOKEN_BOUND',
  );
  assert.equal(
    await verdict(authenticate, { authorization: `DPoP ${both}`, proofs, chain: [own] }),
    'accepted',
  );
});

test('where only one party may accept a token, one that names others too is shared', async () => {
  const bench = await makeBench();
  const shown = async (aud: unknown, cnf?: unknown): Promise<string> => {
    const text = await bench.token({ aud, cnf });
    const scheme = cnf === undefined ? 'Bearer' : 'DPoP';
    return verdict(bench.authenticate, {
      authorization: `${scheme} ${text}`,
      proofs: [await bench.proof(text)],
    });
  };
  assert.equal(await shown(publicUrl), 'accepted');
  assert.equal(await shown([publicUrl]), 'accepted');
  assert.equal(await shown([publicUrl, other]), 'IDENTITY_TOKEN_SHARED');
  assert.equal(await shown([publicUrl, publicUrl]), 'IDENTITY_TOKEN_SHARED');
  assert.equal(await shown(other), 'IDENTITY_TOKEN_AUDIENCE');
  // Bound, it counts for its holder only, whoever else it names.
  assert.equal(await shown([publicUrl, other], { jkt: bench.thumbprint }), 'accepted');
  const given = await makeBench({ acceptsShared: true, audience: [publicUrl, 'all'] });
  const text = await given.token({ aud: 'all', cnf: undefined });
  const request = { method: 'POST', target, proofs: [] };
  const outcome = await given.authenticate({ authorization: `Bearer ${text}`, chain: [], request });
  assert.equal(outcome.kind === 'accepted' && outcome.principal.method, 'shared-token');
});

test('a service is its one subject, in no group; its issuer speaks of nobody else', async () => {
  const bench = await makeBench({ service: 'gateway' });
  const shown = async (claims: Claims) => {
    const text = await bench.token({ cnf: undefined, ...claims });
    const request = { method: 'POST', target, proofs: [] };
    return bench.authenticate({ authorization: `Bearer ${text}`, chain: [], request });
  };
  assert.equal((await shown({ sub: 'alice' })).kind, 'refused');
  const outcome = await shown({ sub: 'gateway', groups: ['readers'] });
  assert.ok(outcome.kind === 'accepted');
  const { method, groups } = outcome.principal;
  assert.deepEqual({ method, groups }, { method: 'service', groups: [] });
});

test('a token that lives longer than its issuer may say is refused', async () => {
  const bench = await makeBench({ longestLifetimeSeconds: 3600 });
  const shown = async (claims: Claims): Promise<string> => {
    const text = await bench.token({ cnf: undefined, ...claims });
    return verdict(bench.authenticate, { authorization: `Bearer ${text}` });
  };
  const now = bench.now();
  assert.equal(await shown({ exp: now + 3600 }), 'accepted');
  assert.equal(await shown({ exp: now + 3602 }), 'IDENTITY_TOKEN_LONG_LIVED');
  assert.equal(await shown({ iat: now - 3000, exp: now + 600 }), 'accepted');
  assert.equal(await shown({ iat: now - 3000, exp: now + 601 }), 'IDENTITY_TOKEN_LONG_LIVED');
  const usual = await makeBench();
  const day = 86_400;
  const text = await usual.token({ cnf: undefined, exp: usual.now() + day + 2 });
  assert.equal(
    await verdict(usual.authenticate, { authorization: `Bearer ${text}` }),
    'IDENTITY_TOKEN_LONG_LIVED',
  );
});

test('who shows too many proofs is refused, and nobody else', async () => {
  const clock = manualClock();
  const limits = { ...identityLimits, proofsPerCallerMax: 3 };
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  const keyThumbprint = await calculateJwkThumbprint(jwk);
  const proofs = createProofVerifier({ publicUrl, clock, limits });
  let count = 0;
  const show = async (subject: string): Promise<string> => {
    const proof = await new SignJWT({
      htm: 'POST',
      htu: `${publicUrl}${target}`,
      iat: Math.floor(clock.nowMs() / 1000),
      jti: `${count++}`,
      ath: hash('sha256', 'token', 'base64url'),
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
      .sign(privateKey);
    const request = { method: 'POST', target, proofs: [proof] };
    const refusal = await proofs.verify({ request, token: 'token', keyThumbprint, subject });
    return refusal?.code ?? 'accepted';
  };
  for (const expected of ['accepted', 'accepted', 'accepted', 'IDENTITY_PROOFS_TOO_MANY'])
    assert.equal(await show('a'), expected);
  assert.equal(await show('b'), 'accepted');
  clock.advance(130_000);
  assert.equal(await show('a'), 'accepted');
});
