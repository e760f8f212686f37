import { acceptAudit, verifyAudit } from '../../audit/index.ts';
import { lockFile } from '../../db/index.ts';
import type { AuditRecordDesk } from '../audit-record.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { gatewayFolders } from './gateway-folders.ts';

/** The audit record of a gateway. */
export function gatewayRecord({ config, path }: LoadedConfig<GatewayConfig>): AuditRecordDesk {
  const { lock, computing } = gatewayFolders(path(config.data));
  const places = { path: computing.audit, headFile: computing.auditHead };
  return {
    verify: (options) => verifyAudit(places.path, { ...options, headFile: places.headFile }),
    async accept(acceptance) {
      const held = lockFile(lock);
      try {
        return await acceptAudit({ ...places, ...acceptance });
      } finally {
        held.release();
      }
    },
  };
}
