/**
 * Coded strings that devices write beside the standard's: attribute, where they can be seen, terms
 * by comma. Each is a word of a manufacturer's software, none can be typed at a console.
 *
 * Sources are public repositories: dcm2niix (rordenlab/dcm2niix, console/nii_dicom.cpp), dcm_qa_nih,
 * dcm_qa_stc, dcm_qa_enh, dcm_qa_ts (neurolabusc), dicom2nifti (icometrix/dicom2nifti, tests/data),
 * pydicom (pydicom/pydicom and pydicom-data, test files), TCIA (series of The Cancer Imaging Archive),
 * LORIS (aces/Loris, tables of MR protocols).
 */
export const vendorTermRows = `
ImageType | Siemens MR: dcm2niix, dcm_qa_nih, dcm_qa_ts | M, P, R, I, ND, NORM, DIS2D, DIS3D, MOSAIC, FM, FIL, MFSPLIT, SH, SH1, SH2, SH3, SH4, SH5, FA, ADC, TRACEW, TENSOR, TENSOR_B0, EADC, MOCO, MOCO_ADV, PHASE, MAGNITUDE, FMRI, RELCBF, CBF, TTEST, MEAN_B0, B0, UNI, INV1, INV2, DIFFUSION, ASL, RETRO, NAV, HC, CHES, POSDISP, SUB, MSUM, AVG, CC, TRA, COR, SAG, OPP_PHASE, WATER_FAT, F, W, IP, OP, SPEC, DUPLICATE, ADDED, EPI
ImageType | Siemens reformats: dcm2niix, TCIA | CSA MPR, CSA MIP, CSAPARALLEL, CSA RESAMPLED, CSA MANIPULATED, CSAMANIPULATED, CSARESAMPLED, CSA MPR THICK, MPR, MIP, MIP_SAG, MIP_COR, MIP_TRA, MIP_THIN, MPR_THIN, CPR, CPR_STAR, STDDEV_SAG, STDDEV_COR, STDDEV_TRA, COMP_SP, COMPOSED, THICK, RD, REFORMATTED, AVERAGE, MIN, MAX, MINIP
ImageType | Siemens CT: pydicom, TCIA | CT_SOM5 SPI, CT_SOM5 SEQ, CT_SOM5 TOP, CT_SOM5 MPR, CT_SOM5 DYN, CT_SOM7 SPI, CT_SOM7 SEQ, CT_SOM7 TOP, CT_SOM7 SPI DUAL, CT_SOM8 SPI, CT_SOM8 SEQ, CT_SOM8 TOP, SPI, SEQ, SPI DUAL, STD, SNRG, DET_A, DET_B, DET_AB, DE_A, DE_B, DE_MIX, E_LOW, E_HIGH, E_MIX, QUANT, TOPOGRAM
ImageType | GE: dcm2niix, dcm_qa_nih, dcm_qa_stc, TCIA | EPI, OTHER, HELIX, PROPELLER, PJN, COLLAPSE, COMBINED, IDEAL, PROCESSED, SCREEN, CALIBRATION, SCOUT, GSI, GSI MONO, MONO, MEAN, CALC, REFORMATTED, AVERAGE
ImageType | Philips: dcm2niix, dcm_qa_enh, dicom2nifti | M_FFE, M_SE, M_IR, M_TSE, M_PCA, M_B0, M_B1, M_ADC, P_FFE, P_SE, P_IR, P_PCA, R_FFE, R_SE, R_IR, I_FFE, I_SE, I_IR, FFE, SE, IR, TSE, PCA, TFE, B0 MAP, B1 MAP, B0, B1, T0, T1 MAP, T2 MAP, R2 MAP, PHASE MAP, VELOCITY MAP, PHASE CONTRAST M, RECON, W, F, IP, OP, FF, NONE, MTC, VELOCITY, REST, TRACE, ECHO_00, MULTIPLANAR, HELIX, SURVIEW, UNSPECIFIED
ImageType | United Imaging: dcm_qa_stc | VFRAME, M, P, NORM, ND, EPI, TRACE, ADC, FA
ImageType | Canon, Toshiba, Hitachi: dicom2nifti, dcm_qa_enh, TCIA | NORMAL, MULTI_PLANE, MULTI_VOLUME, VOLUME, PERFUSION, ZOOM, RECONSTRUCTED
ImageType | PET of several makers: TCIA | AC, NAC, ATTN, WHOLEBODY, WHOLE BODY, TRANSMISSION, EMISSION, GATED, DYNAMIC, STATIC
ScanningSequence | United Imaging, Bruker: dcm_qa_stc, dicom2nifti | GRE, EPI, FSE
SequenceVariant | Siemens: dcm_qa_nih, dcm_qa_enh | TOF, MTC, SP, SS, MP
ScanOptions | GE MR: dcm_qa_nih, dicom2nifti, LORIS | ACC_GEMS, EDR_GEMS, EPI_GEMS, FAST_GEMS, FC_FREQ_AX_GEMS, FC_SLICE_AX_GEMS, FC_GEMS, FILTERED_GEMS, FR_GEMS, FSA_GEMS, FSI_GEMS, FSL_GEMS, FSP_GEMS, FSR_GEMS, FSS_GEMS, IR_GEMS, IDEAL_GEMS, DIXON_GEMS, CL_GEMS, SAT_GEMS, SEQ_GEMS, SPIRAL_GEMS, SQPIX_GEMS, SS_GEMS, T2FLAIR_GEMS, TRF_GEMS, NPW, SEQ, VASCTOF_GEMS, VASCPC_GEMS, MP_GEMS, DE_GEMS, CARD_GEMS, GATED_GEMS, PROP_GEMS, ASSET_GEMS, ARC_GEMS, FLEX_GEMS, MT_GEMS, EXT_GEMS, RT_GEMS, CINE_GEMS, MULTI_GEMS, HYPERSENSE_GEMS, HYPERBAND_GEMS, PURE_GEMS, PHASED_GEMS
ScanOptions | GE CT: pydicom, dicom2nifti, TCIA | AXIAL MODE, HELICAL MODE, CINE MODE, SCOUT MODE, HELIOS, CARDIAC HELICAL, CARDIAC AXIAL, CARDIAC CINE, AXIAL, HELICAL, CINE
ScanOptions | Siemens MR: dcm2niix, TCIA | SAT1, SAT2, SAT3, SAT4, SAT5, SAT6, SFS, WE, FSAT, IR, MT, DB, TI, DIXF, DIXW, DIXIP, DIXOP, TFE, PGF, CT, NS, SCAN, T2P, ASL
ScanOptions | Philips: dcm_qa_enh, dicom2nifti, TCIA | OTHER, NONE, HELIX, SURVIEW, AXIAL, HELICAL, SPIR, SPAIR, PROSET
ScanOptions | Canon, Toshiba CT: TCIA | HELICAL_CT, DVOLUME_CT, VOLUME_CT, DHELICAL_CT, SCANOSCOPE, NORMAL_CT, CONV_CT, SUREREC
AngioFlag | Siemens: dcm_qa_nih | YES, NO
ResonantNucleus | Siemens XA, Hitachi: dcm_qa_enh | H
ParallelAcquisitionTechnique | Siemens XA: dcm_qa_enh | SMS, GRAPPA, CAIPIRINHA, COMPRESSED_SENSE, ARC, ASSET, SPEEDER
CoverageOfKSpace | Philips: dcm_qa_enh | ELLIPTICAL
SpecificAbsorptionRateDefinition | Siemens XA: dcm_qa_enh | SMR_B1RMS, SMR_BORELOCAL
ExposureModulationType | Siemens, GE, Toshiba, Philips CT: dicom2nifti, TCIA | XYZ_EC, Z_EC, XY_EC, ECG, ORGAN, SMART_MA, AUTO_MA, AUTO, DOM, ZDOM, SUREEXP, CAREDOSE4D, OBTCM
FieldOfViewShape | GE PET: TCIA | CIRCULAR
`;
