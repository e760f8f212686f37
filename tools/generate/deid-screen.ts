/**
 * What the keep list must not hold although a module defines it and Table E.1-1 does not list it.
 * docs/adr/0005-default-deny-keep-list.md gives the reasons.
 */

/** Modules about a person, a trial or a specimen: only what E.1-1 says of them stays. */
export const skippedModules: ReadonlySet<string> = new Set([
  'patient',
  'patient-study',
  'general-study',
  'clinical-trial-subject',
  'clinical-trial-study',
  'clinical-trial-series',
  'specimen',
  'device',
]);

/** Fixed-size numbers and coded strings: judged by bounds and closed vocabularies. */
export const keptVrs: ReadonlySet<string> = new Set([
  'AT',
  'CS',
  'DS',
  'FD',
  'FL',
  'IS',
  'SL',
  'SQ',
  'SS',
  'UL',
  'US',
  'US or SS',
]);

/** Short texts: kept where a closed vocabulary knows the value, else a dummy, empty or removed. */
export const judgedVrs: ReadonlySet<string> = new Set(['LO', 'SH']);

/** Coded strings that people type all the same, and a text that may not be absent beside its UID. */
export const judgedKeywords: ReadonlySet<string> = new Set(['BodyPartExamined', 'TrackingID']);

/** UIDs that name a kind of thing, not a thing. */
export const classUids: ReadonlySet<string> = new Set([
  'SOPClassUID',
  'ReferencedSOPClassUID',
  'RelatedGeneralSOPClassUID',
  'OriginalSpecializedSOPClassUID',
]);

/** UIDs of things that Table E.1-1 overlooks: replaced. */
export const instanceUids: ReadonlySet<string> = new Set([
  'MultiFrameSourceSOPInstanceUID',
  'RadiopharmaceuticalAdministrationEventUID',
]);

/** Groups: order and procedure step, security, authorization, private data descriptions, overlays. */
const deniedGroups = /^(0010|0012|0032|0038|0100|0400|4ffe|50|60|fffa|fffc)/;

const deniedKeywords: ReadonlySet<string> = new Set([
  // Free content, wherever it comes from.
  'ContentItemModifierSequence',
  'ContributingEquipmentSequence',
  'HL7StructuredDocumentReferenceSequence',
  'InterventionSequence',
  'InterventionDrugInformationSequence',
  'AdditionalDrugSequence',
  'ProtocolContextSequence',
  'RequestedProcedureCodeSequence',
  'ScheduledProtocolCodeSequence',
  'PerformedProtocolCodeSequence',
  'SeriesDescriptionCodeSequence',
  // Where and how the object is stored or queried.
  'QueryRetrieveView',
  'IssuerOfAccessionNumberSequence',
  'UniversalEntityIDType',
  // Descriptions of coding schemes: only well-known schemes stay, which need none.
  'CodingSchemeIdentificationSequence',
  'CodingSchemeResourcesSequence',
  'ContextGroupIdentificationSequence',
  'MappingResourceIdentificationSequence',
  'EquivalentCodeSequence',
  'MappingResource',
  'MappingResourceUID',
  'CodingSchemeURLType',
  'CodingSchemeVersion',
  'ContextGroupExtensionFlag',
  'ContextIdentifier',
  'ContextUID',
  // Content items: any concept with any value.
  'QuantityDefinitionSequence',
  'ConceptNameCodeSequence',
  'ConceptCodeSequence',
  'ValueType',
  'NumericValue',
  'FloatingPointValue',
  'RationalNumeratorValue',
  'RationalDenominatorValue',
  // No context group says which codes these take.
  'PrimaryAnatomicStructureSequence',
  // Numbers that no bound can tell from a record number.
  'AcquisitionStartConditionData',
  'AcquisitionTerminationConditionData',
  'TerminationCountsThreshold',
  'PrimaryPromptsCountsAccumulated',
  'SecondaryCountsAccumulated',
  'SynchronizationChannel',
  // Frames of objects that are none of ours.
  'ReferencedFrameNumbers',
  // Who or what made a segment or a map, in words and versions; how a screen shows it.
  'AlternateContentDescriptionSequence',
  'LanguageCodeSequence',
  'SegmentationAlgorithmIdentificationSequence',
  'AlgorithmFamilyCodeSequence',
  'AlgorithmNameCodeSequence',
  'AlgorithmName',
  'AlgorithmVersion',
  'AlgorithmSource',
  'RecommendedDisplayGrayscaleValue',
  'RecommendedDisplayCIELabValue',
  // Descriptions of private elements: none are left.
  'PrivateDataElementCharacteristicsSequence',
  'PrivateDataElementDefinitionSequence',
  'DeidentificationActionSequence',
  'BlockIdentifyingInformationStatus',
  'DeidentificationAction',
  'PrivateDataElementValueRepresentation',
  'PrivateGroupReference',
  'NonidentifyingPrivateElements',
  'IdentifyingPrivateElements',
  'PrivateDataElement',
  'PrivateDataElementValueMultiplicity',
  'PrivateDataElementNumberOfItems',
  // Look-up tables are byte strings that nothing can judge.
  'VOILUTSequence',
  'ModalityLUTSequence',
  'ModalityLUTType',
  'RealWorldValueLUTData',
  'LUTDescriptor',
  'RedPaletteColorLookupTableDescriptor',
  'GreenPaletteColorLookupTableDescriptor',
  'BluePaletteColorLookupTableDescriptor',
  'MappingResourceName',
  // Of scanned documents.
  'DocumentClassCodeSequence',
  'CodingSchemeRegistry',
  'PrivateCreatorReference',
  // Creators of private elements that dimension indices point at; the elements are gone.
  'DimensionIndexPrivateCreator',
  'FunctionalGroupPrivateCreator',
  // Addresses and media.
  'NTPSourceAddress',
  'StorageMediaFileSetID',
  // Written by us.
  'LongitudinalTemporalInformationModified',
]);

/**
 * Attributes that objects of a family need, whatever type one place of their IOD gives them: what a
 * segmentation or a map is of. Their items are cleaned, their UIDs replaced.
 */
export const neededBy: ReadonlyMap<string, readonly string[]> = new Map([
  ['SourceImageSequence', ['PM', 'SEG']],
]);

/** Attributes that only objects of one family keep; in others they point at objects that are none of ours. */
export const keptByOne: ReadonlyMap<string, string> = new Map([['ReferencedSegmentNumber', 'SEG']]);

/** Whether an attribute must not be on the keep list. */
export function isDenied(tag: string, keyword: string): boolean {
  return deniedGroups.test(tag) || deniedKeywords.has(keyword);
}
