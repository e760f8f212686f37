import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../../test/support/manual-clock.ts';
import { jsonLog } from '../../lib/log.ts';
import { pacsErrors } from '../../pacs/errors.ts';
import type { Registration } from '../../registration/index.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import { Crawler } from './crawler.ts';
import type { OpenSource } from './open-sources.ts';

test('a walk that a PACS refuses is logged with the status that it gave', async () => {
  const lines: string[] = [];
  const error = pacsErrors.create('PACS_QUERY_FAILED', {
    context: { status: 0xc000, reason: 'DIMSE_STATUS' },
  });
  const crawler = new Crawler({
    config: { crawl: { atStart: false, everyMinutes: 60 } } as GatewayConfig, // all that it looks at
    registration: { crawl: () => Promise.reject(error) } as Partial<Registration> as Registration, // the same
    sources: new Map([['one', {} as OpenSource]]), // passed on only
    clock: manualClock(),
    log: jsonLog({ write: (line) => lines.push(line), nowMs: () => 0 }),
  });
  await assert.rejects(crawler.crawl('one'), { code: 'PACS_QUERY_FAILED' });
  const { event, pacs, code, reason, status } = JSON.parse(lines[0] ?? '') as Record<
    string,
    string
  >;
  assert.deepEqual(
    [event, pacs, code, reason, status],
    ['registration.crawl_failed', 'one', 'PACS_QUERY_FAILED', 'DIMSE_STATUS', '0xC000'],
  );
  assert.equal(crawler.failureOf('one'), 'PACS_QUERY_FAILED');
});
