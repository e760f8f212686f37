import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openFile, sopClass } from '../../src/dicom/index.ts';
import { identify } from '../../src/flow/mint/identified.ts';
import { writeLargeEnhanced } from './large-enhanced.ts';
import { processMemory, resetPeakMemory } from './process-memory.ts';
import {
  jobOf,
  openWorkshop,
  plaintextOf,
  resultsOf,
  targetOf,
  testDeidentifier,
} from './production.ts';

// What a large enhanced object costs the process that makes a volume of it, as JSON on standard
// output: `make PATH SLICES TIMES slice|time VENDOR-ELEMENTS own|alike` writes one, `run PATH UID nii|dcm` takes it.

const [mode = '', path = '', ...rest] = process.argv.slice(2);
if (mode === 'make') await make(rest);
else await run(rest);

async function make([
  slices,
  times,
  fastest,
  vendorElements,
  kind,
]: readonly string[]): Promise<void> {
  const uid = await writeLargeEnhanced(path, {
    slices: Number(slices),
    times: Number(times),
    fastest: fastest === 'time' ? 'time' : 'slice',
    vendorElements: Number(vendorElements),
    isOwn: kind === 'own',
    rows: 64,
    columns: 64,
  });
  process.stdout.write(`${uid}\n`);
}

async function run([sopInstanceUid = '', product = 'nii']: readonly string[]): Promise<void> {
  const releases: (() => unknown)[] = [];
  const owner = { after: (one: () => unknown) => void releases.push(one) };
  const workshop = await openWorkshop(owner, { capacityBytes: 8 * 2 ** 30 });
  const name = 'i-0123456789abcdef';
  const instances = async function* () {
    const { dataSet, transferSyntaxUid } = await openFile(createReadStream(path));
    const sopClassUid = sopClass.EnhancedMRImageStorage;
    yield { name, instance: identify({ sopClassUid, sopInstanceUid, transferSyntaxUid, dataSet }) };
  };
  const series = {
    names: [name],
    expected: [{ name, record: undefined }],
    instance: () => assertNever(),
    pixels: () => assertNever(),
  };
  const wanted = product === 'dcm' ? { product, instanceName: name } : { product };
  const targets = [targetOf({ fileId: 1, ...wanted })];
  // A gateway has read files before.
  for await (const _chunk of createReadStream(path)) break;
  await new Promise((resolve) => setTimeout(resolve, 500));
  const idleBytes = processMemory(process.pid).residentBytes;
  resetPeakMemory(process.pid);
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const stretches = watchStretches();
  const startMs = performance.now();
  const before = process.cpuUsage();
  const results = await resultsOf(
    workshop.production.produce(
      jobOf(workshop, series, { targets, instances: instances(), deidentifier: testDeidentifier }),
    ),
  );
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - startMs) / 1000;
  delays.disable();
  const stretchMs = stretches.end();
  const { peakBytes } = processMemory(process.pid);
  const sha256: string[] = [];
  for (const result of results) {
    if (result.kind !== 'produced') continue;
    const bytes = await plaintextOf(workshop, result);
    sha256.push(createHash('sha256').update(bytes).digest('hex').slice(0, 16));
  }
  const ms = (nanoseconds: number): number => Math.round(nanoseconds / 1e5) / 10;
  process.stdout.write(
    `${JSON.stringify({
      results: results.map((result) =>
        result.kind === 'refused'
          ? result.code
          : result.kind === 'failed'
            ? result.error.code
            : result.kind,
      ),
      sha256,
      aboveIdleMebibytes: Math.round((peakBytes - idleBytes) / 2 ** 20),
      peakMebibytes: Math.round(peakBytes / 2 ** 20),
      delayMs: {
        p99: ms(delays.percentile(99)),
        p999: ms(delays.percentile(99.9)),
        max: ms(delays.max),
      },
      stretchMs,
      seconds: Math.round(seconds * 10) / 10,
      cpuSeconds: Math.round((user + system) / 1e5) / 10,
    })}\n`,
  );
  for (const one of releases.toReversed()) await one();
  process.exit(0);
}

/**
 * Processor time of this thread from one turn of the loop to the next, which no other program on the
 * machine makes longer: the five longest, ms.
 */
function watchStretches(): { end(): readonly number[] } {
  let longest: number[] = [];
  let last = process.threadCpuUsage();
  const timer = setInterval(() => {
    const now = process.threadCpuUsage();
    const ms = (now.user - last.user + now.system - last.system) / 1000;
    longest = [...longest, Math.round(ms)].toSorted((a, b) => b - a).slice(0, 5);
    last = now;
  }, 1);
  return {
    end() {
      clearInterval(timer);
      return longest;
    },
  };
}

function assertNever(): never {
  throw new Error('not asked for');
}
