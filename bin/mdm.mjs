#!/usr/bin/env node
import { isPinnedMajor, keepCompiled, run } from './run.mjs';

// A second Node, or compiling the sources anew, would cost more than most commands.
keepCompiled();
if (isPinnedMajor()) await import('../src/cli/main.ts');
else run('src/cli/main.ts', process.argv.slice(2));
