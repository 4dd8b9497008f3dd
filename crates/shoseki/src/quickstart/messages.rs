//! The messages of `quickstart`, in English and in Japanese: every new message needs both.

use std::path::Path;

use trail::verify::Counts;

use crate::lang::Lang;

/// A message.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Message<'a> {
    Started { url: &'a str, folder: &'a Path },
    StepKey,
    StepBucket,
    NoPolicyYet,
    StepTrail,
    RejectedAsOnAws,
    StepContents,
    WaitingForLogFile,
    WaitingForDigest,
    TimedOut { what: &'a Message<'a> },
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
pub(crate) fn message(lang: Lang, what: &Message<'_>) -> String {
    match lang {
        Lang::English => english(what),
        Lang::Japanese => japanese(what),
    }
}

fn english(what: &Message<'_>) -> String {
    let fixed = match what {
        Message::Started { url, folder } => {
            return format!("The server listens on {url}; its data is in {}.", folder.display());
        }
        Message::TimedOut { what } => return format!("timed out: {}", english(what)),
        Message::Detail { name, value } => return format!("    {name}: {value}"),
        Message::Record { count: 1 } => "\nThe only record in it:",
        Message::Record { count } => return format!("\nOne of the {count} records in it:"),
        Message::Counts { digests, logs } => {
            return format!("{} digest files, {} log files", ratio(*digests), ratio(*logs));
        }
        Message::Console { url } => return format!("\nThe console: {url}"),
        Message::StepKey => "\nStep 1: a KMS key",
        Message::StepBucket => "\nStep 2: an S3 bucket that encrypts with the key",
        Message::NoPolicyYet => "    There is no bucket policy yet, as expected.",
        Message::StepTrail => "\nStep 3: a trail",
        Message::RejectedAsOnAws => {
            "    The bucket policy is missing, so the trail is rejected, as on AWS.\n    \
             AWS's console adds the policy automatically at this point:"
        }
        Message::StepContents => "\nStep 4: the contents of the bucket",
        Message::WaitingForLogFile => "waiting for the first log file",
        Message::WaitingForDigest => "waiting for the digest of that log file",
        Message::Validating => "\nValidation of all log files, in the format of `validate-logs`:\n",
        Message::Pointers => "\nTo use it from another terminal:\n",
        Message::Examples => {
            "\n  aws cloudtrail lookup-events\n  \
             aws s3 ls --recursive s3://mori-s3-cloudtrail-management-event"
        }
        Message::Running => "\nThe server keeps running. Ctrl-C stops it.",
        Message::RunningInScratch => {
            "\nThe server keeps running. Ctrl-C stops it and removes its data;\n\
             use --data-dir DIR to keep the data."
        }
    };
    fixed.to_owned()
}

fn japanese(what: &Message<'_>) -> String {
    let fixed = match what {
        Message::Started { url, folder } => {
            return format!(
                "サーバーを {url} で起動しました。データは {} にあります。",
                folder.display()
            );
        }
        Message::TimedOut { what } => {
            return format!("時間がかかりすぎています: {}", japanese(what));
        }
        Message::Detail { name, value } => return format!("    {name}: {value}"),
        Message::Record { count: 1 } => "\nレコード(1 件):",
        Message::Record { count } => return format!("\nレコードの例(全 {count} 件のうち 1 件):"),
        Message::Counts { digests, logs } => {
            return format!(
                "ダイジェストファイル {}、ログファイル {}",
                ratio(*digests),
                ratio(*logs)
            );
        }
        Message::Console { url } => return format!("\nコンソール: {url}"),
        Message::StepKey => "\n1. KMS キーの作成",
        Message::StepBucket => "\n2. S3 バケットの作成(SSE-KMS、バケットキー有効)",
        Message::NoPolicyYet => "    バケットポリシーは未設定です(想定どおり)。",
        Message::StepTrail => "\n3. CloudTrail 証跡の作成",
        Message::RejectedAsOnAws => {
            "    バケットポリシーがないため、AWS と同じく証跡の作成は拒否されます。\n    \
             AWS のコンソールはここでポリシーを自動的に追加します。その内容は次のとおりです:"
        }
        Message::StepContents => "\n4. S3 バケットの内容確認",
        Message::WaitingForLogFile => "最初のログファイルを待っています",
        Message::WaitingForDigest => "ログファイルのダイジェストを待っています",
        Message::Validating => "\n全ログファイルの検証(`validate-logs` と同じ形式):\n",
        Message::Pointers => "\n別の端末から使うには:\n",
        Message::Examples => {
            "\n  aws cloudtrail lookup-events\n  \
             aws s3 ls --recursive s3://mori-s3-cloudtrail-management-event"
        }
        Message::Running => "\nサーバーは動作中です。Ctrl-C で停止します。",
        Message::RunningInScratch => {
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
            let (one, many) = (
                message(lang, &Message::Record { count: 1 }),
                message(lang, &Message::Record { count: 7 }),
            );
            assert!(!one.contains("One of") && !one.contains("うち"), "{one}");
            assert!(many.contains('7'), "{many}");
        }
    }
}
