const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Keys of the field's converter that our sidecars have, with the same values. */
export const equalKeys: ReadonlySet<string> = words(`
  Modality MagneticFieldStrength ImagingFrequency Manufacturer BodyPartExamined PatientPosition
  MRAcquisitionType ScanningSequence SequenceVariant ScanOptions ImageType ImageTypeText
  NonlinearGradientCorrection SeriesNumber AcquisitionNumber SliceThickness SpacingBetweenSlices EchoTime
  EchoNumber RepetitionTime InversionTime FlipAngle PartialFourier BaseResolution PhaseResolution
  PercentPhaseFOV PercentSampling EchoTrainLength PhaseEncodingSteps AcquisitionMatrixPE ReconMatrixPE
  BandwidthPerPixelPhaseEncode EffectiveEchoSpacing DerivedVendorReportedEchoSpacing TotalReadoutTime
  EstimatedEffectiveEchoSpacing EstimatedTotalReadoutTime PixelBandwidth DwellTime
  ParallelReductionFactorInPlane MultibandAccelerationFactor ParallelAcquisitionTechnique RefLinesPE
  WaterFatShift MTState SpoilingState NumberOfAverages AcquisitionDuration DelayTime
  PhaseEncodingDirection PhaseEncodingAxis InPlanePhaseEncodingDirectionDICOM PhaseEncodingPolarityGE
  SliceTiming ImageOrientationPatientDICOM ImageOrientationText PhaseEncodingDirectionDisplayed
  PartialFourierDirection CoilCombinationMethod MatrixCoilMode RawImage PhilipsRWVSlope PhilipsRWVIntercept
  PhilipsRescaleSlope PhilipsRescaleIntercept PhilipsScaleSlope UsePhilipsFloatNotDisplayScaling Units
  DecayCorrection FrameTimesStart FrameDuration RadionuclideTotalDose RadionuclideHalfLife
`);

/** Words of operators and vendors: absent until a collection asks for them. */
export const optionalKeys: ReadonlySet<string> = words(`
  ManufacturersModelName SoftwareVersions SeriesDescription ProtocolName SequenceName PulseSequenceName
  InternalPulseSequenceName PulseSequenceDetails
`);

/** What names a place, a person or a device, links scans, or follows from a weight. */
export const neverKeys: ReadonlySet<string> = words(`
  InstitutionName InstitutionAddress InstitutionalDepartmentName DeviceSerialNumber StationName
  ProcedureStepDescription ImageComments ConsistencyInfo AcquisitionTime ReceiveCoilName
  ReceiveCoilActiveElements CoilString ShimSetting TxRefAmp PrescanReuseString SAR
`);

/** Of our own making. */
export const ownKeys: ReadonlySet<string> = words(
  'ConversionSoftware ConversionSoftwareVersion InjectionStart',
);
