import { join } from 'node:path';

/** Where a gateway keeps what, below its data folder. Clinical and computing side never share a folder. */
export function gatewayFolders(data: string) {
  const clinical = join(data, 'clinical');
  const computing = join(data, 'computing');
  return {
    /** Held by the one process that may work on all of it. */
    lock: join(data, 'lock'),
    clinical: {
      index: join(clinical, 'index.db'),
      /** Everything identified that rests is encrypted under it. */
      hospitalKey: join(clinical, 'keys', 'hospital.key'),
      collectionKeys: join(clinical, 'keys', 'collections'),
      /** Frames on their way, without a name, under keys that only memory holds. */
      spill: join(clinical, 'spill'),
      /** Signs receipts and deposits. */
      producerKey: join(clinical, 'keys', 'producer.pem'),
    },
    computing: {
      catalog: join(computing, 'catalog.db'),
      feed: join(computing, 'policy-feed.db'),
      replicas: join(computing, 'replicas'),
      audit: join(computing, 'audit'),
      /** Newest head of the audit record. */
      auditHead: join(computing, 'keys', 'audit.head'),
      /** How far the records of the key servers were, and what they showed of this one. */
      auditAnchors: join(computing, 'keys', 'audit.anchors'),
      /** Signs the policy feed. */
      feedKey: join(computing, 'keys', 'policy-feed.pem'),
      /** Signs the gateway's own tokens for the key servers. */
      serviceKey: join(computing, 'keys', 'service.pem'),
      serviceKeySet: join(computing, 'keys', 'service.jwks.json'),
    },
  };
}

export type GatewayFolders = ReturnType<typeof gatewayFolders>;
