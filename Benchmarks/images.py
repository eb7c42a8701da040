"""Synthetic images and DICOM files: a CT phantom whose HTJ2K frames are as large as those of a real head CT."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, EnhancedCTImageStorage, ExplicitVRLittleEndian

# With this noise, in Hounsfield units, a 512 × 512 frame takes some 186 KB as lossless HTJ2K.
CT_NOISE = 5.4

# Ellipses: centre, half axes, angle, value.
BODY = [
    (0, 0, 0.86, 0.66, 0, 40), (0, 0, 0.80, 0.60, 0, 20), (-0.35, -0.05, 0.26, 0.36, 0.2, -850),
    (0.35, -0.05, 0.26, 0.36, -0.2, -850), (0, 0.42, 0.11, 0.13, 0, 700), (0.05, -0.1, 0.2, 0.18, 0.4, 60),
]



def sop_instance_uid(series: int, index: int) -> str:
    """As long for every instance of a series."""
    return f"1.2.826.0.1.3680043.10.9999.3.{series}.9{index:07}"


def phantom(size: int) -> np.ndarray:
    """The slice without noise."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size * 2 - 1
    image = np.full((size, size), -1000, np.float32)
    for cx, cy, a, b, angle, value in BODY:
        u = (x - cx) * np.cos(angle) + (y - cy) * np.sin(angle)
        v = (y - cy) * np.cos(angle) - (x - cx) * np.sin(angle)
        image[(u / a) ** 2 + (v / b) ** 2 <= 1] = value
    return image


def ct_slices(count: int, size: int = 512, noise: float = CT_NOISE) -> list[np.ndarray]:
    """Signed 16-bit slices that differ in their noise."""
    base, random = phantom(size), np.random.default_rng(1)
    return [(base + random.normal(0, noise, base.shape)).astype("<i2") for _ in range(count)]


class Series:
    """The files of a CT series: one header, in which the numbers of each instance are put at their places."""

    def __init__(self, number: int = 1, *, slices: list[np.ndarray]):
        self.number, self.slices = number, slices
        self.template = part_ten(ct_header(slices[0].shape[0], series=number))

    def file(self, index: int) -> bytes:
        """The P10 file of an instance, counted from 0."""
        uids = [sop_instance_uid(self.number, place).encode() for place in (0, index + 1)]
        header = self.template.replace(*uids)
        header = header.replace(b"00000000", f"{index + 1:08}".encode()).replace(b"0000.000", f"{index:08.3f}".encode())
        return header + pixel_header(self.slices[0].nbytes) + self.slices[index % len(self.slices)].tobytes()

    def write(self, folder: Path, count: int):
        folder.mkdir(parents=True)
        for index in range(count):
            (folder / f"{index:05}.dcm").write_bytes(self.file(index))


def ct_header(size: int, *, series: int, frames: int | None = None) -> Dataset:
    """What a scanner writes about a slice, without pixel data."""
    header = Dataset()
    header.SpecificCharacterSet = "ISO_IR 100"
    header.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL", "CT_SOM5 SPI"]
    header.InstanceCreationDate = header.StudyDate = header.SeriesDate = header.AcquisitionDate = "20240102"
    header.ContentDate = "20240102"
    header.InstanceCreationTime = header.StudyTime = header.SeriesTime = "101112.131000"
    header.AcquisitionTime = header.ContentTime = "101112.131000"
    header.SOPClassUID = EnhancedCTImageStorage if frames else CTImageStorage
    header.SOPInstanceUID = sop_instance_uid(series, 0)
    header.AccessionNumber = "ACC0001"
    header.Modality = "CT"
    header.Manufacturer, header.ManufacturerModelName = "ISOCENTER", "BENCHMARK"
    header.InstitutionName, header.StationName = "Benchmark Hospital", "CT01"
    header.ReferringPhysicianName = "Doe^Jane"
    header.StudyDescription, header.SeriesDescription = "Thorax", "Thorax 1.0 B30f"
    header.ProcedureCodeSequence = [coded("RPID16", "RADLEX", "CT Chest without contrast")]
    header.PatientName, header.PatientID = "Benchmark^Series", f"BENCH{series:04}"
    header.PatientBirthDate, header.PatientSex, header.PatientAge = "19600101", "O", "064Y"
    header.PatientSize, header.PatientWeight = "1.75", "75"
    header.BodyPartExamined, header.ScanOptions = "CHEST", "HELIX"
    header.SliceThickness, header.KVP, header.DataCollectionDiameter = "1", "120", "500"
    header.DeviceSerialNumber, header.SoftwareVersions, header.ProtocolName = "12345", "1.0", "Thorax routine"
    header.ReconstructionDiameter, header.DistanceSourceToDetector = "360", "1040"
    header.DistanceSourceToPatient, header.GantryDetectorTilt, header.TableHeight = "570", "0", "143"
    header.RotationDirection, header.ExposureTime, header.XRayTubeCurrent = "CW", "500", "180"
    header.Exposure, header.FilterType, header.GeneratorPower, header.FocalSpots = "90", "WEDGE_3", "22", "1.2"
    header.ConvolutionKernel, header.PatientPosition = "B30f", "HFS"
    header.SingleCollimationWidth, header.TotalCollimationWidth, header.SpiralPitchFactor = 0.6, 38.4, 1.2
    header.CTDIvol = 6.3
    header.StudyInstanceUID = f"1.2.826.0.1.3680043.10.9999.1.{series}"
    header.SeriesInstanceUID = f"1.2.826.0.1.3680043.10.9999.2.{series}"
    header.StudyID, header.SeriesNumber, header.AcquisitionNumber = "1", "3", "1"
    header.InstanceNumber = "00000000"
    header.ImagePositionPatient = ["-180", "-180", "0000.000"]
    header.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    header.FrameOfReferenceUID = f"1.2.826.0.1.3680043.10.9999.4.{series}"
    header.PositionReferenceIndicator, header.SliceLocation = "", "0000.000"
    header.SamplesPerPixel, header.PhotometricInterpretation = 1, "MONOCHROME2"
    if frames:
        header.NumberOfFrames = frames
    header.Rows = header.Columns = size
    header.PixelSpacing = ["0.703125", "0.703125"]
    header.BitsAllocated = header.BitsStored = 16
    header.HighBit, header.PixelRepresentation = 15, 1
    header.WindowCenter, header.WindowWidth = ["40", "-600"], ["400", "1200"]
    header.RescaleIntercept, header.RescaleSlope, header.RescaleType = "0", "1", "HU"
    header.WindowCenterWidthExplanation = ["WINDOW1", "WINDOW2"]
    header.RequestAttributesSequence = [request()]
    return header


def request() -> Dataset:
    item = Dataset()
    item.RequestedProcedureID, item.ScheduledProcedureStepID = "RP1", "SPS1"
    item.ScheduledProcedureStepDescription = "Thorax"
    item.ScheduledProtocolCodeSequence = [coded("24627-2", "LN", "Chest CT")]
    return item


def coded(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def part_ten(header: Dataset) -> bytes:
    """Preamble, file meta and data set, explicit little endian; pixel data may follow."""
    header.file_meta = FileMetaDataset()
    header.file_meta.MediaStorageSOPClassUID = header.SOPClassUID
    header.file_meta.MediaStorageSOPInstanceUID = header.SOPInstanceUID
    header.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file = io.BytesIO()
    header.save_as(file, enforce_file_format=True)
    return file.getvalue()


def pixel_header(length: int) -> bytes:
    """The tag, VR and length of native Pixel Data (7FE0,0010)."""
    return b"\xe0\x7f\x10\x00OW\x00\x00" + length.to_bytes(4, "little")
