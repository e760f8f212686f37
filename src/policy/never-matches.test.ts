import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type NameSources, neverMatches } from './never-matches.ts';

const full: NameSources = {
  certificates: true,
  issuers: [{ issuer: 'https://idp' }, { issuer: 'https://vo', groupPrefixes: ['/lab'] }],
};
const none: NameSources = { certificates: false, issuers: [] };

test('who can be is let through', () => {
  for (const who of [
    'authenticated',
    'user:x509:/C=NL/CN=Ada',
    'user:token:https://idp#ada',
    'group:readers',
    'group:/lab',
    'group:/lab/ct/Role=admin',
    'group:/lab/ct/Role=NULL/Capability=NULL',
  ]) {
    assert.equal(neverMatches(who, full), undefined, who);
  }
});

test('who can never be is refused in a sentence that says why', () => {
  const rows: readonly (readonly [string, NameSources, RegExp])[] = [
    ['user:ada', full, /a user is user:x509/],
    ['user:token:ada', full, /a user is user:x509/],
    ['user:token:https://idp#', full, /a user is user:x509/],
    ['user:token:https://other#ada', full, /no issuer https:\/\/other is configured/],
    ['user:x509:CN=Ada,C=NL', full, /is written \/C=NL/],
    ['user:x509:/CN=Ada', none, /no client certificate is accepted/],
    ['group:/lab//ct', full, /is written \/vo\/group/],
    ['group:/lab/Role=', full, /is written \/vo\/group/],
    ['group:/lab/Role=a/ct', full, /is written \/vo\/group/],
    ['group:/labor', full, /may say that somebody is in \/labor/],
    ['group:two words', full, /no spaces/],
    ['group:readers', none, /may say that somebody is in readers/],
  ];
  for (const [who, sources, why] of rows) assert.match(neverMatches(who, sources) ?? '', why, who);
});
