import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { type EventData, run } from 'node:test';
import { spec } from 'node:test/reporters';
import { projectRoot } from '../project-root.ts';

/**
 * Run test files, two at a time, and report; gives the exit code. No file at all is a failure.
 * Long forms measure: nothing runs beside a file, and what its tests note of themselves is told.
 */
export async function runTests(
  files: readonly string[],
  options: { readonly fileTimeoutMs: number; readonly isLong?: boolean },
): Promise<number> {
  const { fileTimeoutMs, isLong = false } = options;
  if (files.length === 0) {
    process.stderr.write('No test file matches.\n');
    return 1;
  }
  // Each file is a process, and most start others: what they load is compiled once.
  process.env['NODE_COMPILE_CACHE'] ??= join(projectRoot, '.cache', 'compiled');
  let failed = false;
  const events = run({
    files: files.map((file) => join(projectRoot, file)),
    cwd: projectRoot,
    concurrency: isLong ? 1 : 2,
    // As services run: memory that a test bounds is then not what V8 has not collected yet.
    execArgv: ['--max-semi-space-size=8'],
    timeout: fileTimeoutMs,
  });
  events.on('test:fail', (event: EventData.TestFail) => {
    // A failing `todo` is no failure.
    if (event.todo === undefined || event.todo === false) failed = true;
  });
  for await (const chunk of Readable.from(briefly(events, isLong)).pipe(new spec()))
    process.stdout.write(chunk);
  return failed ? 1 : 0;
}

type TestEvent = { readonly type: string; readonly data: unknown };

/**
 * What a person wants to read: one line a file, the failures, the skips, the summary. The passing
 * tests of a conformance table alone are hundreds of lines.
 */
async function* briefly(
  events: AsyncIterable<TestEvent>,
  withNotes: boolean,
): AsyncGenerator<TestEvent> {
  for await (const event of events) {
    if (event.type === 'test:summary') printFile(event.data as EventData.TestSummary);
    if (isWorthReading(event, withNotes)) yield event;
  }
}

function isWorthReading({ type, data }: TestEvent, withNotes: boolean): boolean {
  if (type === 'test:start' || type === 'test:enqueue' || type === 'test:dequeue') return false;
  // What a test notes of itself; the lines of the summary belong to no file.
  if (type === 'test:diagnostic') {
    return withNotes || (data as EventData.TestDiagnostic).file === undefined;
  }
  if (type !== 'test:pass') return true;
  const { skip } = data as EventData.TestPass;
  return skip !== undefined && skip !== false;
}

function printFile({ file, success, counts, duration_ms }: EventData.TestSummary): void {
  if (file === undefined) return;
  const skipped = counts.skipped === 0 ? '' : `, ${counts.skipped} skipped`;
  const seconds = (duration_ms / 1000).toFixed(1);
  const mark = success ? 'ok  ' : 'FAIL';
  const name = relative(projectRoot, file);
  process.stdout.write(`${mark} ${name}: ${counts.tests} tests${skipped}, ${seconds} s\n`);
}
