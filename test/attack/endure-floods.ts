import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../support/child.ts';
import type { UserName } from '../support/gateway.ts';
import type { Owner } from '../support/owner.ts';
import { processMemory, resetPeakMemory } from '../support/process-memory.ts';
import { listSeries } from '../support/scripted-pacs.ts';
import { type AttackSite, startAttackSite, type Victim } from './attack-site.ts';
import type { Measured } from './bystander.ts';
import type { floods } from './floods.ts';

/** `MDM_LONG=1`: enough requests for a p99 that means something, and the figure of the goal. */
const isLong = process.env['MDM_LONG'] === '1';
/** Of a list of floods: some 30 s each in the long form. */
const timeoutMs = isLong ? 1_200_000 : 290_000;
const requestCount = isLong ? 1_000 : 60;
/** A victim's memory may grow by this during an attack: its buffers, and what V8 has not collected. */
const growthBytesMax = 192 * 1024 * 1024;

/** A flood by a process of its own. */
export interface Attack {
  readonly flood: keyof typeof floods;
  readonly addresses: number;
  readonly lanes: number;
  /** The DICOM receiver of the gateway; by default the port of HTTPS. */
  readonly door?: 'receiver';
  /** By whom; by default a stranger. */
  readonly as?: UserName;
}

/** Few connections that are never idle. */
export const busy = { addresses: 5, lanes: 16 } as const;

/** What every listener meets: connections that are kept open by so many addresses, and busy ones. */
export function ofStrangers(addresses: number): readonly Attack[] {
  const silent = { addresses, lanes: 600 } as const;
  return [
    { flood: 'connections that say nothing', ...silent },
    { flood: 'half a TLS handshake, a byte a second', ...silent },
    { flood: 'half a header, a byte a second', ...silent },
    { flood: 'whole TLS handshakes', ...busy },
    { flood: 'requests of nobody on one connection', ...busy },
  ];
}

/**
 * A test for each attack: the bystander of a victim is measured before, during and after it, and the
 * victim's memory; everybody must be answered, in time, and memory be bounded.
 */
export function testFloods(name: string, victim: Victim, attacks: readonly Attack[]): void {
  test(name, { timeout: timeoutMs }, async (t) => {
    const at = await startAttackSite(t, listSeries({ slices: 4 }));
    for (const attack of attacks) {
      const by = attack.as === undefined ? '' : ' of a caller';
      await t.test(attack.flood + by, (one) => endure(one, at, { victim, attack }));
    }
  });
}

async function endure(
  t: TestContext,
  at: AttackSite,
  { victim, attack }: { readonly victim: Victim; readonly attack: Attack },
): Promise<void> {
  const bystander = at.bystanderOf(victim);
  const { pid } = at.service(victim);
  const control = await bystander.measure(requestCount);
  const rest = processMemory(pid).residentBytes;
  resetPeakMemory(pid);
  const attacker = await startFlood(t, at, { victim, attack });
  const during = await bystander.measure(requestCount);
  const [, did] = await attacker.waitForOutput(/did (\d+)\s*$/);
  await attacker.stop();
  const after = await bystander.measure(requestCount);
  const peak = processMemory(pid).peakBytes;
  t.diagnostic(
    `${t.name}: before ${told(control)}, during ${told(during)}, after ${told(after)} ms (p50/p99); ` +
      `memory ${mebibytes(rest)}, at most ${mebibytes(peak)} MiB; ${did} done`,
  );
  assert.deepEqual([...control.failures, ...during.failures, ...after.failures], []);
  const { p50Ms, p99Ms } = allowed(control, after);
  assert.ok(during.p50Ms <= p50Ms, `p50 ${during.p50Ms} ms, ${p50Ms} ms allowed`);
  assert.ok(during.p99Ms <= p99Ms, `p99 ${during.p99Ms} ms, ${p99Ms} ms allowed`);
  assert.ok(peak - rest <= growthBytesMax, `memory grew by ${mebibytes(peak - rest)} MiB`);
}

/**
 * Of what it takes without an attacker, before or after: twice, or 20 ms more. In the short form
 * victim, attacker, bystander and other tests share two cores; who starves takes ten seconds there.
 */
function allowed(before: Measured, after: Measured): Pick<Measured, 'p50Ms' | 'p99Ms'> {
  const [p50Ms, p99Ms] = [Math.max(before.p50Ms, after.p50Ms), Math.max(before.p99Ms, after.p99Ms)];
  const most = (aloneMs: number): number => Math.max(2 * aloneMs, aloneMs + 20);
  if (isLong) return { p50Ms: most(p50Ms), p99Ms: most(p99Ms) };
  return { p50Ms: 10 * p50Ms + 1_000, p99Ms: 10 * p99Ms + 5_000 };
}

async function startFlood(
  owner: Owner,
  at: AttackSite,
  { victim, attack }: { readonly victim: Victim; readonly attack: Attack },
): Promise<Child> {
  const { flood, addresses, lanes, door, as } = attack;
  const port = door === 'receiver' ? at.receiverPort : at.portOf(victim);
  const party = victim === 'gateway' ? undefined : victim;
  const authorization = as && `Bearer ${at.tokenOf(as, party)}`;
  const script = fileURLToPath(new URL('flood.child.ts', import.meta.url));
  const json = JSON.stringify({
    port,
    lanes,
    authorization,
    addresses: Array.from({ length: addresses }, (_, index) => `127.0.0.${index + 2}`),
  });
  const attacker = await startChild(owner, [process.execPath, script, flood, json], {
    stopSignal: 'SIGKILL',
  });
  await attacker.waitForOutput(/^on$/m);
  return attacker;
}

function told({ p50Ms, p99Ms }: Measured): string {
  return `${p50Ms}/${p99Ms}`;
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
