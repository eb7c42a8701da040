"""The guide's walk with the AWS CLI, with nothing but the lines that the server prints (issue section 1.2)."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

from clients import ROLE
from fixtures import ct_series
from pixels import crc32, decode_jph
from server import clean_environment, poll

AWS = Path(sys.executable).parent / "aws"


class CommandLine:
    """`aws medical-imaging …` in a shell that has read the printed export lines and knows nothing else."""

    def __init__(self, exports: dict[str, str], home: Path):
        self.environment = clean_environment(**exports, HOME=str(home), AWS_PAGER="")

    def __call__(self, operation: str, *arguments: str, **options: str):
        command = [str(AWS), "medical-imaging", operation, *arguments]
        for name, value in options.items():
            command += ["--" + name.replace("_", "-"), value if isinstance(value, str) else json.dumps(value)]
        ended = subprocess.run(command, capture_output=True, text=True, env=self.environment, timeout=120)
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout) if ended.stdout else None

def test_the_guide_s_walk(server, folder):
    assert server.exports["AWS_ENDPOINT_URL_MEDICAL_IMAGING"] == server.endpoint
    assert server.exports["AWS_DISABLE_HOST_PREFIX_INJECTION"] == "true"
    aws = CommandLine(server.exports, folder)

    store = aws("create-datastore", datastore_name="cli-walk")["datastoreId"]

    def properties() -> dict:
        return aws("get-datastore", datastore_id=store)["datastoreProperties"]

    poll(lambda: properties()["datastoreStatus"] == "ACTIVE", what="the data store's ACTIVE state")
    assert properties()["datastoreName"] == "cli-walk"
    arn = properties()["datastoreArn"]

    bucket = server.buckets["tests"] / store
    bucket.mkdir()
    slices = ct_series(2)
    for one in slices:
        one.save_as(bucket / f"{one.InstanceNumber}.dcm", enforce_file_format=True)
    job = aws(
        "start-dicom-import-job", datastore_id=store, data_access_role_arn=ROLE, job_name="walk",
        input_s3_uri=f"s3://tests/{store}/", output_s3_uri=f"s3://tests/{store}-results/")
    assert job["jobStatus"] == "SUBMITTED"

    def ended() -> dict | None:
        found = aws("get-dicom-import-job", datastore_id=store, job_id=job["jobId"])["jobProperties"]
        return found if found["jobStatus"] in ("COMPLETED", "FAILED") else None

    ended = poll(ended, what="the end of the import job")
    assert ended["jobStatus"] == "COMPLETED"
    assert ended["outputS3Uri"] == f"s3://tests/{store}-results/{store}-DicomImport-{job['jobId']}/"

    found = aws(
        "search-image-sets", datastore_id=store,
        search_criteria={"filters": [{"values": [{"DICOMPatientId": "P-1"}], "operator": "EQUAL"}]})
    [summary] = found["imageSetsMetadataSummaries"]
    image_set = summary["imageSetId"]
    assert summary["DICOMTags"]["DICOMSeriesModality"] == "CT"
    one = {"datastore_id": store, "image_set_id": image_set}
    assert aws("get-image-set", **one)["imageSetWorkflowStatus"] == "CREATED"
    assert [v["versionId"] for v in aws("list-image-set-versions", **one)["imageSetPropertiesList"]] == ["1"]

    answer = aws("get-image-set-metadata", str(folder / "metadata.json.gz"), **one)
    assert answer["contentEncoding"] == "gzip"
    document = json.loads(gzip.decompress((folder / "metadata.json.gz").read_bytes()))
    [series] = document["Study"]["Series"].values()
    instance = series["Instances"][slices[0].SOPInstanceUID]
    [frame] = instance["ImageFrames"]
    answer = aws(
        "get-image-frame", str(folder / "frame.jph"), image_frame_information={"imageFrameId": frame["ID"]}, **one)
    assert answer["contentType"] == "image/jph"
    pixels = decode_jph((folder / "frame.jph").read_bytes())
    assert (pixels == slices[0].pixel_array).all()
    assert crc32(pixels) == frame["PixelDataChecksumFromBaseToFullResolution"][-1]["Checksum"]

    aws("tag-resource", resource_arn=arn, tags={"Stage": "walk"})
    assert aws("list-tags-for-resource", resource_arn=arn) == {"tags": {"Stage": "walk"}}
    aws("untag-resource", resource_arn=arn, tag_keys="Stage")
    assert aws("list-tags-for-resource", resource_arn=arn) == {"tags": {}}
    assert aws("delete-image-set", **one)["imageSetWorkflowStatus"] == "DELETING"
    poll(lambda: not aws("search-image-sets", datastore_id=store)["imageSetsMetadataSummaries"], what="an empty store")
    assert aws("delete-datastore", datastore_id=store)["datastoreStatus"] == "DELETING"
