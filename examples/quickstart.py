#!/usr/bin/env python3
"""From DICOM files to verified pixels, with the AWS SDK and a decoder off the shelf.

    pip install boto3 numpy pylibjpeg-openjpeg
    make serve                                    # in another shell; copy the export lines it prints into this one
    python3 examples/quickstart.py ~/my-dicom-files

It makes a data store, imports the files, reads the job's manifest, walks the metadata of every image set, downloads
each image frame, decodes it with OpenJPEG, and compares its pixels with the checksum that was taken at the import.
Nothing here is special to Isocenter but the folder that stands for an S3 bucket.
"""

import argparse
import gzip
import json
import shutil
import time
import uuid
import zlib
from pathlib import Path

import boto3
import openjpeg

parser = argparse.ArgumentParser(description="Import DICOM files and check every pixel.")
parser.add_argument("source", help="a folder of DICOM files, or where they are in the bucket: s3://isocenter/input/")
parser.add_argument("--bucket", default="isocenter", help="a bucket that the server maps to a folder (%(default)s)")
parser.add_argument(
    "--bucket-folder", type=Path, default=Path.home() / ".local/share/isocenter/buckets/isocenter",
    help="that folder, as the server prints it at its start (%(default)s)")
parser.add_argument("--role", default="arn:aws:iam::123456789012:role/import", help="the role that reads the bucket")
options = parser.parse_args()

client = boto3.client("medical-imaging")


def wait(question, *end_states):
    """Asks again until the state is one of the end states: the service works in the background."""
    while (state := question()) not in end_states:
        time.sleep(0.1)
    return state


# 1. The files go into the bucket, unless they are there.
source = options.source
if not source.startswith("s3://"):
    prefix = f"quickstart-{uuid.uuid4().hex[:8]}"
    shutil.copytree(source, options.bucket_folder / prefix)
    source = f"s3://{options.bucket}/{prefix}/"

# 2. A data store.
datastore = client.create_datastore(datastoreName="quickstart")["datastoreId"]
wait(
    lambda: client.get_datastore(datastoreId=datastore)["datastoreProperties"]["datastoreStatus"],
    "ACTIVE", "CREATE_FAILED")
print(f"Data store {datastore}")

# 3. The import.
job = client.start_dicom_import_job(
    datastoreId=datastore, dataAccessRoleArn=options.role, inputS3Uri=source,
    outputS3Uri=f"s3://{options.bucket}/output/")["jobId"]


def properties() -> dict:
    return client.get_dicom_import_job(datastoreId=datastore, jobId=job)["jobProperties"]


wait(lambda: properties()["jobStatus"], "COMPLETED", "FAILED")
if properties()["jobStatus"] == "FAILED":
    raise SystemExit(f"The import failed: {properties()['message']}")

# 4. What came of it. Files can have failed in a job that is COMPLETED: always look.
results = properties()["outputS3Uri"].removeprefix(f"s3://{options.bucket}/")
manifest = json.loads((options.bucket_folder / results / "job-output-manifest.json").read_text())
summary = manifest["jobSummary"]
failed = summary["numberOfScannedFiles"] - summary["numberOfImportedFiles"]
print(f"Imported {summary['numberOfImportedFiles']} of {summary['numberOfScannedFiles']} files")
if failed:
    print(f"{failed} FILES FAILED, see {summary['failureOutputS3Uri']}")

# 5. Every frame of every image set.
decoded = mismatches = others = 0
for image_set in (one["imageSetId"] for one in summary["imageSetsSummary"]):
    blob = client.get_image_set_metadata(datastoreId=datastore, imageSetId=image_set)["imageSetMetadataBlob"]
    metadata = json.loads(gzip.decompress(blob.read()))
    for series in metadata["Study"]["Series"].values():
        print(f"Image set {image_set}: {series['DICOM'].get('Modality')}, {len(series['Instances'])} instances")
        for frame in (frame for one in series["Instances"].values() for frame in one["ImageFrames"]):
            answer = client.get_image_frame(
                datastoreId=datastore, imageSetId=image_set, imageFrameInformation={"imageFrameId": frame["ID"]})
            content = answer["imageFrameBlob"].read()
            if answer["contentType"] != "image/jph":
                others += 1  # Kept as it was imported: JPEG, video, …
                continue
            pixels = openjpeg.utils.decode(content, 2)  # 2 says that it is a file in JP2 format
            checksum = zlib.crc32(pixels.astype(pixels.dtype.newbyteorder("<")).tobytes())
            decoded += 1
            mismatches += checksum != frame["PixelDataChecksumFromBaseToFullResolution"][-1]["Checksum"]

print(f"Decoded {decoded} frames: {decoded - mismatches} have the pixels that were imported")
if others:
    print(f"{others} frames are kept in the format they came in and were not decoded")
if mismatches:
    print(f"{mismatches} FRAMES DO NOT MATCH THEIR CHECKSUM")
raise SystemExit(1 if mismatches or failed else 0)
