import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import type { Audit, AuditEvent, AuditHead } from './audit.ts';
import type { AuditSink } from './audit-sink.ts';
import { createAudit } from './create-audit.ts';
import { auditLimits } from './limits.ts';
import { genesis } from './record.ts';

const event: AuditEvent = { action: 'read', subject: 's', outcome: 'success' };

/** A sink in memory that fails on demand. */
class MemorySink implements AuditSink {
  readonly groups: string[][] = [];
  readonly anchors: AuditHead[] = [];
  failing = false;
  recoveries = 0;
  gate: Promise<void> = Promise.resolve();

  async append(lines: Uint8Array): Promise<void> {
    await this.gate;
    if (this.failing) throw new Error('EIO');
    this.groups.push(Buffer.from(lines).toString('utf8').split('\n').slice(0, -1));
  }

  async anchor(head: AuditHead): Promise<void> {
    if (this.failing) throw new Error('EIO');
    this.anchors.push(head);
  }

  async recover(): Promise<void> {
    if (this.failing) throw new Error('EIO');
    this.recoveries += 1;
  }

  async close(): Promise<void> {}
}

class ManualClock implements Clock {
  now = 1_000;
  nowMs(): number {
    return 1_700_000_000_000 + this.now;
  }
  monotonicMs(): number {
    return this.now;
  }
  schedule(): never {
    throw new Error('no timers here');
  }
}

function made(limits = auditLimits): { audit: Audit; sink: MemorySink; clock: ManualClock } {
  const [sink, clock] = [new MemorySink(), new ManualClock()];
  const audit = createAudit({ sink, head: genesis, clock, log: silentLog, limits });
  return { audit, sink, clock };
}

test('records asked for while the disk is busy share one write', async () => {
  const { audit, sink } = made();
  const gate = Promise.withResolvers<void>();
  sink.gate = gate.promise;
  const first = audit.record(event);
  await Promise.resolve();
  await Promise.resolve();
  const others = Array.from({ length: 50 }, () => audit.record(event));
  gate.resolve();
  await Promise.all([first, ...others]);
  assert.deepEqual(
    sink.groups.map((group) => group.length),
    [1, 50],
  );
});

test('a record carries both clocks', async () => {
  const { audit, sink } = made();
  await audit.record(event);
  assert.match(sink.groups[0]?.[0] ?? '', /"utcMs":1700000001000,"monotonicMs":1000,/);
});

test('while it cannot write it refuses, and it recovers by itself', async () => {
  const { audit, sink, clock } = made();
  await audit.record(event);
  sink.failing = true;
  const unavailable = { code: 'AUDIT_UNAVAILABLE', disposition: 'transient' };
  await Promise.all([1, 2].map(() => assert.rejects(audit.record(event), unavailable)));
  assert.equal(audit.healthy, false);
  sink.failing = false;
  // The disk is left alone for a while.
  await assert.rejects(audit.record(event), unavailable);
  clock.now += auditLimits.recoveryIntervalMs;
  await audit.record(event);
  assert.equal(audit.healthy, true);
  assert.equal(sink.recoveries, 1);
  await audit.close();
  const actions = sink.groups.flat().map((line) => /"action":"([^"]+)"/.exec(line)?.[1]);
  assert.deepEqual(actions, ['read', 'read', 'audit-recovered']);
  assert.equal(audit.head.count, 3);
  assert.deepEqual(sink.anchors.at(-1), audit.head);
});

test('nothing is anchored before it is durable', async () => {
  const { audit, sink } = made();
  await audit.record(event);
  sink.failing = true;
  await assert.rejects(audit.record(event), { code: 'AUDIT_UNAVAILABLE' });
  assert.equal(audit.head.count, 1);
  assert.ok(sink.anchors.every((head) => head.count <= 1));
});

test('the queue is bounded, and so are the fields', async () => {
  const { audit, sink } = made({ ...auditLimits, waitingMax: 2 });
  const gate = Promise.withResolvers<void>();
  sink.gate = gate.promise;
  const accepted = [audit.record(event), audit.record(event)];
  await assert.rejects(audit.record(event), { code: 'AUDIT_UNAVAILABLE' });
  gate.resolve();
  await Promise.all(accepted);
  const path = 'x'.repeat(auditLimits.fieldLengthMax + 1);
  await assert.rejects(audit.record({ ...event, path }), { code: 'AUDIT_EVENT_INVALID' });
});

test('close waits for what was accepted and refuses the rest', async () => {
  const { audit, sink } = made();
  const accepted = audit.record(event);
  const closed = audit.close();
  await assert.rejects(audit.record(event), { code: 'AUDIT_UNAVAILABLE' });
  await Promise.all([accepted, closed]);
  assert.equal(sink.groups.length, 1);
});
