import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAuthenticate } from './authenticate.ts';
import { refuse } from './outcome.ts';

const accept = (subject: string, method: 'certificate' | 'token') => ({
  kind: 'accepted' as const,
  principal: { subject, groups: [], method, expiresMs: 1 },
});

const request = { method: 'GET', target: '/', proofs: [] };
const decide = createAuthenticate({
  chains: { validate: () => accept('x509:/CN=Alice', 'certificate') },
  tokens: {
    verify: (token) =>
      Promise.resolve(
        token === 'good' ? accept('token:i#bob', 'token') : refuse('IDENTITY_EXPIRED', 'expired'),
      ),
  },
});
const chain = [new Uint8Array(1)];
const authenticate = (shown: Omit<Parameters<typeof decide>[0], 'request'>) =>
  decide({ ...shown, request });
const basic = (login: string): string => `Basic ${Buffer.from(login).toString('base64')}`;

test('nothing shown is anonymous', async () => {
  assert.deepEqual(await authenticate({ authorization: undefined, chain: [] }), {
    kind: 'anonymous',
  });
});

test('a chain alone decides', async () => {
  const outcome = await authenticate({ authorization: undefined, chain });
  assert.equal(outcome.kind === 'accepted' && outcome.principal.subject, 'x509:/CN=Alice');
});

test('a token decides alone and never falls back to the chain beside it', async () => {
  const good = await authenticate({ authorization: 'bearer  good', chain });
  assert.equal(good.kind === 'accepted' && good.principal.subject, 'token:i#bob');
  for (const authorization of [
    'Bearer bad',
    'Bearer',
    'Basic QTpC',
    'Basic',
    'Basic :good',
    basic('good'),
    basic('ada:'),
    basic('ada:good\nx'),
    'Digest good',
    '',
    'Bearer a, Bearer b',
  ]) {
    const outcome = await authenticate({ authorization, chain });
    assert.equal(outcome.kind, 'refused', authorization);
  }
});

test('a token that a client cut, as neon does with passwords, is told of', async () => {
  const explanation = async (authorization: string): Promise<string> => {
    const outcome = await authenticate({ authorization, chain });
    return outcome.kind === 'refused' ? outcome.explanation : 'accepted';
  };
  assert.match(await explanation(basic(`ada:${'e'.repeat(255)}`)), /cut after 255 .* add_header/);
  for (const length of [254, 256, 800]) {
    assert.equal(await explanation(basic(`ada:${'e'.repeat(length)}`)), 'expired');
  }
  assert.equal(await explanation(`Bearer ${'e'.repeat(255)}`), 'expired');
});

test('what is not configured is refused, not ignored', async () => {
  const none = createAuthenticate({});
  assert.equal((await none({ authorization: 'Bearer good', chain, request })).kind, 'refused');
  assert.equal((await none({ authorization: undefined, chain, request })).kind, 'refused');
});

test('a browser shows its token as the password of a login, whatever the user name', async () => {
  for (const login of ['ada:good', ':good', 'ada: good ']) {
    const outcome = await authenticate({ authorization: basic(login), chain });
    assert.equal(outcome.kind === 'accepted' && outcome.principal.subject, 'token:i#bob', login);
  }
});
