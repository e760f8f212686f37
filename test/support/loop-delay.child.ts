import { renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

// Loaded into a service by `--import`: how long its event loop was held up. At SIGUSR2 it writes
// what it saw since the last time to `<MDM_LOOP_DELAY>.json`, and begins anew.

const path = process.env['MDM_LOOP_DELAY'];
const delays = monitorEventLoopDelay({ resolution: 2 });
if (path !== undefined) {
  delays.enable();
  writeFileSync(`${path}.pid`, `${process.pid}`);
  process.on('SIGUSR2', () => {
    const ms = (nanoseconds: number): number => nanoseconds / 1e6;
    const seen = {
      samples: delays.count,
      p50: ms(delays.percentile(50)),
      p999: ms(delays.percentile(99.9)),
      max: ms(delays.max),
    };
    delays.reset();
    writeFileSync(`${path}.part`, JSON.stringify(seen));
    renameSync(`${path}.part`, `${path}.json`);
  });
}
