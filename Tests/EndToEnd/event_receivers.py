"""Places that events are sent to: a file as it is read back, a webhook, and moto's EventBridge in front of a queue."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import uuid
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
from botocore.config import Config
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from server import clean_environment, poll

ACCOUNT, REGION = "123456789012", "us-east-1"
ARN = re.compile(rf"arn:aws:medical-imaging:{REGION}:{ACCOUNT}:datastore/[0-9a-f]{{32}}(/imageset/[0-9a-f]{{32}})?")


def checked(event: dict) -> dict:
    """An event whose envelope is as the guide's."""
    assert list(event) == [
        "version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"]
    assert event["version"] == "0" and event["source"] == "aws.medical-imaging"
    assert str(uuid.UUID(event["id"])) == event["id"] and uuid.UUID(event["id"]).version == 4
    assert event["account"] == ACCOUNT and event["region"] == REGION
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event["time"])
    [resource] = event["resources"]
    assert ARN.fullmatch(resource)
    detail = event["detail"]
    assert list(detail)[0] == "imagingVersion" and detail["imagingVersion"] == "1.0"
    assert detail["datastoreId"] in resource and detail.get("imagesetId", "") in resource
    assert isinstance(detail.get("imageSetVersion", ""), str)
    return event


def brief(event: dict) -> str:
    """What an event says, in a line."""
    detail = event["detail"]
    words = [event["detail-type"]]
    if "imagesetId" in detail:
        words += [f'v{detail["imageSetVersion"]}', detail["imageSetState"], detail["imageSetWorkflowStatus"]]
        words += ["primary"] * detail["isPrimary"]
    return " ".join(words)


def once(events: list[dict]) -> list[dict]:
    """The events without repetitions, which must be the same to the letter."""
    first: dict[str, dict] = {}
    for event in events:
        assert first.setdefault(event["id"], event) == event
    return list(first.values())


def by_resource(events: list[dict]) -> dict[str, list[dict]]:
    found = defaultdict(list)
    for event in events:
        found[event["resources"][0]].append(event)
    return dict(found)


class EventFile:
    """A file of events."""

    def __init__(self, path: Path):
        self.path = path

    @property
    def events(self) -> list[dict]:
        text = self.path.read_text() if self.path.exists() else ""
        return [checked(json.loads(line)) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def wait_for(self, *detail_types: str, image_set: str = "") -> list[dict]:
        """The events once these are the last that happened, to this image set where one is named."""

        def arrived():
            events = self.events
            last = events[-len(detail_types):]
            return events if (
                [one["detail-type"] for one in last] == list(detail_types)
                and all(one["resources"][0].endswith(image_set) for one in last)
            ) else None

        return poll(arrived, what=f"the events {detail_types}")


class WebhookReceiver:
    """Takes signed events, checked by the reference library of Standard Webhooks; refuses while it is told to."""

    def __init__(self, secret: str):
        self.events: list[dict] = []
        self.attempts: list[str] = []
        self.forged: list[str] = []
        self.status = 204
        receiver, webhook = self, Webhook(secret)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.attempts.append(self.headers["webhook-id"])
                try:
                    webhook.verify(body, {name.lower(): value for name, value in self.headers.items()})
                except WebhookVerificationError as error:
                    receiver.forged.append(str(error))
                status = receiver.status
                if status < 300:
                    event = checked(json.loads(body))
                    assert event["id"] == self.headers["webhook-id"]
                    receiver.events.append(event)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/events?token=t"

    def __enter__(self) -> WebhookReceiver:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


class Bus:
    """moto's EventBridge, whose rule puts every event of the service into a queue; from then on it checks signatures
    and policies."""

    #: The requests that set it up, which need no signature.
    SETTING_UP = 9

    def __enter__(self) -> Bus:
        self._log = tempfile.TemporaryFile("w+b")
        # Port 0: nobody can take the port between a look at what is free and the start.
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], stdin=subprocess.DEVNULL,
            stdout=self._log, stderr=self._log,
            env=clean_environment(INITIAL_NO_AUTH_ACTION_COUNT=str(self.SETTING_UP)))
        try:
            self._set_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._log.close()

    def _set_up(self):
        def announced():
            log = os.pread(self._log.fileno(), 1 << 16, 0).decode(errors="replace")
            assert self._process.poll() is None, f"moto has ended:\n{log}"
            return re.search(r"Running on (http://127\.0\.0\.1:\d+)\n", log)

        self.endpoint = poll(announced, what="moto's server")[1]
        anybody = {"aws_access_key_id": "AKIDSETUP", "aws_secret_access_key": "setup"}
        iam, events, sqs = (self.client(name, **anybody) for name in ("iam", "events", "sqs"))
        iam.create_user(UserName="isocenter")
        allowed = {"Effect": "Allow", "Action": ["events:PutEvents", "sqs:*"], "Resource": "*"}
        iam.put_user_policy(
            UserName="isocenter", PolicyName="events",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}))
        key = iam.create_access_key(UserName="isocenter")["AccessKey"]
        self.key = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
        events.create_event_bus(Name="images")
        self.queue = sqs.create_queue(QueueName="events")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events.put_rule(
            Name="all", EventBusName="images", EventPattern=json.dumps({"source": ["aws.medical-imaging"]}))
        events.put_targets(Rule="all", EventBusName="images", Targets=[{"Id": "queue", "Arn": arn}])
        # The rest of the requests that would not be checked.
        for _ in range(self.SETTING_UP - 8):
            events.describe_event_bus(Name="images")

    def client(self, name: str, **key: str):
        return boto3.client(
            name, endpoint_url=self.endpoint, region_name=REGION, **(key or self.key),
            config=Config(retries={"total_max_attempts": 1}))

    def receive(self) -> list[dict]:
        """What the queue holds now; taken out of it."""
        sqs, found = self.client("sqs"), []
        while messages := sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return found
