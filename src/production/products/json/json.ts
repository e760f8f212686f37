import { sidecarOf } from '../../../volume/index.ts';
import type { TextProduct } from '../product.ts';

const software = { name: 'Medical Data Manager', sidecar: '1' } as const;

/** What explains a volume, as the field's programs read it beside a NIfTI file. @standard BIDS */
export const json: TextProduct = {
  name: 'json',
  of: 'stack',
  mediaType: 'application/json',
  voxels: 'none',
  recipe: [{ name: 'format', value: `sidecar ${software.sidecar}` }],
  has: () => true,
  text(stack) {
    const keys = {
      ...sidecarOf(stack),
      ConversionSoftware: software.name,
      ConversionSoftwareVersion: software.sidecar,
    };
    return `${JSON.stringify(keys, null, 2)}\n`;
  },
};
