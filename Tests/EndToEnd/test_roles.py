"""Roles of import jobs, as the command line makes them beside a running server (spec/20, spec/60)."""

from __future__ import annotations

import json

import pytest

from clients import ROLE, Datastore
from fixtures import ct_slice
from server import Server, isocenter

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "medical-imaging.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


class IAM:
    """`isocenter iam` on the data folder of a server that runs."""

    def __init__(self, server: Server, folder):
        self.server, self.folder = server, folder

    def __call__(self, *arguments: str, fails=False):
        ended = isocenter("iam", *arguments, "--data", str(self.server.data))
        assert (ended.returncode != 0) == fails, ended.stderr
        if fails:
            return ended.stderr
        return json.loads(ended.stdout) if ended.stdout else None

    def file(self, document) -> str:
        path = self.folder / "policy.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return str(path)

    def create_role(self, name: str, trust=TRUST, **members):
        return self("create-role", name, "--assume-role-policy-document", self.file(trust), **members)

    def put_policy(self, role: str, *statements: dict, **members):
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        return self(
            "put-role-policy", role, "--policy-name", "p", "--policy-document", self.file(document), **members)


@pytest.fixture
def iam(server, tmp_path):
    found = IAM(server, tmp_path)
    before = {role["RoleName"] for role in found("list-roles")["Roles"]}
    yield found
    for role in found("list-roles")["Roles"]:
        if role["RoleName"] not in before:
            found("delete-role", role["RoleName"])


def allow(action: str, *resources: str, **members) -> dict:
    return {"Effect": "Allow", "Action": action, "Resource": list(resources)} | members


def test_the_first_start_makes_a_role_and_prints_it(own_server):
    own_server.start()
    assert ROLE in own_server.output
    [role] = IAM(own_server, None)("list-roles")["Roles"]
    assert (role["RoleName"], role["Arn"], role["Path"]) == ("import", ROLE, "/")
    shown = IAM(own_server, None)("get-role", "import")["Role"]
    assert shown["AssumeRolePolicyDocument"]["Statement"]["Principal"] == {"Service": "medical-imaging.amazonaws.com"}
    assert shown["RolePolicies"]["buckets"]["Statement"]["Action"] == ["s3:ListBucket", "s3:GetObject", "s3:PutObject"]
    # One that was removed on purpose does not come back.
    IAM(own_server, None)("delete-role", "import")
    assert own_server.stop() == 0
    own_server.start()
    assert ROLE not in own_server.output
    assert IAM(own_server, None)("list-roles") == {"Roles": []}


def test_a_job_may_do_what_its_role_may_as_it_is_now(iam, datastore):
    datastore.put("input/1.dcm", ct_slice(1))
    bucket = f"arn:aws:s3:::{Datastore.BUCKET}"
    name = iam.create_role("reader")["Role"]["Arn"]

    def end() -> dict:
        return datastore.wait_for_import(datastore.start_import(dataAccessRoleArn=name)).job

    listing = allow("s3:ListBucket", bucket)
    reading = allow("s3:GetObject", f"{bucket}/{datastore.id}/input/*")
    writing = allow("s3:PutObject", f"{bucket}/{datastore.id}/output/*")
    for statements, missing in [
        ([], "s3:ListBucket"), ([listing], "s3:PutObject"), ([listing, writing], "s3:GetObject"),
        ([listing, writing, reading, allow("*", "*", Effect="Deny")], "s3:ListBucket"),
    ]:
        if statements:
            iam.put_policy("reader", *statements)
        job = end()
        assert job["jobStatus"] == "FAILED"
        assert f"{name} may not {missing} in bucket {Datastore.BUCKET}" in job["message"]
    iam.put_policy("reader", listing, reading, writing)
    assert end()["jobStatus"] == "COMPLETED"
    assert len(datastore.image_sets()) == 1
    iam("delete-role-policy", "reader", "--policy-name", "p")
    assert end()["jobStatus"] == "FAILED"
    assert datastore.image_sets()[0]["version"] == 1


def test_a_role_that_cannot_be_assumed_fails_the_job(iam, datastore):
    datastore.put("input/1.dcm", ct_slice(1))
    elsewhere = {"StringEquals": {"aws:SourceArn": f"arn:aws:medical-imaging:us-east-1:123456789012:datastore/{'0' * 32}"}}
    conditional = {"Version": "2012-10-17", "Statement": [TRUST["Statement"][0] | {"Condition": elsewhere}]}
    other = iam.create_role("other", conditional)["Role"]["Arn"]
    for arn, reason in [
        ("arn:aws:iam::123456789012:role/none", "The role does not exist"),
        ("arn:aws:iam::210987654321:role/import", "The role does not exist"),
        (other, "does not trust medical-imaging.amazonaws.com"),
    ]:
        job = datastore.wait_for_import(datastore.start_import(dataAccessRoleArn=arn)).job
        assert job["jobStatus"] == "FAILED" and reason in job["message"], job
        assert "dataAccessRoleArn cannot be assumed" in job["message"]
    assert datastore.image_sets() == []


def test_what_is_no_role_or_policy_is_refused_with_its_reason(iam):
    assert "is not JSON" in iam.create_role("bad", "{", fails=True)
    assert "has neither Resource nor Principal" in iam.create_role(
        "bad", {"Statement": {"Effect": "Allow", "Action": "*"}}, fails=True)
    assert "A role's name" in iam.create_role("no spaces", fails=True)
    iam.create_role("good")
    assert "exists" in iam.create_role("good", fails=True)
    unknown = allow("s3:*", "*", Condition={"StringIs": {"a": "b"}})
    assert "Statement[0].Condition.StringIs" in iam.put_policy("good", unknown, fails=True)
    assert "does not exist" in iam.put_policy("none", allow("s3:*", "*"), fails=True)
    assert "does not exist" in iam("get-role", "none", fails=True)
    assert iam("get-role", "good")["Role"]["RolePolicies"] == {}
