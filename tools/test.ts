import { printAbsent } from './check/absence.ts';
import { runTests } from './check/run-tests.ts';
import { checkSuites, furtherSuites, testFiles } from './check/suites.ts';

// `npm test`: everything. Says first what the machine lacks, ends with node:test's own summary.
// Arguments narrow it to the test files whose path contains one of them: `npm test -- interop`.
printAbsent();
const suites = [...checkSuites, ...furtherSuites];
const files = await testFiles(suites, process.argv.slice(2));
const isLong = process.env['MDM_LONG'] === '1';
process.exitCode = await runTests(files, { fileTimeoutMs: isLong ? 7_200_000 : 300_000, isLong });
