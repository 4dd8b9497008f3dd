"""SQS as boto3 and the CLI use it: JSON, queue URLs, long polls, batches, dead letters, restarts."""

import json
import threading
import time

import pytest
from botocore.exceptions import ClientError

from rehearsal import ACCOUNT, REGION


@pytest.fixture
def sqs(shared):
    return shared.client("sqs")


@pytest.fixture
def queue(sqs, name):
    """The URL of a fresh queue."""
    return sqs.create_queue(QueueName=name)["QueueUrl"]


def arn(name):
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def test_a_queue_url_leads_to_the_server(shared, sqs, queue, name):
    assert queue == f"{sqs.meta.endpoint_url}/{ACCOUNT}/{name}"
    assert sqs.get_queue_url(QueueName=name)["QueueUrl"] == queue
    assert queue in sqs.list_queues(QueueNamePrefix=name)["QueueUrls"]


def test_a_message_arrives_with_hashes_that_the_client_checks(sqs, queue):
    attributes = {
        "text": {"DataType": "String", "StringValue": "監査"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
        "number": {"DataType": "Number.int", "StringValue": "7"},
    }
    sent = sqs.send_message(QueueUrl=queue, MessageBody="本文", MessageAttributes=attributes)
    received = sqs.receive_message(
        QueueUrl=queue, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"]
    )["Messages"]
    assert [message["MessageId"] for message in received] == [sent["MessageId"]]
    assert received[0]["Body"] == "本文"
    assert received[0]["MessageAttributes"] == attributes
    assert received[0]["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert received[0]["Attributes"]["ApproximateReceiveCount"] == "1"
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=received[0]["ReceiptHandle"])
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)


def test_a_long_poll_ends_within_a_second_of_the_message(shared, sqs, queue):
    came = {}

    def poll():
        answer = shared.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        came.update(at=time.monotonic(), bodies=[m["Body"] for m in answer.get("Messages", [])])

    waiting = threading.Thread(target=poll)
    waiting.start()
    # Whether the poll has begun or not, it gets the message.
    sqs.send_message(QueueUrl=queue, MessageBody="now")
    sent = time.monotonic()
    waiting.join(25)
    assert came["bodies"] == ["now"]
    assert came["at"] - sent < 1


def test_an_unknown_queue_is_a_modelled_error_with_the_code_of_query(sqs):
    with pytest.raises(sqs.exceptions.QueueDoesNotExist) as caught:
        sqs.get_queue_url(QueueName="none")
    error = caught.value.response["Error"]
    assert error["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
    assert error["QueryErrorCode"] == "QueueDoesNotExist"
    assert error["Message"] == "The specified queue does not exist."


def test_a_batch_has_entries_that_fail_alone(sqs, name):
    queue = sqs.create_queue(QueueName=name, Attributes={"MaximumMessageSize": "1024"})["QueueUrl"]
    entries = [{"Id": str(n), "MessageBody": "b" * (1025 if n == 4 else 9)} for n in range(10)]
    done = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    assert [entry["Id"] for entry in done["Failed"]] == ["4"]
    assert done["Failed"][0]["SenderFault"] is True
    assert len(done["Successful"]) == 9
    with pytest.raises(sqs.exceptions.TooManyEntriesInBatchRequest):
        sqs.send_message_batch(QueueUrl=queue, Entries=[*entries, {"Id": "x", "MessageBody": "m"}])


def test_dead_letters_go_and_come_back(sqs, name):
    dead = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    policy = json.dumps({"deadLetterTargetArn": arn(f"{name}-dead"), "maxReceiveCount": 1})
    queue = sqs.create_queue(
        QueueName=name, Attributes={"RedrivePolicy": policy, "VisibilityTimeout": "0"}
    )["QueueUrl"]
    sent = sqs.send_message(QueueUrl=queue, MessageBody="letter")["MessageId"]
    assert sqs.receive_message(QueueUrl=queue)["Messages"][0]["MessageId"] == sent
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    found = sqs.receive_message(
        QueueUrl=dead, VisibilityTimeout=0, MessageSystemAttributeNames=["All"]
    )["Messages"][0]
    assert found["MessageId"] == sent
    assert found["Attributes"]["ApproximateReceiveCount"] == "2"
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [queue]
    sqs.start_message_move_task(SourceArn=arn(f"{name}-dead"))
    back = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
    assert [message["Body"] for message in back] == ["letter"]
    tasks = sqs.list_message_move_tasks(SourceArn=arn(f"{name}-dead"))["Results"]
    assert tasks[0]["ApproximateNumberOfMessagesMoved"] == 1


def test_a_fifo_queue_keeps_the_order_of_a_group(sqs, name):
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    queue = sqs.create_queue(QueueName=f"{name}.fifo", Attributes=attributes)["QueueUrl"]
    for body in ["1", "2", "2", "3"]:
        sqs.send_message(QueueUrl=queue, MessageBody=body, MessageGroupId="g")
    received = []
    for _ in range(3):
        message = sqs.receive_message(QueueUrl=queue)["Messages"][0]
        received.append(message["Body"])
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    assert received == ["1", "2", "3"]


def test_a_killed_server_loses_no_message(server):
    sqs = server.client("sqs")
    queue = sqs.create_queue(QueueName="kept")["QueueUrl"]
    sent = {sqs.send_message(QueueUrl=queue, MessageBody=str(n))["MessageId"] for n in range(50)}
    taken = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
    deleted = {message["MessageId"] for message in taken["Messages"][:5]}
    for message in taken["Messages"][:5]:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    server.kill9()
    server.start()
    sqs = server.client("sqs")
    queue = sqs.get_queue_url(QueueName="kept")["QueueUrl"]
    found = set()
    while batch := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        found |= {message["MessageId"] for message in batch}
    assert found == sent - deleted


def test_a_denial_names_the_action_in_lower_case(shared, sqs, queue, name):
    iam = shared.client("iam")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    own = shared.client("sqs", credentials=(key["AccessKeyId"], key["SecretAccessKey"]))
    with pytest.raises(ClientError) as caught:
        own.send_message(QueueUrl=queue, MessageBody="m")
    error = caught.value.response["Error"]
    assert error["Code"] == "AccessDenied"
    assert "is not authorized to perform: sqs:sendmessage on resource:" in error["Message"]
