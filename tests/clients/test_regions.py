"""What audit tools ask of EC2 before anything else: which Regions there are."""

import pytest
from botocore.exceptions import ClientError

from rehearsal import REGION


def test_the_regions_are_those_of_a_new_account(shared):
    ec2 = shared.client("ec2")
    regions = ec2.describe_regions()["Regions"]
    assert len(regions) == 17
    assert {"RegionName": REGION, "Endpoint": f"ec2.{REGION}.amazonaws.com",
            "OptInStatus": "opt-in-not-required"} in regions
    assert len(ec2.describe_regions(AllRegions=True)["Regions"]) > 17
    some = ec2.describe_regions(Filters=[{"Name": "region-name", "Values": ["us-west-*"]}])
    assert [region["RegionName"] for region in some["Regions"]] == ["us-west-1", "us-west-2"]
    with pytest.raises(ClientError) as caught:
        ec2.describe_regions(RegionNames=["nowhere-1"])
    assert caught.value.response["Error"]["Code"] == "InvalidParameterValue"


def test_the_cli_prints_them(shared):
    printed = shared.cli("ec2", "describe-regions", "--query", "Regions[].RegionName",
                         "--output", "text").stdout
    assert REGION in printed.split()
