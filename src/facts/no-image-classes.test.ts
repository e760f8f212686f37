import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sopClass } from '../dicom/index.ts';
import { holdsNoImage } from './no-image-classes.ts';

test('raw data, reports, states and documents hold no image; images and the unknown may', () => {
  for (const uid of [
    sopClass.RawDataStorage,
    sopClass.MRSpectroscopyStorage,
    sopClass.GrayscaleSoftcopyPresentationStateStorage,
    sopClass.XRayRadiationDoseSRStorage,
    sopClass.KeyObjectSelectionDocumentStorage,
    sopClass.SpatialRegistrationStorage,
    sopClass.EncapsulatedPDFStorage,
    sopClass.RTStructureSetStorage,
    '1.3.12.2.1107.5.9.1',
  ]) {
    assert.equal(holdsNoImage(uid), true, uid);
  }
  for (const uid of [
    sopClass.CTImageStorage,
    sopClass.EnhancedMRImageStorage,
    sopClass.LegacyConvertedEnhancedPETImageStorage,
    sopClass.SegmentationStorage,
    sopClass.ParametricMapStorage,
    sopClass.RTDoseStorage,
    sopClass.SecondaryCaptureImageStorage,
    '1.2.3',
    undefined,
  ]) {
    assert.equal(holdsNoImage(uid), false, uid);
  }
});
