import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityErrors } from '../identity/errors.ts';
import { accessErrors } from './errors.ts';
import { refusedAdvice } from './refused-credential.ts';

const none = accessErrors.rows.ACCESS_SRM_UNAUTHENTICATED;

/** What a caller is told whose credential was refused with a code. */
function adviceFor(code: keyof typeof identityErrors.rows): string {
  return refusedAdvice({ code, explanation: '' }, none).user;
}

test('the advice of a refusal is that of its reason; who showed nothing is told what to show', () => {
  assert.equal(adviceFor('IDENTITY_EXPIRED'), identityErrors.rows.IDENTITY_EXPIRED.user);
  assert.equal(refusedAdvice(undefined, none).user, none.user);
});

test('nobody whose proxy was refused is told to get another', () => {
  const advice = adviceFor('IDENTITY_PROXY_UNSUPPORTED');
  assert.match(advice, /\bunset X509_USER_PROXY\b/);
  for (const { user, operator } of Object.values(identityErrors.rows))
    assert.doesNotMatch(`${user} ${operator}`, /voms-proxy|(fresh|new) proxy/i);
});
