import { join } from 'node:path';
import { buildClient } from './build/one-file.ts';
import { projectRoot } from './project-root.ts';

// `npm run build`: the client as one file.
const file = join(projectRoot, 'dist', 'mdm.mjs');
await buildClient(file);
process.stdout.write(`${file}\n`);
