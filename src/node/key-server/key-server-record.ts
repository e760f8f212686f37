import { join } from 'node:path';
import { lockFile } from '../../db/index.ts';
import { acceptRecord, verifyRecord } from '../../keyserver/index.ts';
import { systemClock } from '../../lib/clock.ts';
import type { AuditRecordDesk } from '../audit-record.ts';
import type { KeyServerConfig } from '../config/key-server-config.ts';
import type { LoadedConfig } from '../config/load-config.ts';

/** The audit record of a key server. */
export function keyServerRecord({ config, path }: LoadedConfig<KeyServerConfig>): AuditRecordDesk {
  const places = { folder: path(config.data), masterKeyFile: path(config.masterKey) };
  return {
    verify: (options) => verifyRecord(places, options),
    async accept(acceptance) {
      const held = lockFile(join(places.folder, 'lock'));
      try {
        return await acceptRecord(places, { ...acceptance, clock: systemClock });
      } finally {
        held.release();
      }
    },
  };
}
