import { runTests } from './check/run-tests.ts';
import { checkSuites, testFiles } from './check/suites.ts';

// `npm run check`: what must hold before every commit, in under a minute. Arguments narrow it to
// the test files whose path contains one of them: `npm run check -- src/dimse`.
const files = await testFiles(checkSuites, process.argv.slice(2));
process.exitCode = await runTests(files, { fileTimeoutMs: 45_000 });
