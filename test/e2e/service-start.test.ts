/** What a service refuses to start with, before it changes anything, and that it ends with who runs it. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { type Finished, runChild, startChild } from '../support/child.ts';
import { tempFolder } from '../support/temp.ts';
import { type Story, startStory } from './story.ts';

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

type Settings = Record<string, Record<string, unknown>>;

/** Write a service's configuration with its own data folder and changes; gives path and folder. */
async function changed(
  t: TestContext,
  options: { readonly story: Story; readonly name: string },
  change: (settings: Settings, folder: string) => void,
) {
  const folder = await tempFolder(t);
  const text = readFileSync(join(options.story.folder, `${options.name}.yaml`), 'utf8');
  const settings = parse(text) as Settings;
  const data = join(folder, 'data');
  Object.assign(settings, {
    data,
    ...(options.name === 'gateway' ? {} : { masterKey: `${data}.key` }),
  });
  Object.assign(settings['listen'] ?? {}, { port: 0 });
  change(settings, folder);
  const config = join(folder, 'service.yaml');
  writeFileSync(config, stringify(settings));
  return { config, data };
}

const serve = (role: string, config: string): Promise<Finished> =>
  runChild([process.execPath, file('src/cli/main.ts'), 'serve', '--role', role, '-c', config], {
    timeoutMs: 20_000,
  });

test('a service that cannot be safe, or not work, does not start and changes nothing', async (t) => {
  const story = await startStory(t, { gateway: { tls: true } });
  const { grid } = story;
  assert.ok(grid !== undefined);
  const keyServerPort = Number(new URL(story.keyServers[0]?.url ?? '').port);
  const exposed = (settings: Settings, folder: string): void => {
    const key = join(folder, 'tls.key');
    writeFileSync(key, readFileSync(grid.hostKeyPath), { mode: 0o640 });
    Object.assign(settings['listen'] ?? {}, { tls: { certificate: grid.hostCertPath, key } });
  };
  const open = (settings: Settings, folder: string): void => {
    const jwks = join(folder, 'jwks.json');
    writeFileSync(jwks, '{"keys":[]}');
    chmodSync(jwks, 0o666);
    const audience = 'masterKey' in settings ? {} : { audience: 'y' };
    Object.assign(settings, { issuers: [{ issuer: 'x', ...audience, jwks }] });
  };
  const plain = (settings: Settings): void => {
    delete settings['listen']?.['tls'];
    Object.assign(settings['listen'] ?? {}, { host: '0.0.0.0' });
  };
  const port = (taken: number) => (settings: Settings) =>
    void Object.assign(settings['listen'] ?? {}, { port: taken });
  const twice = (settings: Settings): void => {
    const { servers } = settings['keyServers'] as { servers: { url: string }[] };
    const [first, second] = servers;
    Object.assign(second ?? {}, { url: first?.url.replace('localhost', '127.0.0.1') });
  };
  const cases = [
    ['gateway', 'a TLS key that a group may read', exposed, /CONFIG_SECRET_EXPOSED.*mode 0640/],
    ['keyserver', 'a TLS key that a group may read', exposed, /CONFIG_SECRET_EXPOSED.*mode 0640/],
    ['gateway', 'token keys that anybody may change', open, /CONFIG_SECRET_EXPOSED.*mode 0666/],
    ['keyserver', 'token keys that anybody may change', open, /CONFIG_SECRET_EXPOSED.*mode 0666/],
    ['gateway', 'plain HTTP for everybody', plain, /LISTENER_INSECURE_ADDRESS: listen: 0\.0\.0\.0/],
    ['keyserver', 'plain HTTP for everybody', plain, /LISTENER_INSECURE_ADDRESS: listen: 0\./],
    ['gateway', 'a port in use', port(story.port), /LISTENER_ADDRESS_IN_USE: listen: /],
    ['keyserver', 'a port in use', port(keyServerPort), /LISTENER_ADDRESS_IN_USE: listen: /],
    ['gateway', 'two key servers that are one', twice, /KEYS_CONFIG_INVALID.*are one server/],
    [
      'gateway',
      'a port of the receiver in use',
      (settings: Settings) =>
        void Object.assign(settings, {
          receiver: { host: '127.0.0.1', port: story.port, aeTitle: 'MDM' },
        }),
      /LISTENER_ADDRESS_IN_USE: receiver: /,
    ],
  ] as const;
  for (const [role, what, change, message] of cases) {
    const name = role === 'gateway' ? 'gateway' : 'hospital';
    const { config, data } = await changed(t, { story, name }, change);
    const { code, stderr } = await serve(role, config);
    assert.notEqual(code, 0, `${role}: ${what}`);
    assert.match(stderr, message, `${role}: ${what}`);
    assert.equal(existsSync(data), false, `${role}: ${what}: nothing was made`);
  }
});

test('a secret made at an earlier start is refused once others may read it', async (t) => {
  const story = await startStory(t);
  await story.stop('gateway');
  await story.stop('hospital');
  const files = [
    ['gateway', 'gateway/clinical/keys/hospital.key'],
    ['gateway', 'gateway/clinical/keys/producer.pem'],
    ['gateway', 'gateway/clinical/keys/collections/open.key'],
    ['gateway', 'gateway/computing/keys/policy-feed.pem'],
    ['gateway', 'gateway/computing/keys/service.pem'],
    ['hospital', 'key-server-hospital.key'],
  ] as const;
  for (const [name, secret] of files) {
    const path = join(story.folder, secret);
    chmodSync(path, 0o644);
    const role = name === 'gateway' ? name : 'keyserver';
    const { stderr } = await serve(role, join(story.folder, `${name}.yaml`));
    assert.match(stderr, new RegExp(`CONFIG_SECRET_EXPOSED: .*${secret} `));
    chmodSync(path, 0o600);
  }
  await story.start('hospital');
  await story.start('gateway');
});

/** Until the process is gone; false if it is there after the limit. */
async function isGone(pid: number, limitMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < limitMs; waitedMs += 50) {
    if (!existsSync(`/proc/${pid}`)) return true;
    await delay(50);
  }
  return false;
}

/** End a service that a test left behind. */
function killAfter(t: TestContext, pid: number): void {
  assert.ok(pid > 0);
  t.after(() => {
    if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
  });
}

test('a service ends when the process that runs it for its user is killed', async (t) => {
  const story = await startStory(t);
  await story.stop('hospital');
  const config = join(story.folder, 'hospital.yaml');
  const run = [file('bin/run.mjs'), 'src/cli/main.ts', 'serve', '--role', 'keyserver'];
  const wrapper = await startChild(t, [process.execPath, ...run, '-c', config]);
  await wrapper.waitForOutput(/^https?:\S+$/m);
  const children = readFileSync(`/proc/${wrapper.pid}/task/${wrapper.pid}/children`, 'utf8');
  const wrapped = Number(children.trim().split(' ')[0]);
  killAfter(t, wrapped);
  wrapper.kill('SIGKILL');
  assert.ok(await isGone(wrapped, 10_000), 'of the command');

  const script = file('test/e2e/service-parent.child.ts');
  const parent = await startChild(t, [process.execPath, script, config, story.folder]);
  const [, pid] = await parent.waitForOutput(/service (\d+)/);
  killAfter(t, Number(pid));
  parent.kill('SIGKILL');
  assert.ok(await isGone(Number(pid), 10_000), 'of the demonstration');
});
