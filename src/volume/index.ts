export { corrections } from './corrections/index.ts';
export {
  compareSources,
  type DescribedStack,
  type SourceSlice,
  type StackTrait,
  slicesInFile,
} from './described-stack.ts';
export { volumeEdition } from './edition.ts';
export { type VolumeRefusal, volumeErrors } from './errors.ts';
export { faultsOf, type PlacedSlice } from './faults.ts';
export { inrimageFormat } from './formats/inrimage/inrimage.ts';
export { niftiFormat } from './formats/nifti/nifti.ts';
export { nrrdFormat } from './formats/nrrd/nrrd.ts';
export { gzipMembers, gzipRecipe } from './gzip/gzip-members.ts';
export { volumeLimits } from './limits.ts';
export { frameShapeOf } from './pixel-format.ts';
export { checkSlice, planFromPositions, planVolume } from './plan.ts';
export { planInSteps, planSeries } from './plan-series.ts';
export { type Deviation, type Doubt, deviationOf, doubtsOf } from './quality.ts';
export type { CorrectionTold, RefusedStack } from './refused-stack.ts';
export { retrieveOrder } from './retrieve-order.ts';
export { type DiffusionTable, diffusionOf } from './sidecar/diffusion.ts';
export { sidecarOf } from './sidecar/sidecar.ts';
export { isSlice, positionOf, type SliceShape, shapeOf } from './slice.ts';
export { slicesOf } from './slices-of.ts';
export type { StackCorrection } from './stack-correction.ts';
export { stackSuffixOf } from './stack-suffix.ts';
export { toldApartBy } from './told-apart.ts';
export type { Vector3 } from './vector.ts';
export type {
  CorrectedStack,
  PixelFormat,
  PlanOutcome,
  PlanSlice,
  SliceGeometry,
  StackOutcome,
  VolumeFormat,
  VolumePlan,
} from './volume-format.ts';
export {
  hasOutputValues,
  isUnscaled,
  outputTypeOf,
  outputValues,
} from './voxels/output-values.ts';
export {
  type FrameTile,
  type RowBand,
  type SlicePixels,
  toVoxels,
  voxelBytesOf,
} from './voxels/to-voxels.ts';
