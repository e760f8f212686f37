import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipMembers } from '../../src/volume/gzip/gzip-members.ts';
import { gzipLimits } from '../../src/volume/gzip/limits.ts';
import { runTool } from '../support/child.ts';
import { requireTool } from '../support/require-tool.ts';
import { tempFolder } from '../support/temp.ts';

/** Three members and a bit, the plaintext of a slice-like pattern. */
const plaintext = Buffer.from(
  Uint8Array.from({ length: 3 * gzipLimits.memberPlaintextBytes + 12_345 }, (_, index) =>
    index % 2 === 0 ? (index * 31) >> 9 : index >> 18,
  ),
);

async function* source(): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < plaintext.length; offset += 300_000) {
    yield plaintext.subarray(offset, offset + 300_000);
  }
}

const readers: Readonly<
  Record<string, (packed: string, plain: string) => readonly [string, ...string[]]>
> = {
  gunzip: (packed, plain) => ['sh', '-c', 'gunzip -c "$1" > "$2"', 'sh', packed, plain],
  python3: (packed, plain) => [
    '/usr/bin/python3',
    '-c',
    'import gzip, sys; open(sys.argv[2], "wb").write(gzip.open(sys.argv[1]).read())',
    packed,
    plain,
  ],
};

for (const [tool, command] of Object.entries(readers)) {
  test(`${tool} joins the members to the plaintext`, { skip: requireTool(tool) }, async (t) => {
    const folder = await tempFolder(t);
    const [packed, plain] = [join(folder, 'v.nii.gz'), join(folder, 'v.nii')];
    await writeFile(packed, gzipMembers(source()));
    await runTool(...command(packed, plain));
    assert.equal(Buffer.compare(readFileSync(plain), plaintext), 0);
  });
}

test('gzip -t finds nothing wrong', { skip: requireTool('gzip') }, async (t) => {
  const packed = join(await tempFolder(t), 'v.nii.gz');
  await writeFile(packed, gzipMembers(source()));
  await runTool('gzip', '-t', packed);
});
