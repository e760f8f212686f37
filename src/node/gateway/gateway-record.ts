import { AnchorFile, acceptAudit, type VerifyOptions, verifyAudit } from '../../audit/index.ts';
import { lockFile } from '../../db/index.ts';
import type { AuditRecordDesk } from '../audit-record.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { gatewayFolders } from './gateway-folders.ts';

/** The audit record of a gateway. */
export function gatewayRecord({ config, path }: LoadedConfig<GatewayConfig>): AuditRecordDesk {
  const { lock, computing } = gatewayFolders(path(config.data));
  const places = { path: computing.audit, headFile: computing.auditHead };
  const withMissed = async <Options extends VerifyOptions>(options: Options) => {
    const anchors = await AnchorFile.open(computing.auditAnchors);
    return { ...options, anchors: [...(options.anchors ?? []), ...anchors.missed] };
  };
  return {
    async verify(options) {
      const { headFile } = places;
      return verifyAudit(places.path, { ...(await withMissed(options)), headFile });
    },
    async accept(acceptance) {
      const held = lockFile(lock);
      try {
        const gap = await acceptAudit({ ...places, ...(await withMissed(acceptance)) });
        await (await AnchorFile.open(computing.auditAnchors)).forgetMissed();
        return gap;
      } finally {
        held.release();
      }
    },
  };
}
