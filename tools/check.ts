import { runTests } from './check/run-tests.ts';
import { checkSuites, slowSuite, testFiles } from './check/suites.ts';

// `npm run check`: what must hold before every commit, in under a minute. Arguments narrow it to
// the test files whose path contains one of them, slow ones too: `npm run check -- src/dimse`.
const only = process.argv.slice(2);
const files = await testFiles(only.length === 0 ? checkSuites : [...checkSuites, slowSuite], only);
process.exitCode = await runTests(files, { fileTimeoutMs: 120_000 });
