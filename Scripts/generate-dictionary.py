#!/usr/bin/env python3
"""Writes the packed tables of the DICOM module from the facts that pydicom carries of PS3.6.

    python Scripts/generate-dictionary.py            writes Sources/DICOM/**/*+Generated.swift
    python Scripts/generate-dictionary.py --check    writes nothing; exits 1 when a file would change

Needs pydicom of the version below, so that two people get the same files. What PS3.6 has gained since that version and
the project needs stands in the tables `NEWER_UIDS` and `NEWER_ELEMENTS`.
"""
import re
import sys
from pathlib import Path

import pydicom
from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary
from pydicom._uid_dict import UID_dictionary

PYDICOM_VERSION = "3.0.2"
ROOT = Path(__file__).resolve().parent.parent / "Sources" / "DICOM"

# UID: (name, kind, keyword). PS3.6 table A-1, editions 2024a to 2025c.
NEWER_UIDS = {
    "1.2.840.10008.1.2.4.110": ("JPEG XL Lossless", "Transfer Syntax", "JPEGXLLossless"),
    "1.2.840.10008.1.2.4.111": ("JPEG XL JPEG Recompression", "Transfer Syntax", "JPEGXLJPEGRecompression"),
    "1.2.840.10008.1.2.4.112": ("JPEG XL", "Transfer Syntax", "JPEGXL"),
    "1.2.840.10008.1.2.8.1": ("Deflated Image Frame Compression", "Transfer Syntax", "DeflatedImageFrameCompression"),
    "1.2.840.10008.5.1.4.1.1.66.7": ("Label Map Segmentation Storage", "SOP Class", "LabelMapSegmentationStorage"),
    "1.2.840.10008.5.1.4.1.1.66.8": ("Height Map Segmentation Storage", "SOP Class", "HeightMapSegmentationStorage"),
}
# tag: (VR, VM, name, retired, keyword), as in pydicom.
NEWER_ELEMENTS = {}

# The keywords of the tags that have a constant in Swift: those the specification, the store and the APIs name.
CONSTANTS = """
OffendingElement FileMetaInformationGroupLength FileMetaInformationVersion MediaStorageSOPClassUID
MediaStorageSOPInstanceUID TransferSyntaxUID ImplementationClassUID ImplementationVersionName
SourceApplicationEntityTitle PrivateInformationCreatorUID PrivateInformation DirectoryRecordSequence
ReferencedFileID SpecificCharacterSet ImageType InstanceCreationDate InstanceCreationTime
InstanceCoercionDateTime SOPClassUID AcquisitionUID SOPInstanceUID StudyDate SeriesDate AcquisitionDate
ContentDate AcquisitionDateTime StudyTime SeriesTime AcquisitionTime ContentTime AccessionNumber
IssuerOfAccessionNumberSequence QueryRetrieveLevel InstanceAvailability FailedSOPInstanceUIDList Modality
ModalitiesInStudy SOPClassesInStudy ConversionType PresentationIntentType Manufacturer InstitutionName
InstitutionAddress InstitutionCodeSequence ReferringPhysicianName ReferringPhysicianIdentificationSequence
ConsultingPhysicianName ConsultingPhysicianIdentificationSequence CodeValue CodingSchemeDesignator CodeMeaning
MappingResource TimezoneOffsetFromUTC StationName StudyDescription ProcedureCodeSequence SeriesDescription
SeriesDescriptionCodeSequence InstitutionalDepartmentName InstitutionalDepartmentTypeCodeSequence
PhysiciansOfRecord PhysiciansOfRecordIdentificationSequence PerformingPhysicianName
PerformingPhysicianIdentificationSequence NameOfPhysiciansReadingStudy
PhysiciansReadingStudyIdentificationSequence OperatorsName OperatorIdentificationSequence
AdmittingDiagnosesDescription AdmittingDiagnosesCodeSequence ManufacturerModelName ReferencedStudySequence
ReferencedPerformedProcedureStepSequence ReferencedSeriesSequence ReferencedPatientSequence
ReferencedImageSequence ReferencedInstanceSequence ReferencedSOPClassUID ReferencedSOPInstanceUID
ReferencedFrameNumber RetrieveURL WarningReason FailureReason FailedSOPSequence ReferencedSOPSequence
OtherFailuresSequence RelatedSeriesSequence SourceImageSequence RecommendedDisplayFrameRate
AnatomicRegionSequence AvailableTransferSyntaxUID PatientName PatientID IssuerOfPatientID TypeOfPatientID
IssuerOfPatientIDQualifiersSequence SourcePatientGroupIdentificationSequence
GroupOfPatientsIdentificationSequence SubjectRelativePositionInImage PatientBirthDate PatientBirthTime
PatientBirthDateInAlternativeCalendar PatientDeathDateInAlternativeCalendar PatientAlternativeCalendar
PatientSex PatientInsurancePlanCodeSequence PatientPrimaryLanguageCodeSequence
PatientPrimaryLanguageModifierCodeSequence QualityControlSubject QualityControlSubjectTypeCodeSequence
StrainDescription StrainNomenclature StrainStockNumber StrainSourceRegistryCodeSequence StrainStockSequence
StrainSource StrainAdditionalInformation StrainCodeSequence GeneticModificationsSequence
GeneticModificationsNomenclature GeneticModificationsCodeSequence OtherPatientNames OtherPatientIDsSequence
PatientBirthName PatientAge PatientSize PatientSizeCodeSequence PatientBodyMassIndex MeasuredAPDimension
MeasuredLateralDimension PatientWeight PatientAddress PatientMotherBirthName MilitaryRank BranchOfService
ReferencedPatientPhotoSequence MedicalAlerts Allergies CountryOfResidence RegionOfResidence
PatientTelephoneNumbers EthnicGroup Occupation SmokingStatus AdditionalPatientHistory PregnancyStatus
LastMenstrualDate PatientReligiousPreference PatientSpeciesDescription PatientSpeciesCodeSequence
PatientSexNeutered AnatomicalOrientationType PatientBreedDescription PatientBreedCodeSequence
BreedRegistrationSequence BreedRegistrationNumber BreedRegistryCodeSequence ResponsiblePerson
ResponsiblePersonRole ResponsibleOrganization PatientComments ExaminedBodyThickness ClinicalTrialSponsorName
ClinicalTrialProtocolID ClinicalTrialProtocolName ClinicalTrialSiteID ClinicalTrialSiteName
ClinicalTrialSubjectID ClinicalTrialSubjectReadingID ClinicalTrialTimePointID ClinicalTrialTimePointDescription
LongitudinalTemporalOffsetFromEvent LongitudinalTemporalEventType ClinicalTrialCoordinatingCenterName
PatientIdentityRemoved DeidentificationMethod DeidentificationMethodCodeSequence ClinicalTrialSeriesID
ClinicalTrialSeriesDescription ClinicalTrialProtocolEthicsCommitteeName
ClinicalTrialProtocolEthicsCommitteeApprovalNumber ConsentForClinicalTrialUseSequence ContrastBolusAgent
BodyPartExamined ScanningSequence SequenceVariant MRAcquisitionType CineRate SliceThickness KVP RepetitionTime
EchoTime SpacingBetweenSlices DataCollectionDiameter DeviceSerialNumber GantryID UDISequence
ManufacturerDeviceClassUID SecondaryCaptureDeviceManufacturer SecondaryCaptureDeviceManufacturerModelName
SecondaryCaptureDeviceSoftwareVersions SoftwareVersions ProtocolName SpatialResolution FrameTime FrameTimeVector
ReconstructionDiameter GantryDetectorTilt TableHeight ExposureTime XRayTubeCurrent ImagerPixelSpacing
DateOfLastCalibration TimeOfLastCalibration ConvolutionKernel FlipAngle ShutterShape PatientPosition
ViewPosition StudyInstanceUID SeriesInstanceUID StudyID SeriesNumber AcquisitionNumber InstanceNumber
ImagePositionPatient ImageOrientationPatient FrameOfReferenceUID Laterality ImageLaterality
PositionReferenceIndicator SliceLocation NumberOfStudyRelatedSeries NumberOfStudyRelatedInstances
NumberOfSeriesRelatedInstances ImageComments FrameContentSequence PlanePositionSequence PlaneOrientationSequence
DimensionIndexSequence SamplesPerPixel PhotometricInterpretation PlanarConfiguration NumberOfFrames Rows Columns
PixelSpacing PixelAspectRatio BitsAllocated BitsStored HighBit PixelRepresentation SmallestImagePixelValue
LargestImagePixelValue SmallestPixelValueInSeries LargestPixelValueInSeries PixelPaddingValue BurnedInAnnotation
WindowCenter WindowWidth RescaleIntercept RescaleSlope RescaleType WindowCenterWidthExplanation VOILUTFunction
RedPaletteColorLookupTableDescriptor GreenPaletteColorLookupTableDescriptor
BluePaletteColorLookupTableDescriptor RedPaletteColorLookupTableData GreenPaletteColorLookupTableData
BluePaletteColorLookupTableData SegmentedRedPaletteColorLookupTableData
SegmentedGreenPaletteColorLookupTableData SegmentedBluePaletteColorLookupTableData ICCProfile
LossyImageCompression LossyImageCompressionRatio LossyImageCompressionMethod ModalityLUTSequence LUTDescriptor
LUTExplanation LUTData VOILUTSequence PixelMeasuresSequence FrameVOILUTSequence PixelValueTransformationSequence
RequestingPhysician RequestingService RequestingServiceCodeSequence RequestedProcedureDescription
RequestedProcedureCodeSequence ReasonForVisit ReasonForVisitCodeSequence RequestedContrastAgent AdmissionID
IssuerOfAdmissionIDSequence RouteOfAdmissions AdmittingDate AdmittingTime SpecialNeeds ServiceEpisodeID
ServiceEpisodeDescription IssuerOfServiceEpisodeIDSequence CurrentPatientLocation PatientInstitutionResidence
PatientState NumberOfWaveformChannels ScheduledProcedureStepID PerformedProcedureStepStartDate
PerformedProcedureStepStartTime PerformedProcedureStepEndDate PerformedProcedureStepEndTime
PerformedProcedureStepID RequestAttributesSequence AcquisitionContextSequence RequestedProcedureID
ReasonForPerformedProcedureCodeSequence RealWorldValueMappingSequence ConceptNameCodeSequence ContentSequence
RetrieveURI DocumentTitle EncapsulatedDocument MIMETypeOfEncapsulatedDocument EncapsulatedDocumentLength
TotalPixelMatrixColumns TotalPixelMatrixRows RadiopharmaceuticalInformationSequence SeriesType DecayCorrection
SegmentationType SegmentSequence StorageMediaFileSetUID IconImageSequence EncryptedAttributesSequence
ModifiedAttributesSequence OriginalAttributesSequence PresentationLUTShape TreatmentSessionUID
MACParametersSequence SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence WaveformSequence
WaveformBitsAllocated WaveformSampleInterpretation WaveformData ExtendedOffsetTable ExtendedOffsetTableLengths
EncapsulatedPixelDataValueTotalLength FloatPixelData DoubleFloatPixelData PixelData DigitalSignaturesSequence
DataSetTrailingPadding Exposure Units
"""

HEADER = "// Generated by Scripts/generate-dictionary.py from pydicom {}; do not edit.\n// swift-format-ignore-file\n\n"


def elements() -> dict:
    newer = {tag: entry for tag, entry in NEWER_ELEMENTS.items() if tag not in DicomDictionary}
    # VR NONE: items and delimiters, which are no elements.
    return {tag: entry for tag, entry in (DicomDictionary | newer).items() if entry[0] != "NONE"}


def line(tag: str, entry: tuple) -> str:
    vr, vm, _, retired, keyword = entry
    fields = [tag, vr.replace(" or ", "/"), vm, keyword or "-"]
    return " ".join(fields + ["R"] * bool(retired))


def data_dictionary() -> str:
    known = [line(f"{tag:08X}", entry) for tag, entry in sorted(elements().items())]
    repeating = [line(mask, entry) for mask, entry in sorted(RepeatersDictionary.items())]
    return f'''extension DataDictionary {{
    /// PS3.6 tables 6-1, 7-1, 8-1 and 9-1 and PS3.7 table E.1-1, ascending: tag, VRs, VM, keyword, `R` when retired.
    static let table: StaticString = """
{chr(10).join(known)}
"""

    /// The repeating groups and elements of PS3.6: an `x` stands for any digit.
    static let repeatingTable: StaticString = """
{chr(10).join(repeating)}
"""
}}
'''


def uid_dictionary() -> str:
    rows = []
    for uid, (name, kind, _, retired, keyword) in UID_dictionary.items():
        if kind in ("Transfer Syntax", "SOP Class", "Meta SOP Class"):
            rows.append((uid, kind, retired, keyword, name))
    for uid, (name, kind, keyword) in NEWER_UIDS.items():
        if uid not in UID_dictionary:
            rows.append((uid, kind, "", keyword, name))
    letters = {"Transfer Syntax": "T", "SOP Class": "S", "Meta SOP Class": "M"}
    rows.sort(key=lambda row: [int(part) for part in row[0].split(".")])
    text = "\n".join(
        f"{uid} {letters[kind]}{'R' if retired else '-'} {keyword or '-'} {name}" for uid, kind, retired, keyword, name in rows
    )
    return f'''extension UIDDictionary {{
    /// PS3.6 table A-1: UID, kind (T transfer syntax, S SOP class, M meta SOP class) and `R` when retired, keyword, name.
    static let table: StaticString = """
{text}
"""
}}
'''


def constant(keyword: str) -> str:
    """`SOPInstanceUID` -> `sopInstanceUID`, `PatientName` -> `patientName`, `KVP` -> `kvp`."""
    if keyword.startswith("VOILUT"):
        return "voiLUT" + keyword[6:]
    head = re.match(r"[A-Z0-9]+(?![a-z])|[A-Z]", keyword).group()
    return head.lower() + keyword[len(head) :]


def tag_names() -> str:
    entries = {entry[4]: (tag, entry) for tag, entry in elements().items()}
    wanted = sorted((entries[keyword] for keyword in CONSTANTS.split()), key=lambda pair: pair[0])
    rows = []
    for tag, (vr, vm, name, _, keyword) in wanted:
        rows.append(f"    /// {name} ({tag >> 16:04X},{tag & 0xFFFF:04X}) {vr}, VM {vm}.")
        rows.append(f"    public static let {constant(keyword)} = Tag(rawValue: 0x{tag >> 16:04X}_{tag & 0xFFFF:04X})")
    return "extension Tag {\n" + "\n".join(rows) + "\n}\n"


def main() -> int:
    if pydicom.__version__ != PYDICOM_VERSION:
        print(f"needs pydicom {PYDICOM_VERSION}, not {pydicom.__version__}", file=sys.stderr)
        return 2
    files = {
        "Dictionary/DataDictionary+Generated.swift": data_dictionary(),
        "Dictionary/UIDDictionary+Generated.swift": uid_dictionary(),
        "Dictionary/Tag+names+Generated.swift": tag_names(),
    }
    stale = []
    for name, text in files.items():
        path = ROOT / name
        text = HEADER.format(PYDICOM_VERSION) + text
        if path.exists() and path.read_text() == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            path.write_text(text)
    if "--check" in sys.argv and stale:
        print("not as generated: " + ", ".join(stale), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
