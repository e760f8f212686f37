import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOtherNameOf } from './walk.ts';

test('the name of every volume gives way to the one that the server says is unique', () => {
  assert.ok(isOtherNameOf('volume.nii.gz', 'v-0123456789abcdef.nii.gz'));
  assert.ok(isOtherNameOf('volume.nii', 'v-0123456789abcdef_ph.nii'));
  assert.ok(isOtherNameOf('volume.nii.c4gh', 'v-0123456789abcdef.nii.c4gh'));
});

test('nothing else gives way, and to nothing that is no name or another form', () => {
  assert.ok(!isOtherNameOf('volume.nii', 'v-0123456789abcdef.nii.gz'));
  assert.ok(!isOtherNameOf('volume.nii', 'v-0123456789abcdef.nii.c4gh'));
  assert.ok(!isOtherNameOf('i-1.dcm', 'i-2.dcm'));
  for (const name of ['../v-1.nii', '/v-1.nii', 'v-1.nii/../x.nii', '.nii', 'v-1\0.nii', 'x.nii']) {
    assert.ok(!isOtherNameOf('volume.nii', name), JSON.stringify(name));
  }
});
