import { sopClass, transferSyntax } from '../../../dicom/index.ts';
import { type ContextProposal, contextsMax } from '../../../dimse/index.ts';
import { acceptedTransferSyntaxes } from '../../transfer-syntaxes.ts';

/** The query and retrieve classes we use. */
export const model = {
  find: sopClass.StudyRootQueryRetrieveInformationModelFind,
  get: sopClass.StudyRootQueryRetrieveInformationModelGet,
  move: sopClass.StudyRootQueryRetrieveInformationModelMove,
} as const;

const identifierSyntaxes = [
  transferSyntax.ExplicitVRLittleEndian,
  transferSyntax.ImplicitVRLittleEndian,
];

/** Proposed for a series whose SOP classes the query did not tell. */
const usualClasses: readonly string[] = [
  sopClass.CTImageStorage,
  sopClass.MRImageStorage,
  sopClass.PositronEmissionTomographyImageStorage,
  sopClass.EnhancedCTImageStorage,
  sopClass.EnhancedMRImageStorage,
  sopClass.EnhancedPETImageStorage,
  sopClass.SecondaryCaptureImageStorage,
  sopClass.ComputedRadiographyImageStorage,
  sopClass.DigitalXRayImageStorageForPresentation,
];

/** One context for each of the classes that work on identifiers. */
export function queryContexts(...abstractSyntaxes: readonly string[]): ContextProposal[] {
  return [sopClass.Verification, ...abstractSyntaxes].map((abstractSyntax) => ({
    abstractSyntax,
    transferSyntaxes: identifierSyntaxes,
  }));
}

/**
 * The contexts of a C-GET, one set per association where they do not fit into one. A context has
 * one transfer syntax, so that the PACS can accept all it might need and send each instance as it
 * is held: of a list it would have to choose one for the whole class.
 */
export function getContexts(sopClassUids: readonly string[]): ContextProposal[][] {
  const classes = sopClassUids.length === 0 ? usualClasses : [...new Set(sopClassUids)];
  const base = queryContexts(model.get, model.find);
  const perAssociation = Math.floor((contextsMax - base.length) / acceptedTransferSyntaxes.length);
  const groups: ContextProposal[][] = [];
  for (let at = 0; at < classes.length; at += perAssociation) {
    const group = classes.slice(at, at + perAssociation);
    groups.push([...base, ...group.flatMap(storageContextsOf)]);
  }
  return groups;
}

function storageContextsOf(abstractSyntax: string): ContextProposal[] {
  return acceptedTransferSyntaxes.map((syntax) => ({
    abstractSyntax,
    transferSyntaxes: [syntax],
    asScp: true,
  }));
}
