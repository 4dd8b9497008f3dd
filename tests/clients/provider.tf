# What a user of CloudTrail manages with Terraform's AWS provider; test_terraform.py applies it.

variable "endpoint" {
  type = string
}
variable "control_endpoint" {
  type = string
}

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region                     = "ap-northeast-1"
  s3_use_path_style          = true
  skip_requesting_account_id = false
  skip_metadata_api_check    = true
  endpoints {
    cloudtrail = var.endpoint
    iam        = var.endpoint
    kms        = var.endpoint
    s3         = var.endpoint
    s3control  = var.control_endpoint
    sts        = var.endpoint
  }
  default_tags {
    tags = { team = "audit" }
  }
}
data "aws_caller_identity" "me" {}
locals {
  trail = "arn:aws:cloudtrail:ap-northeast-1:${data.aws_caller_identity.me.account_id}:trail/tf-trail"
}
resource "aws_kms_key" "logs" {
  description             = "logs"
  enable_key_rotation     = true
  deletion_window_in_days = 7
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:root" }, Action = "kms:*", Resource = "*" },
  { Effect = "Allow", Principal = { Service = "cloudtrail.amazonaws.com" }, Action = "kms:GenerateDataKey*", Resource = "*", Condition = { StringEquals = { "aws:SourceArn" = local.trail } } }] })
}
resource "aws_kms_alias" "logs" {
  name          = "alias/tf/logs"
  target_key_id = aws_kms_key.logs.key_id
}
resource "aws_s3_bucket" "logs" {
  bucket        = "tf-logs"
  force_destroy = true
}
resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id
  versioning_configuration {
    status = "Enabled"
  }
}
resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.logs.arn
    }
  }
}
resource "aws_s3_bucket_public_access_block" "logs" {
  bucket                  = aws_s3_bucket.logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
resource "aws_s3_bucket_ownership_controls" "logs" {
  bucket = aws_s3_bucket.logs.id
  rule {
    object_ownership = "BucketOwnerPreferred"
  }
}
resource "aws_s3_bucket_acl" "logs" {
  bucket     = aws_s3_bucket.logs.id
  acl        = "private"
  depends_on = [aws_s3_bucket_ownership_controls.logs]
}
resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id
  rule {
    id     = "old"
    status = "Enabled"
    filter {
      prefix = "AWSLogs/"
    }
    expiration {
      days = 400
    }
    noncurrent_version_expiration {
      noncurrent_days = 30
    }
  }
}
resource "aws_s3_bucket_cors_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://example.com"]
  }
}
resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Principal = { Service = "cloudtrail.amazonaws.com" }, Action = "s3:GetBucketAcl", Resource = aws_s3_bucket.logs.arn },
  { Effect = "Allow", Principal = { Service = "cloudtrail.amazonaws.com" }, Action = "s3:PutObject", Resource = "${aws_s3_bucket.logs.arn}/AWSLogs/*", Condition = { StringEquals = { "s3:x-amz-acl" = "bucket-owner-full-control" } } }] })
  depends_on = [aws_s3_bucket_public_access_block.logs]
}
resource "aws_s3_object" "note" {
  bucket     = aws_s3_bucket.logs.id
  key        = "notes/a b+c.txt"
  content    = "note"
  depends_on = [aws_s3_bucket_server_side_encryption_configuration.logs]
}
resource "aws_cloudtrail" "trail" {
  name                       = "tf-trail"
  s3_bucket_name             = aws_s3_bucket.logs.id
  kms_key_id                 = aws_kms_key.logs.arn
  is_multi_region_trail      = true
  enable_log_file_validation = true
  event_selector {
    read_write_type           = "All"
    include_management_events = true
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3:::tf-other/"]
    }
  }
  depends_on = [aws_s3_bucket_policy.logs, aws_s3_bucket_acl.logs]
}
resource "aws_iam_role" "reader" {
  name                 = "tf-reader"
  description          = "reads"
  max_session_duration = 7200
  assume_role_policy   = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:root" }, Action = "sts:AssumeRole" }] })
}
resource "aws_iam_policy" "read" {
  name   = "tf-read"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "*" }] })
}
resource "aws_iam_role_policy_attachment" "read" {
  role       = aws_iam_role.reader.name
  policy_arn = aws_iam_policy.read.arn
}
resource "aws_iam_role_policy" "inline" {
  role   = aws_iam_role.reader.name
  name   = "inline"
  policy = aws_iam_policy.read.policy
}
resource "aws_iam_user" "u" {
  name = "tf-user"
}
resource "aws_iam_access_key" "u" {
  user = aws_iam_user.u.name
}
resource "aws_iam_group" "g" {
  name = "tf-group"
}
resource "aws_iam_user_group_membership" "m" {
  user   = aws_iam_user.u.name
  groups = [aws_iam_group.g.name]
}
