//! The messages of `quickstart`, in English and in Japanese: every new message needs both.

use std::path::Path;

use trail::verify::Counts;

use crate::lang::Lang;

/// A message.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Say<'a> {
    Started { url: &'a str, folder: &'a Path },
    StepKey,
    StepBucket,
    NoPolicyYet,
    StepTrail,
    RefusedAsOnAws,
    StepLook,
    WaitingForLogFile,
    WaitingForDigest,
    TooLong { what: &'a Say<'a> },
    Detail { name: &'a str, value: &'a str },
    Record { count: usize },
    Validating,
    Counts { digests: Counts, logs: Counts },
    Pointers,
    Examples,
    Console { url: &'a str },
    Running,
    RunningInScratch,
}

/// Returns the message in a language.
pub(crate) fn say(lang: Lang, what: &Say<'_>) -> String {
    match lang {
        Lang::English => english(what),
        Lang::Japanese => japanese(what),
    }
}

fn english(what: &Say<'_>) -> String {
    let fixed = match what {
        Say::Started { url, folder } => {
            return format!("The server listens on {url}; its data is in {}.", folder.display());
        }
        Say::TooLong { what } => return format!("timed out: {}", english(what)),
        Say::Detail { name, value } => return format!("    {name}: {value}"),
        Say::Record { count: 1 } => "\nThe only record in it:",
        Say::Record { count } => return format!("\nOne of the {count} records in it:"),
        Say::Counts { digests, logs } => {
            return format!("{} digest files, {} log files", ratio(*digests), ratio(*logs));
        }
        Say::Console { url } => return format!("\nThe console: {url}"),
        Say::StepKey => "\nStep 1: a KMS key",
        Say::StepBucket => "\nStep 2: an S3 bucket that encrypts with the key",
        Say::NoPolicyYet => "    There is no bucket policy yet, as expected.",
        Say::StepTrail => "\nStep 3: a trail",
        Say::RefusedAsOnAws => {
            "    The bucket policy is missing, so the trail is rejected, as on AWS.\n    \
             AWS's console adds the policy automatically at this point:"
        }
        Say::StepLook => "\nStep 4: the contents of the bucket",
        Say::WaitingForLogFile => "waiting for the first log file",
        Say::WaitingForDigest => "waiting for the digest of that log file",
        Say::Validating => "\nValidation of all log files, in the format of `validate-logs`:\n",
        Say::Pointers => "\nTo use it from another terminal:\n",
        Say::Examples => {
            "\n  aws cloudtrail lookup-events\n  \
             aws s3 ls --recursive s3://mori-s3-cloudtrail-management-event"
        }
        Say::Running => "\nThe server keeps running. Ctrl-C stops it.",
        Say::RunningInScratch => {
            "\nThe server keeps running. Ctrl-C stops it and removes its data;\n\
             use --data-dir DIR to keep the data."
        }
    };
    fixed.to_owned()
}

fn japanese(what: &Say<'_>) -> String {
    let fixed = match what {
        Say::Started { url, folder } => {
            return format!(
                "サーバーを {url} で起動しました。データは {} にあります。",
                folder.display()
            );
        }
        Say::TooLong { what } => return format!("時間がかかりすぎています: {}", japanese(what)),
        Say::Detail { name, value } => return format!("    {name}: {value}"),
        Say::Record { count: 1 } => "\nレコード(1 件):",
        Say::Record { count } => return format!("\nレコードの例(全 {count} 件のうち 1 件):"),
        Say::Counts { digests, logs } => {
            return format!(
                "ダイジェストファイル {}、ログファイル {}",
                ratio(*digests),
                ratio(*logs)
            );
        }
        Say::Console { url } => return format!("\nコンソール: {url}"),
        Say::StepKey => "\n1. KMS キーの作成",
        Say::StepBucket => "\n2. S3 バケットの作成(SSE-KMS、バケットキー有効)",
        Say::NoPolicyYet => "    バケットポリシーは未設定です(想定どおり)。",
        Say::StepTrail => "\n3. CloudTrail 証跡の作成",
        Say::RefusedAsOnAws => {
            "    バケットポリシーがないため、AWS と同じく証跡の作成は拒否されます。\n    \
             AWS のコンソールはここでポリシーを自動的に追加します。その内容は次のとおりです:"
        }
        Say::StepLook => "\n4. S3 バケットの内容確認",
        Say::WaitingForLogFile => "最初のログファイルを待っています",
        Say::WaitingForDigest => "ログファイルのダイジェストを待っています",
        Say::Validating => "\n全ログファイルの検証(`validate-logs` と同じ形式):\n",
        Say::Pointers => "\n別の端末から使うには:\n",
        Say::Examples => {
            "\n  aws cloudtrail lookup-events\n  \
             aws s3 ls --recursive s3://mori-s3-cloudtrail-management-event"
        }
        Say::Running => "\nサーバーは動作中です。Ctrl-C で停止します。",
        Say::RunningInScratch => {
            "\nサーバーは動作中です。Ctrl-C で停止し、データは削除されます。\n\
             データを残すには --data-dir DIR を指定してください。"
        }
    };
    fixed.to_owned()
}

fn ratio(counts: Counts) -> String {
    format!("{}/{}", counts.valid, counts.total())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A single record is not called one of several.
    #[test]
    fn a_single_record_is_the_one() {
        for lang in [Lang::English, Lang::Japanese] {
            let (one, many) =
                (say(lang, &Say::Record { count: 1 }), say(lang, &Say::Record { count: 7 }));
            assert!(!one.contains("One of") && !one.contains("うち"), "{one}");
            assert!(many.contains('7'), "{many}");
        }
    }
}
